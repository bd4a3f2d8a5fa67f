"""计划定单: from draft over both confirmations to acceptance; see order_contents for what it says."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.errors import DomainError, refuse
from ledgers.enums import DemandState
from pairing.plans.enums import PlanOrderState, TaskKind
from pairing.plans.models import PlanOrder
from pairing.plans.services import order_guards
from pairing.plans.services.change_requests import change_requests_lapse
from pairing.plans.services.guards import signed_by, stated
from pairing.plans.services.locks import lock_order
from pairing.plans.services.notices import tell
from pairing.plans.services.order_contents import check_version
from pairing.plans.services.settling import demand_settle, demand_settle_accepted


@transaction.atomic
def plan_order_confirm(
    *,
    order: PlanOrder,
    version: int,
    actor: User,
    now: datetime,
    branch: Branch | None = None,
    on_behalf: str = "",
) -> PlanOrder:
    """Confirm one version in the name of the actor's branch; with the second side the order stands.

    Args:
        branch: the side the county office confirms for, with its reason in `on_behalf`.

    Raises:
        StaleVersionError: when `version` is no longer the newest.
        DomainError: see `plan_order_confirm_blockers`; confirming twice changes nothing and says so.
    """
    order = lock_order(order.pk)
    if branch is not None and on_behalf:
        refuse(order_guards.plan_order_confirm_on_behalf_blockers(order, actor, branch))
        side = order_guards.side_of(order, branch)
    else:
        refuse(order_guards.plan_order_confirm_blockers(order, actor))
        side = order_guards.side_to_confirm(order, actor)
    check_version(order, version)
    branch = order.pairing.branch_a if side == "a" else order.pairing.branch_b
    who = signed_by(branch, on_behalf=on_behalf)
    with audit.action("plan_order.confirm", actor=actor, target=order, reason=on_behalf) as entry:
        setattr(order, f"confirmed_version_{side}", order.version)
        both = order.is_confirmed_a and order.is_confirmed_b
        entry.changes = _move(order, PlanOrderState.CONFIRMED if both else PlanOrderState.TO_CONFIRM)
        entry.summary = f"{who}确认第 {order.version} 版"
        subject = f"定单 {order} 双方已确认，即将安排活动" if both else f"{who}已确认定单 {order}，请核对确认"
        _tell(order, "confirm", subject, now, actor)
    return order


@transaction.atomic
def plan_order_cancel(*, order: PlanOrder, actor: User | None, reason: str, now: datetime) -> PlanOrder:
    """Give an order up with a reason; what it had promised of its demand is open again.

    Raises:
        DomainError: see `plan_order_cancel_blockers`; also when the reason is blank.
    """
    order = lock_order(order.pk)
    refuse(order_guards.plan_order_cancel_blockers(order, actor))
    reason = stated(reason, "取消")
    with audit.action("plan_order.cancel", actor=actor, target=order, reason=reason) as entry:
        entry.changes = _move(order, PlanOrderState.CANCELLED, reason=reason)
        change_requests_lapse(order, "定单已取消", now)
        entry.summary = "取消定单"
        demand_settle(demand=order.demand, actor=actor, now=now)
        _tell(order, "cancel", f"定单 {order} 已取消", now, actor, body=f"理由：{reason}")
    return order


@transaction.atomic
def plan_order_start(*, order: PlanOrder, actor: User | None = None, now: datetime) -> PlanOrder:
    """Put a confirmed order under way, once its activities are scheduled; one under way is left as it is.

    Raises:
        TransitionError: when it is neither confirmed nor under way.
    """
    order = lock_order(order.pk)
    if order.state == PlanOrderState.IN_PROGRESS:
        return order
    with audit.action("plan_order.start", actor=actor, target=order) as entry:
        entry.changes = _move(order, PlanOrderState.IN_PROGRESS)
        entry.summary = "活动已排期，定单开始实施"
    return order


@transaction.atomic
def plan_order_hand_in(
    *, order: PlanOrder, actor: User | None = None, now: datetime, result: str = ""
) -> PlanOrder:
    """Ask for acceptance: what was to be held counts as held, the demand waits with the order.

    准备 and 跟进 stay as they are: that the activities are over says nothing of a visit afterwards.

    Args:
        result: what came of it, in words; can be blank when a recorded activity says so.

    Raises:
        DomainError: see `plan_order_hand_in_blockers`; also without any result.
    """
    order = lock_order(order.pk)
    refuse(order_guards.plan_order_hand_in_blockers(order, actor))
    if not (result.strip() or order.result or order_guards.has_recorded_activity(order)):
        raise DomainError("这张定单还没有已归档的活动，请写明办理结果，对方据此验收。", field="result")
    order.result = result.strip()[:1000] or order.result
    with audit.action("plan_order.hand_in", actor=actor, target=order) as entry:
        entry.changes = _move(order, PlanOrderState.AWAITING_ACCEPTANCE)
        change_requests_lapse(order, "定单已提交验收", now)
        entry.summary = "提交验收"
        held = order.tasks.filter(kind=TaskKind.ACTIVITY, done_on=None)
        held.update(done_on=timezone.localdate(now))
        demand_settle(demand=order.demand, actor=actor, now=now)
        _tell(order, "hand_in", f"请{order.demand.branch}验收：{order.demand}", now, actor)
    return order


@transaction.atomic
def plan_order_accept(
    *,
    order: PlanOrder,
    actor: User,
    satisfaction: int,
    words: str = "",
    now: datetime,
    on_behalf: str = "",
) -> PlanOrder:
    """Accept the work in the name of the branch that raised the demand; with the last order it is 销号.

    Args:
        satisfaction: 1–5.
        on_behalf: why the county office accepts for the branch; see services.on_behalf.

    Raises:
        DomainError: see `plan_order_accept_blockers`; also for a satisfaction outside 1–5.
    """
    order = lock_order(order.pk)
    refuse(order_guards.plan_order_accept_blockers(order, actor, on_behalf=bool(on_behalf)))
    if not 1 <= satisfaction <= 5:
        raise DomainError("满意度须为 1 到 5 分。", field="satisfaction")
    who = signed_by(order.demand.branch, on_behalf=on_behalf)
    with audit.action("plan_order.accept", actor=actor, target=order, reason=on_behalf) as entry:
        demand_settle(demand=order.demand, actor=actor, now=now)
        order.completed_on = timezone.localdate(now)
        order.satisfaction, order.acceptance_words = satisfaction, words.strip()[:300]
        entry.changes = _move(order, PlanOrderState.COMPLETED)
        demand = demand_settle_accepted(demand=order.demand, actor=actor, words=words, now=now)
        outcome = "需求已销号" if demand.state == DemandState.CLOSED else "需求还有其他部分在办"
        entry.summary = f"{who}验收通过，满意度 {satisfaction} 分，{outcome}"
        _tell(order, "accept", f"定单 {order} 验收通过，{outcome}", now, actor, body=words)
    return order


@transaction.atomic
def plan_order_return(*, order: PlanOrder, actor: User, reason: str, now: datetime) -> PlanOrder:
    """Send handed-in work back with a reason; order and demand are under way again.

    Raises:
        DomainError: see `plan_order_accept_blockers`; also when the reason is blank.
    """
    order = lock_order(order.pk)
    refuse(order_guards.plan_order_accept_blockers(order, actor))
    reason = stated(reason, "退回")
    with audit.action("plan_order.return", actor=actor, target=order, reason=reason) as entry:
        entry.changes = _move(order, PlanOrderState.IN_PROGRESS, reason=reason)
        entry.summary = "验收未通过，退回继续办理"
        demand_settle(demand=order.demand, actor=actor, now=now)
        _tell(order, "return", f"定单 {order} 验收退回，请继续办理", now, actor, body=f"理由：{reason}")
    return order


def _move(order: PlanOrder, to: PlanOrderState, reason: str = "") -> dict[str, list[str]]:
    """Write the new state and give the change for the audit trail.

    Raises:
        TransitionError: when PLAN_ORDER_TRANSITIONS does not list the step.
    """
    changes: dict[str, list[str]] = {}
    if order.state != to:
        order_guards.check(order, to)
        changes = {"state": [order.state, str(to)]}
    order.state, order.state_reason = to, reason
    order.save()
    return changes


def _tell(
    order: PlanOrder, event: str, subject: str, now: datetime, actor: User | None, body: str = ""
) -> None:
    sides = (order.pairing.branch_a_id, order.pairing.branch_b_id)
    tell(sides, about=order, event=event, subject=subject, now=now, body=body, actor=actor)
