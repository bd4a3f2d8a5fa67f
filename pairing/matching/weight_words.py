"""What each number of `Weights` is called, by the form that asks for it and the trail of its changes."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """One number of `Weights` in the office's words."""

    name: str
    label: str
    hint: str


WHAT = (
    Line("item", "服务事项", "要办的事和能办的事是不是同一类"),
    Line("text", "文字说法", "两边写的话意思有多近"),
    Line("help", "服务方式", "要宣讲、要物资、要人手，给的是不是同一种"),
    Line("aspect", "需求方面", "需求方面是不是资源的服务方向"),
    Line("audience", "服务对象", "面向的是不是同一群人"),
)
WHERE = (
    Line("pair", "同一结对", "优先已经结对的支部"),
    Line("distance", "远近", "15 公里算一半，越近越高"),
    Line("window", "期限内可用", "需求期限里资源有效的日子占多少"),
    Line("capacity", "本月余量", "每月可承接次数还剩多少"),
    Line("urgency", "紧急先办", "紧急、特急的需求要等几个月"),
)
LIMITS = (
    Line(
        "relevance",
        "样例判断",
        "这样的资源多不多能办这样的事，从样例学来，加减的分按几成算；调低它，推荐线也要跟着调低",
    ),
    Line("floor", "推荐线", "“能不能办”低于这个数就不推荐，宁缺毋滥"),
    Line("inferred", "推断打折", "从文字里读出来、没有人确认的内容按几成算"),
    Line("keep_bonus", "保持不动", "重算整单方案时，原有安排加多少分，免得来回换"),
)
GROUPS = (
    ("能不能办", "这五项，加上样例判断，决定一项资源能不能达到推荐线。", WHAT),
    ("方便不方便", "这五项只影响先后，不会把办不了的抬上来。", WHERE),
    ("推荐线、样例和折扣", "这四个数不和上面的比大小，各管各的。", LIMITS),
)
LINES = (*WHAT, *WHERE, *LIMITS)
LABELS = {line.name: line.label for line in LINES}
