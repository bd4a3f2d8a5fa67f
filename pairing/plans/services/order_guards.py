"""What stands in the way of each step of a plan order, in sentences; page and service ask the same functions.

The `actor` is None when the system itself takes the step.
"""

from __future__ import annotations

from datetime import date

from branches.models import Branch, User
from core.transitions import check_transition
from core.wording import cn_datetime
from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand, Resource
from pairing.plans.enums import CHANGE_TRANSITIONS, PLAN_ORDER_TRANSITIONS, ChangeState, PlanOrderState
from pairing.plans.models import ChangeRequest, Pairing, PlanOrder
from pairing.plans.rules import is_staff_of_pairing
from pairing.plans.services.guards import on_behalf_blockers, step_blockers

NOUN = "这张定单"
TASKS_OPEN = frozenset(
    {PlanOrderState.CONFIRMED, PlanOrderState.IN_PROGRESS, PlanOrderState.AWAITING_ACCEPTANCE}
)
EDITABLE = frozenset({PlanOrderState.DRAFT, PlanOrderState.TO_CONFIRM})
CHANGEABLE = frozenset({PlanOrderState.CONFIRMED, PlanOrderState.IN_PROGRESS})


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
        blockers.append(f"定单现在是“{label}”，内容已由双方确认，不能直接改；确需变更，请提出变更申请。")
    return blockers


def plan_order_create_blockers(
    pairing: Pairing, demand: Demand, resource: Resource | None, actor: User, *, on: date
) -> list[str]:
    """Why an order cannot be drawn up by hand now; empty when it can."""
    blockers = []
    if not is_staff_of_pairing(actor, pairing):
        blockers.append("只有结对双方的书记或联络员能起草定单。")
    if not pairing.is_active:
        blockers.append(f"{pairing}的结对已经结束，不能再起草定单。")
    if not pairing.has(demand.branch_id):
        blockers.append(f"需求“{demand}”不是{pairing}任何一方的，请另选需求。")
    elif resource and resource.branch_id != pairing.partner_of(demand.branch_id).pk:
        blockers.append(f"资源要由{pairing.partner_of(demand.branch_id)}提供，请另选资源，或留空。")
    if demand.state != DemandState.OPEN:
        blockers.append(f"需求“{demand}”现在是“{demand.get_state_display()}”，只有待认领的需求能起草定单。")
    if resource and (resource.state != ResourceState.PUBLISHED or resource.is_expired(on)):
        blockers.append(f"资源“{resource}”现在不可用，请换一项资源，或留空。")
    return blockers


def change_request_blockers(order: PlanOrder, actor: User) -> list[str]:
    """Why `actor` cannot ask to change the order now; empty when they can."""
    if order.state not in CHANGEABLE:
        label = order.get_state_display()
        return [f"定单现在是“{label}”，只有双方确认以后、提交验收之前才需要申请变更。"]
    blockers = []
    if not actor.has_perm("plans.confirm_plan_order", order):
        blockers.append("申请变更等于确认新内容，要由结对双方的支部书记操作。")
    if any(change.is_open for change in order.changes.all()):
        blockers.append("这张定单已有一项变更申请在等答复，请先答复或撤回那一项。")
    return blockers


def change_request_answer_blockers(
    order: PlanOrder, request: ChangeRequest, actor: User, *, on_behalf: bool = False
) -> list[str]:
    """Why `actor` cannot answer the request now; empty when they can.

    Args:
        on_behalf: the county office answers in the name of the awaited side.
    """
    target = ChangeState.ACCEPTED
    blockers = step_blockers(CHANGE_TRANSITIONS, ChangeState, request.state, target, "这项变更申请")
    if order.state not in CHANGEABLE:
        blockers.append(f"定单现在是“{order.get_state_display()}”，不能再变更。")
    side = order.pairing.partner_of(request.asked_by_id)
    if on_behalf:
        blockers += on_behalf_blockers(actor, order)
    elif side.pk not in actor.secretary_branch_ids:
        blockers.append(f"这项变更申请正等{side}答复，只有该支部书记能操作。")
    return blockers


def change_request_withdraw_blockers(order: PlanOrder, request: ChangeRequest, actor: User) -> list[str]:
    """Why `actor` cannot take the request back now; empty when they can."""
    target = ChangeState.WITHDRAWN
    blockers = step_blockers(CHANGE_TRANSITIONS, ChangeState, request.state, target, "这项变更申请")
    if request.asked_by_id not in actor.secretary_branch_ids:
        blockers.append(f"只有提出变更的{request.asked_by}书记能撤回。")
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


def has_recorded_activity(order: PlanOrder) -> bool:
    """Whether an activity of the order was held and is on record, which is a linked result.

    Activities sit in a layer above; only the name of their relation and of their state is used here.
    """
    return order.activities.filter(state="archived").exists()


def plan_order_hand_in_blockers(order: PlanOrder, actor: User | None) -> list[str]:
    """Why the order cannot be handed in for acceptance now; empty when it can.

    A visit that is announced is still to come: both sides would wait for it although the work is called done.
    """
    return [
        *_staff_blockers(order, actor, "提交"),
        *_state_blockers(order, PlanOrderState.AWAITING_ACCEPTANCE),
        *(
            f"活动“{activity}”定在{cn_datetime(activity.starts_at)}，还没有办完：办完补了记录会自动提交验收；"
            "不再办的，请先取消那场活动，再提交。"
            for activity in order.activities.all()
            if activity.state in ("announced", "under_way")
        ),
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
    if order.state not in TASKS_OPEN:
        blockers.append("双方确认定单以后、验收以前，才能登记任务完成。")
    return blockers
