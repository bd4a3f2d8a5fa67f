"""Guessing on which of the 四联 a new order runs; people correct the guess on the order itself."""

from __future__ import annotations

from ledgers.enums import HelpKind
from ledgers.models import Demand, Resource
from pairing.plans.enums import Line

# Tried from top to bottom, the first hit decides; the aspect's name counts like the words of the demand.
WORDS = (
    (Line.TALENT, ("队伍建设", "人才", "跟班", "带教", "青年干部", "业务能力", "写材料")),
    (Line.ORGANISATION, ("组织建设", "党建规范", "联络机制", "联席", "支部标准化")),
    (Line.WORK, ("市场监管", "专项行动", "执法", "整治", "直播", "滞销", "终端")),
)


def line_for(demand: Demand, resource: Resource | None) -> Line:
    """Guess the line of the order by which `resource` serves `demand`; 活动联办 when in doubt.

    Source: the county's order book of 2025 – team-building demands became 人才联育, enforcement and
    sales drives 工作联抓, standing liaison arrangements 组织联建, everything else 活动联办.
    """
    text = f"{demand.aspect.name} {demand.title} {demand.description}"
    for line, words in WORDS:
        if any(word in text for word in words):
            return line
    trains_only = resource is not None and set(resource.help_kinds) == {HelpKind.TRAINING}
    return Line.TALENT if trains_only else Line.ACTIVITY
