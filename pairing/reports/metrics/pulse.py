"""The working figures of the dashboard: where demands stand, which line is active, what is late today."""

from __future__ import annotations

from django.db.models import Q

from ledgers.enums import DEMAND_FINISHED, DemandState
from ledgers.models import Demand
from pairing.plans.enums import PLAN_ORDER_LIVE, Line
from pairing.plans.models import PlanOrder, SolvedProblem
from pairing.reports.metrics.conditions import raised
from pairing.reports.metrics.held import activities
from pairing.reports.metrics.measure import Measure, Register, Topic, Window, count

PULSE = Register()
figure = PULSE.figure

TAKEN_UP = [
    DemandState.CLAIMED,
    DemandState.IN_PROGRESS,
    DemandState.AWAITING_ACCEPTANCE,
    DemandState.CLOSED,
]


@figure("待认领", "条", Topic.DEMANDS)
def demands_open(window: Window) -> Measure:
    """期内提出、现在还没有人认领的需求数。"""
    return count(Demand, raised(window) & Q(state=DemandState.OPEN))


@figure("已认领", "条", Topic.DEMANDS)
def demands_taken_up(window: Window) -> Measure:
    """期内提出、已有支部认领（含办理中、待验收、已办结）的需求数。"""
    return count(Demand, raised(window) & Q(state__in=TAKEN_UP))


@figure("办理中", "条", Topic.DEMANDS)
def demands_in_progress(window: Window) -> Measure:
    """期内提出、已有定单正在办理或等待验收的需求数。"""
    states = [DemandState.IN_PROGRESS, DemandState.AWAITING_ACCEPTANCE]
    return count(Demand, raised(window) & Q(state__in=states))


@figure("已销号", "条", Topic.DEMANDS)
def demands_closed(window: Window) -> Measure:
    """期内提出、现已办结销号的需求数。"""
    return count(Demand, raised(window) & Q(state=DemandState.CLOSED))


@figure("直接办结", "条", Topic.DEMANDS)
def demands_closed_directly(window: Window) -> Measure:
    """期内解决、没有经过定单、写明理由直接办结的需求数，已包含在已销号里。"""
    where = window.holds("closed_on") & Q(state=DemandState.CLOSED, satisfaction=None) & ~Q(state_reason="")
    return count(Demand, where)


@figure("账外解决问题", "件", Topic.DEMANDS)
def problems_solved_outside(window: Window) -> Measure:
    """期内解决、没有登记为需求的问题数，单独计数，不算进需求账单和已销号。"""
    return count(SolvedProblem, window.holds("solved_on"))


@figure("逾期未办结", "条", Topic.DEMANDS)
def demands_overdue(window: Window) -> Measure:
    """现在仍未办结（含退回、挂起）、期望完成时限早于期末的需求数，不论何时提出。"""
    return count(Demand, Q(deadline_on__lt=window.last) & ~Q(state__in=DEMAND_FINISHED))


@figure("逾期定单", "张", Topic.WORK)
def plan_orders_overdue(window: Window) -> Measure:
    """现在仍未完成、完成时限早于期末的计划定单数。"""
    return count(PlanOrder, Q(state__in=PLAN_ORDER_LIVE, due_on__lt=window.last))


@figure("组织联建", "场", Topic.ORGANISATION)
def line_organisation(window: Window) -> Measure:
    """期内已归档、属组织联建的活动数。"""
    return activities(window, line=Line.ORGANISATION)


@figure("活动联办", "场", Topic.ACTIVITY)
def line_activity(window: Window) -> Measure:
    """期内已归档、属活动联办的活动数。"""
    return activities(window, line=Line.ACTIVITY)


@figure("人才联育", "场", Topic.TALENT)
def line_talent(window: Window) -> Measure:
    """期内已归档、属人才联育的活动数。"""
    return activities(window, line=Line.TALENT)


@figure("工作联抓", "场", Topic.WORK)
def line_work(window: Window) -> Measure:
    """期内已归档、属工作联抓的活动数。"""
    return activities(window, line=Line.WORK)


FUNNEL = ("demands_open", "demands_taken_up", "demands_in_progress", "demands_closed")
LINES = ("line_organisation", "line_activity", "line_talent", "line_work")
