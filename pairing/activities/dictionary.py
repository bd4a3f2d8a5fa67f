"""The activity kinds and metrics a new installation starts with; administrators own them from then on."""

from __future__ import annotations

from django.db import transaction

from pairing.activities.models import ActivityKind
from pairing.plans.enums import Line
from pairing.plans.models import Metric

KINDS = {
    Line.ORGANISATION: ("座谈", "签约", "结对共建会议"),
    Line.ACTIVITY: ("红色走读", "书香支部", "田间课堂", "主题党日", "三送", "暖冬慰问", "关爱留守儿童"),
    Line.TALENT: ("青年论坛", "清廉青年说", "业务沙龙", "跟班学习"),
    Line.WORK: ("专项行动", "终端提质", "困难客户帮扶", "直播"),
}
VOLUNTEER_SERVICE = frozenset({"三送", "暖冬慰问", "关爱留守儿童"})
# Words of a task that point to a kind; the kind's own name always does.
KIND_CUES = {
    "座谈": ("恳谈", "交流", "征求意见"),
    "签约": ("协议", "签订"),
    "结对共建会议": ("会议", "例会", "研讨"),
    "红色走读": ("红色", "故居", "纪念馆", "研学"),
    "书香支部": ("读书", "阅读", "图书"),
    "田间课堂": ("田间", "农技", "种植", "养殖"),
    "主题党日": ("党课", "党日"),
    "三送": (
        "上门",
        "宣传",
        "宣讲",
        "普法",
        "义诊",
        "办证",
        "送",
        "代办",
        "帮办",
        "续期",
        "服务站",
        "咨询",
        "识假",
        "反诈",
    ),
    "暖冬慰问": ("慰问", "棉被", "米油", "困难群众", "困难家庭"),
    "关爱留守儿童": ("儿童", "学生", "孩子", "助学"),
    "青年论坛": ("青年", "论坛"),
    "清廉青年说": ("清廉", "廉洁"),
    "业务沙龙": ("沙龙", "点评", "改稿", "培训", "辅导", "带教"),
    "跟班学习": ("跟班", "跟岗"),
    "专项行动": ("检查", "整治", "打击", "行动", "执法"),
    "终端提质": ("终端", "门店", "陈列"),
    "困难客户帮扶": ("帮扶", "客户", "零售户"),
    "直播": ("带货", "网络销售"),
}
METRICS = {
    "": (
        ("解决问题", "件"),
        ("现场收集需求", "条"),
        ("发放宣传资料", "份"),
        ("解答咨询", "人次"),
    ),
    Line.TALENT: (("跟班学习人数", "人"),),
    Line.WORK: (
        ("查处案件", "起"),
        ("焕新终端", "家"),
        ("一户一策", "户"),
        ("观看人次", "人次"),
        ("成交金额(元)", "元"),
    ),
}


@transaction.atomic
def seed_dictionary() -> None:
    """Fill empty dictionaries; ones somebody has edited are left alone."""
    if not ActivityKind.objects.exists():
        pairs = [(line, name) for line, names in KINDS.items() for name in names]
        ActivityKind.objects.bulk_create(
            ActivityKind(
                name=name, line=line, is_volunteer_service=name in VOLUNTEER_SERVICE, position=position
            )
            for position, (line, name) in enumerate(pairs, start=1)
        )
    if not Metric.objects.exists():
        rows = [(line, *row) for line, found in METRICS.items() for row in found]
        Metric.objects.bulk_create(
            Metric(name=name, unit=unit, line=line, position=position)
            for position, (line, name, unit) in enumerate(rows, start=1)
        )
