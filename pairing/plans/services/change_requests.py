"""变更申请: how an order that both sides have confirmed changes – one side asks, the other one answers.

Asking is confirming: the secretary who asks stands for the new version, so that the other side's yes makes a
version that both have confirmed, and the work goes on without a pause.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from branches.models import User
from core import audit
from core.errors import DomainError, refuse
from core.transitions import check_transition
from pairing.plans.enums import CHANGE_TRANSITIONS, ChangeState
from pairing.plans.models import ChangeRequest, PlanOrder
from pairing.plans.selectors.targets import Targets, targets_as_json, targets_from_json
from pairing.plans.selectors.task_lists import TaskDraft
from pairing.plans.services import order_guards
from pairing.plans.services.guards import signed_by, stated
from pairing.plans.services.locks import lock_order
from pairing.plans.services.notices import tell
from pairing.plans.services.order_contents import check_version, revision_apply, revision_of

DATES = frozenset({"due_on", "wanted_on"})


@transaction.atomic
def change_request_propose(
    *,
    order: PlanOrder,
    version: int,
    actor: User,
    reason: str,
    now: datetime,
    tasks: Sequence[TaskDraft] | None = None,
    targets: Targets | None = None,
    **changes: Any,
) -> ChangeRequest:
    """Ask the other side to change a confirmed order; nothing changes until it has agreed.

    Args:
        version: the version the asker saw.
        tasks, targets, changes: as `plan_order_edit` takes them.

    Raises:
        StaleVersionError: when a change was agreed meanwhile.
        DomainError: see `change_request_blockers`; also when nothing differs or the reason is blank.
    """
    order = lock_order(order.pk)
    refuse(order_guards.change_request_blockers(order, actor))
    check_version(order, version)
    revision = revision_of(order, changes, tasks, targets, now)
    if not revision:
        raise DomainError("内容没有改动，不需要申请变更。")
    pairing = order.pairing
    by = pairing.branch_a if pairing.branch_a_id in actor.secretary_branch_ids else pairing.branch_b
    with audit.action("plan_order.ask_change", actor=actor, target=order, reason=reason) as entry:
        request = ChangeRequest.objects.create(
            plan_order=order,
            version=order.version,
            fields={name: _as_json(value) for name, value in revision.fields.items()},
            tasks=None if revision.tasks is None else [task.as_json() for task in revision.tasks],
            targets=None if revision.targets is None else targets_as_json(revision.targets),
            reason=stated(reason, "变更"),
            asked_by=by,
            asker=actor,
        )
        entry.summary = f"{by}申请变更定单，等{pairing.partner_of(by.pk)}答复"
        _tell(order, "ask_change", f"{by}申请变更定单 {order}", now, actor, f"理由：{request.reason}")
    return request


@transaction.atomic
def change_request_accept(
    *, request: ChangeRequest, actor: User, now: datetime, on_behalf: str = ""
) -> ChangeRequest:
    """Agree to a change: a new version that both sides have confirmed.

    Args:
        on_behalf: why the county office answers for the awaited side; see services.on_behalf.

    Raises:
        DomainError: see `change_request_answer_blockers`; also when the change is no longer possible.
    """
    order, request = _locked(request)
    refuse(order_guards.change_request_answer_blockers(order, request, actor, on_behalf=bool(on_behalf)))
    check_version(order, request.version)
    revision = revision_of(order, _fields(request), _tasks(request), _targets(request), now)
    with audit.action("plan_order.change", actor=actor, target=order, reason=request.reason) as entry:
        entry.changes = revision_apply(order, revision, now)
        order.confirmed_version_a = order.confirmed_version_b = order.version
        order.save()
        _answer(request, ChangeState.ACCEPTED, "", now)
        who = signed_by(order.pairing.partner_of(request.asked_by_id), on_behalf=on_behalf)
        entry.summary = f"{who}同意变更，成为第 {order.version} 版"
        _tell(order, "change", f"{who}同意变更，定单 {order} 成为第 {order.version} 版", now, actor)
    return request


@transaction.atomic
def change_request_decline(
    *, request: ChangeRequest, actor: User, reason: str, now: datetime, on_behalf: str = ""
) -> ChangeRequest:
    """Say no to a change with a reason; the order stays as both sides have confirmed it.

    Args:
        on_behalf: why the county office answers for the awaited side; see services.on_behalf.

    Raises:
        DomainError: see `change_request_answer_blockers`; also when the reason is blank.
    """
    order, request = _locked(request)
    refuse(order_guards.change_request_answer_blockers(order, request, actor, on_behalf=bool(on_behalf)))
    who = signed_by(order.pairing.partner_of(request.asked_by_id), on_behalf=on_behalf)
    return _refuse(order, request, ChangeState.DECLINED, who, actor, stated(reason, "不同意"), now)


@transaction.atomic
def change_request_withdraw(
    *, request: ChangeRequest, actor: User, reason: str, now: datetime
) -> ChangeRequest:
    """Take a change back before it is answered.

    Raises:
        DomainError: see `change_request_withdraw_blockers`; also when the reason is blank.
    """
    order, request = _locked(request)
    refuse(order_guards.change_request_withdraw_blockers(order, request, actor))
    who = str(request.asked_by)
    return _refuse(order, request, ChangeState.WITHDRAWN, who, actor, stated(reason, "撤回"), now)


def change_requests_lapse(order: PlanOrder, reason: str, now: datetime) -> None:
    """End the open request of a locked order that is over; call it inside the action that ends the order."""
    for request in order.changes.filter(state=ChangeState.PROPOSED):
        _answer(request, ChangeState.LAPSED, reason, now)


def _refuse(
    order: PlanOrder,
    request: ChangeRequest,
    to: ChangeState,
    who: str,
    actor: User,
    reason: str,
    now: datetime,
) -> ChangeRequest:
    verb, word = ("keep", "不同意变更") if to == ChangeState.DECLINED else ("unask_change", "撤回变更申请")
    with audit.action(f"plan_order.{verb}", actor=actor, target=order, reason=reason) as entry:
        _answer(request, to, reason, now)
        entry.summary = f"{who}{word}"
        _tell(order, verb, f"{entry.summary}：{order}", now, actor, f"理由：{reason}")
    return request


def _locked(request: ChangeRequest) -> tuple[PlanOrder, ChangeRequest]:
    """The order first, as everywhere; whoever holds it holds its requests."""
    order = lock_order(request.plan_order_id)
    return order, ChangeRequest.objects.select_related("asked_by").get(pk=request.pk)


def _answer(request: ChangeRequest, to: ChangeState, answer: str, now: datetime) -> None:
    check_transition(CHANGE_TRANSITIONS, ChangeState, request.state, to, "这项变更申请")
    request.state, request.answer, request.answered_at = to, answer, now
    request.save(update_fields=["state", "answer", "answered_at", "updated_at"])


def _fields(request: ChangeRequest) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in DATES and value else value
        for name, value in request.fields.items()
    }


def _tasks(request: ChangeRequest) -> list[TaskDraft] | None:
    return None if request.tasks is None else [TaskDraft.from_json(task) for task in request.tasks]


def _targets(request: ChangeRequest) -> dict[int, Decimal] | None:
    return None if request.targets is None else targets_from_json(request.targets)


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _tell(order: PlanOrder, event: str, subject: str, now: datetime, actor: User, body: str = "") -> None:
    sides = (order.pairing.branch_a_id, order.pairing.branch_b_id)
    tell(sides, about=order, event=event, subject=subject, now=now, body=body, actor=actor)
