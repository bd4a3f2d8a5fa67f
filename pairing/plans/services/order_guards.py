"""What stands in the way of each step of a plan order, in sentences; page and service ask the same functions.

The `actor` is None when the system itself takes the step.
"""

from __future__ import annotations

from branches.models import Branch, User
from core.transitions import check_transition
from pairing.plans.enums import PLAN_ORDER_TRANSITIONS, PlanOrderState
from pairing.plans.models import PlanOrder
from pairing.plans.services.guards import on_behalf_blockers, step_blockers

NOUN = "这张定单"
EDITABLE = frozenset({PlanOrderState.DRAFT, PlanOrderState.TO_CONFIRM})


def check(order: PlanOrder, target: PlanOrderState) -> None:
    """Refuse a step that PLAN_ORDER_TRANSITIONS does not list.

    Raises:
        TransitionError: naming the states that can follow.
    """
    check_transition(PLAN_ORDER_TRANSITIONS, PlanOrderState, order.state, target, NOUN)


def _state_blockers(order: PlanOrder, target: PlanOrderState) -> list[str]:
    return step_blockers(PLAN_ORDER_TRANSITIONS, PlanOrderState, order.state, target, NOUN)


def _staff_blockers(order: PlanOrder, actor: User | None, verb: str) -> list[str]:
    if actor is None or actor.has_perm("plans.change_plan_order", order):
        return []
    return [f"只有结对双方的书记或联络员能{verb}这张定单。"]


def plan_order_edit_blockers(order: PlanOrder, actor: User) -> list[str]:
    """Why the order cannot be edited now; empty when it can."""
    blockers = _staff_blockers(order, actor, "修改")
    if order.state not in EDITABLE:
        label = order.get_state_display()
        blockers.append(f"定单现在是“{label}”，双方确认后的内容不能再改。确需变更，请取消后重新认领。")
    return blockers


def plan_order_confirm_blockers(order: PlanOrder, actor: User) -> list[str]:
    """Why `actor` cannot confirm the current version; empty when they can."""
    if order.state not in EDITABLE:
        return [f"定单现在是“{order.get_state_display()}”，双方都已答复，不需要再确认。"]
    if not actor.has_perm("plans.confirm_plan_order", order):
        is_staff = actor.has_perm("plans.change_plan_order", order)
        return [
            "确认定单要由支部书记操作，请提醒本支部书记登录确认。"
            if is_staff
            else "只有结对双方的支部书记能确认这张定单。"
        ]
    if side_to_confirm(order, actor) is None:
        return [f"本支部已确认过第 {order.version} 版，不必重复确认，正在等对方。"]
    return _missing(order)


def _missing(order: PlanOrder) -> list[str]:
    """What both sides must know before they agree."""
    missing = []
    if not (order.responsible_a and order.responsible_b):
        missing.append("双方责任人还没有填全，请先修改定单补上。")
    return missing


def side_to_confirm(order: PlanOrder, actor: User) -> str | None:
    """Give the side, "a" or "b", in whose name `actor` can still confirm this version."""
    seats = actor.secretary_branch_ids
    if order.pairing.branch_a_id in seats and not order.is_confirmed_a:
        return "a"
    if order.pairing.branch_b_id in seats and not order.is_confirmed_b:
        return "b"
    return None


def plan_order_cancel_blockers(order: PlanOrder, actor: User | None) -> list[str]:
    """Why the order cannot be cancelled now; empty when it can."""
    blockers = _state_blockers(order, PlanOrderState.CANCELLED)
    if actor is not None and not actor.has_perm("plans.cancel_plan_order", order):
        blockers.append("只有结对双方的书记、联络员或管理员能取消这张定单。")
    return blockers


def plan_order_hand_in_blockers(order: PlanOrder, actor: User | None) -> list[str]:
    """Why the order cannot be handed in for acceptance now; empty when it can."""
    return [
        *_staff_blockers(order, actor, "提交"),
        *_state_blockers(order, PlanOrderState.AWAITING_ACCEPTANCE),
    ]


def plan_order_confirm_on_behalf_blockers(
    order: PlanOrder, actor: User, branch: Branch | None = None
) -> list[str]:
    """Why the county office cannot confirm for `branch`, or for any side when None; empty when it can."""
    if blockers := on_behalf_blockers(actor, order):
        return blockers
    if order.state not in EDITABLE:
        return [f"定单现在是“{order.get_state_display()}”，双方都已答复，不需要再确认。"]
    if branch is not None and side_of(order, branch) is None:
        return [f"{branch}不是这张定单的结对双方，或者已确认过第 {order.version} 版。"]
    return _missing(order)


def side_of(order: PlanOrder, branch: Branch) -> str | None:
    """Give the side, "a" or "b", on which `branch` has not confirmed this version yet."""
    if order.pairing.branch_a_id == branch.pk and not order.is_confirmed_a:
        return "a"
    if order.pairing.branch_b_id == branch.pk and not order.is_confirmed_b:
        return "b"
    return None


def plan_order_accept_blockers(order: PlanOrder, actor: User, *, on_behalf: bool = False) -> list[str]:
    """Why `actor` cannot accept the work, or return it, now; empty when they can.

    Args:
        on_behalf: the county office accepts in the name of the branch that raised the demand.
    """
    blockers = _state_blockers(order, PlanOrderState.COMPLETED)
    if on_behalf:
        blockers += on_behalf_blockers(actor, order)
    elif not actor.has_perm("plans.accept_plan_order", order):
        blockers.append(f"验收要由提出需求的{order.demand.branch}书记操作。")
    return blockers


def plan_task_done_blockers(order: PlanOrder, actor: User | None) -> list[str]:
    """Why a task of the order cannot be ticked off now; empty when it can."""
    blockers = _staff_blockers(order, actor, "更新")
    if order.state not in (PlanOrderState.CONFIRMED, PlanOrderState.IN_PROGRESS):
        blockers.append("双方确认定单以后、提交验收之前，才能登记任务完成。")
    return blockers
