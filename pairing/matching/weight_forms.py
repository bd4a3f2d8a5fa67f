"""The weights of matching as a person edits them: each term in plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from django import forms

from pairing.matching.engine import Weights


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
    Line("floor", "推荐下限", "“能不能办”低于这个数就不推荐，宁缺毋滥"),
    Line("inferred", "推断打折", "从文字里读出来、没有人确认的内容按几成算"),
    Line("keep_bonus", "保持不动", "重算整单方案时，原有安排加多少分，免得来回换"),
)
GROUPS = (
    ("能不能办", "这五项决定一项资源能不能达到推荐下限。", WHAT),
    ("方便不方便", "这五项只影响先后，不会把办不了的抬上来。", WHERE),
    ("下限和折扣", "这三个数不和上面的比大小，各管各的。", LIMITS),
)
LINES = (*WHAT, *WHERE, *LIMITS)


class WeightsForm(forms.Form):
    """Every number of `Weights` in [0, 1]; weights are shares of their sum, which need not be 1."""

    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, current: Weights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current
        numbers = current.as_dict()
        for line in LINES:
            self.fields[line.name] = _number(line, numbers[line.name])

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The fields under their headings, as the page shows them."""
        return [(title, lead, [self[line.name] for line in lines]) for title, lead, lines in GROUPS]

    @property
    def weights(self) -> Weights:
        """The weights of a valid form."""
        return replace(self.current, **{line.name: self.cleaned_data[line.name] for line in LINES})


class WeightsSaveForm(WeightsForm):
    """The same with the reason that goes on record."""

    reason = forms.CharField(
        label="为什么改",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="会留痕，过后查得到。",
        error_messages={"required": "请写明为什么改。"},
    )


def _number(line: Line, value: float) -> forms.FloatField:
    return forms.FloatField(
        label=line.label,
        initial=value,
        help_text=line.hint,
        min_value=0,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        error_messages={
            "required": f"请填“{line.label}”，不计这一项就填 0。",
            "invalid": f"“{line.label}”须是 0 到 1 之间的小数，例如 0.3。",
            "min_value": f"“{line.label}”不能小于 0，不计这一项就填 0。",
            "max_value": f"“{line.label}”不能大于 1。",
        },
    )
