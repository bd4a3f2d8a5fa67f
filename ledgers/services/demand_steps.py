"""The steps a branch or the county office takes with a demand by hand, and why one cannot be taken now.

Claiming, doing and accepting belong to claims and plan orders; those steps have no entry here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches.models import Membership, User
from core.errors import refuse
from core.notifications import notify
from ledgers.enums import DemandState
from ledgers.models import Demand
from ledgers.services.demands import demand_change_state, demand_close, is_committed, locked


@dataclass(frozen=True)
class Step:
    """One step: from which states it leads to which, and whose right it is."""

    name: str
    label: str
    sources: frozenset[DemandState]
    target: DemandState
    permission: str = "ledgers.change_demand"
    needs_reason: bool = True
    effects: tuple[str, ...] = ()


_BACK = "写明的理由会留痕，结对支部和县党建办都能看到。"
STEPS = {
    step.name: step
    for step in (
        Step(
            "publish",
            "提交",
            frozenset({DemandState.DRAFT, DemandState.RETURNED}),
            DemandState.OPEN,
            needs_reason=False,
            effects=("需求变为“待认领”，结对支部可以看到并认领。",),
        ),
        Step(
            "reopen",
            "恢复",
            frozenset({DemandState.SUSPENDED}),
            DemandState.OPEN,
            needs_reason=False,
            effects=("需求回到“待认领”，重新参加匹配。",),
        ),
        Step(
            "suspend",
            "挂起",
            frozenset({DemandState.OPEN}),
            DemandState.SUSPENDED,
            effects=("需求暂时不参加匹配，可以随时恢复。", _BACK),
        ),
        Step(
            "close",
            "直接办结",
            frozenset({DemandState.OPEN}),
            DemandState.CLOSED,
            permission="ledgers.accept_demand",
            effects=("需求不经过定单直接销号，办结后不能再改。", _BACK),
        ),
        Step(
            "withdraw",
            "撤销",
            frozenset({DemandState.DRAFT, DemandState.OPEN, DemandState.RETURNED, DemandState.SUSPENDED}),
            DemandState.WITHDRAWN,
            effects=("需求不再办理，也不能恢复；需要时请重新登记。", _BACK),
        ),
        Step(
            "return",
            "退回",
            frozenset({DemandState.OPEN}),
            DemandState.RETURNED,
            permission="ledgers.return_demand",
            effects=("需求退回提出单位修改，改好后可以重新提交。", _BACK),
        ),
    )
}


def demand_step_blockers(demand: Demand, step: Step) -> list[str]:
    """Why the step cannot be taken now, each sentence with the way out; empty when it can."""
    if demand.state in step.sources and not is_committed(demand):
        return []
    if demand.state in step.sources:
        return [f"这条需求已有一部分被认领或正在办理，不能{step.label}。请先答复认领，并办完或取消相关定单。"]
    wanted = "、".join(f"“{state.label}”" for state in DemandState if state in step.sources)
    return [
        f"只有{wanted}的需求可以{step.label}，这条现在是“{demand.get_state_display()}”。{_way_out(demand)}"
    ]


def _way_out(demand: Demand) -> str:
    if demand.state == DemandState.CLAIMED:
        return "请先答复认领。"
    if demand.state in {DemandState.IN_PROGRESS, DemandState.AWAITING_ACCEPTANCE}:
        return "请在计划定单里办理或取消定单。"
    return ""


@transaction.atomic
def demand_take_step(*, demand: Demand, step: Step, actor: User, now: datetime, reason: str = "") -> Demand:
    """Take one of STEPS.

    Raises:
        DomainError: see `demand_step_blockers`; also for a step that needs a reason and has none.
    """
    demand = locked(demand)
    refuse(demand_step_blockers(demand, step))
    if step.target == DemandState.CLOSED:
        return demand_close(demand=demand, actor=actor, now=now, reason=reason)
    demand = demand_change_state(demand=demand, to=step.target, actor=actor, now=now, reason=reason)
    if step.target == DemandState.RETURNED:
        _tell_staff(demand, now)
    return demand


def _tell_staff(demand: Demand, now: datetime) -> None:
    """A demand is returned by somebody else, so its branch would not notice by itself."""
    seats = Membership.objects.staff_of([demand.branch_id], on=timezone.localdate(now))
    notify(
        [seat.user for seat in seats],
        key=f"demand:{demand.pk}:returned:{now.isoformat()}",
        subject=f"需求被退回：{demand.title}",
        body=f"退回理由：{demand.state_reason}。改好后请重新提交。",
        url=reverse("demand_detail", args=[demand.pk]),
        now=now,
    )
