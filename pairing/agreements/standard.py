"""The standard wording a new agreement starts with; both branches change it as they like.

Sources of the wording: the county's own practice – 四联 as the content, the rhythm of 沟通、调度、研讨 as the
mechanism – and the usual articles of a 结对共建协议书.
"""

from __future__ import annotations

from dataclasses import dataclass

from pairing.agreements.enums import ClauseKind, ClausePeriod
from pairing.plans.enums import Line

PRINCIPLES = "坚持党建引领、平等自愿，优势互补、资源共享，双向认领、双向服务，注重实效、长期坚持。"
AIMS = "以党建带业务、以结对促发展，共同建强支部、服务群众、推动中心工作。"
DUTIES_A = (
    "如实公布本支部资源清单和需求账单，及时更新；按确认的计划定单派出人员、提供场地和服务；"
    "有权对乙方提供的服务进行验收评价。"
)
DUTIES_B = (
    "如实公布本支部资源清单和需求账单，及时更新；为联办活动组织群众、提供阵地和保障；"
    "有权对甲方提供的服务进行验收评价。"
)
MECHANISM = (
    "实行“一月一沟通、一季一调度、一年一研讨”；需求经双方认领、确认后形成计划定单，"
    "办结后由提出方验收销号；共建过程和成效记入共建档案。"
)


@dataclass(frozen=True)
class StandardClause:
    """One clause of the standard agreement; `activity_kind` is a name of the dictionary, if it is there."""

    line: Line
    words: str
    kind: ClauseKind | None = None
    target: int | None = None
    period: ClausePeriod | None = None
    activity_kind: str = ""


CLAUSES = (
    StandardClause(
        Line.ORGANISATION, "定期沟通，互通情况、商定事项。", ClauseKind.COMMUNICATION, 1, ClausePeriod.MONTH
    ),
    StandardClause(
        Line.ORGANISATION, "定期调度，盘点清单、账单和定单。", ClauseKind.DISPATCH, 1, ClausePeriod.QUARTER
    ),
    StandardClause(
        Line.ORGANISATION, "年度研讨，总结成效、商定来年计划。", ClauseKind.SEMINAR, 1, ClausePeriod.YEAR
    ),
    StandardClause(
        Line.ACTIVITY, "联合开展主题党日。", ClauseKind.ACTIVITY, 2, ClausePeriod.QUARTER, "主题党日"
    ),
    StandardClause(Line.ACTIVITY, "联合开展志愿服务。", ClauseKind.VOLUNTEER, 1, ClausePeriod.QUARTER),
    StandardClause(
        Line.TALENT, "互派党员、青年干部跟班学习。", ClauseKind.ACTIVITY, 1, ClausePeriod.YEAR, "跟班学习"
    ),
    StandardClause(
        Line.WORK, "认领对方需求，按计划定单办成实事。", ClauseKind.ORDER, 1, ClausePeriod.QUARTER
    ),
)
