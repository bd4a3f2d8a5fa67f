"""What an order says: drawn up by hand, edited until both sides confirm, changed by request afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import DomainError, StaleVersionError, refuse
from core.wording import cn_date
from ledgers.models import Demand, Resource
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import Pairing, PlanOrder, Series
from pairing.plans.selectors.targets import Targets, targets_in_words, targets_of
from pairing.plans.selectors.task_lists import TaskDraft, task_drafts, tasks_in_words, tasks_late
from pairing.plans.services import order_guards
from pairing.plans.services.claim_guards import check_capacity, check_rest, check_terms
from pairing.plans.services.deadlines import spread
from pairing.plans.services.drafting import Wish, draft
from pairing.plans.services.locks import lock_demand, lock_order, lock_pairing, lock_resource
from pairing.plans.services.notices import tell
from pairing.plans.services.settling import demand_settle
from pairing.plans.services.targets import check_targets, write_targets
from pairing.plans.services.task_lists import check_tasks, write_tasks

EDITABLE_FIELDS = frozenset(
    {"line", "task", "responsible_a", "responsible_b", "place", "wanted_on", "due_on", "series"}
)


@transaction.atomic
def plan_order_create(
    *,
    pairing: Pairing,
    demand: Demand,
    actor: User,
    now: datetime,
    resource: Resource | None = None,
    visit_count: int = 1,
    wanted_on: date | None = None,
    due_on: date | None = None,
    task: str = "",
) -> PlanOrder:
    """Draw up an order by hand for what two branches agreed without a claim; both confirm it as any other.

    It holds the resource's capacity and its part of the demand at once, as a claim does.

    Args:
        due_on, task: None and blank are guessed from the demand.

    Raises:
        DomainError: see `plan_order_create_blockers`; also for a wanted day or a deadline in the past.
        ConflictError: when the month's capacity, or all that the demand wants, is promised already.
    """
    today = timezone.localdate(now)
    pairing, demand = lock_pairing(pairing.pk), lock_demand(demand.pk)
    resource = lock_resource(resource.pk) if resource else None
    refuse(order_guards.plan_order_create_blockers(pairing, demand, resource, actor, on=today))
    check_terms(visit_count, wanted_on, today, demand.deadline_on)
    check_rest(demand, visit_count)
    if resource:
        check_capacity(resource, visit_count, wanted_on or today)
    _check_due(due_on, today)
    _check_wanted(wanted_on, due_on)
    offering = pairing.partner_of(demand.branch_id)
    by = pairing.branch_a if pairing.branch_a_id in actor.staff_branch_ids else pairing.branch_b
    said = {name: value for name, value in (("due_on", due_on), ("task", task.strip())) if value}
    wish = Wish(demand, offering, resource, visit_count, wanted_on)
    order = draft(wish, actor, now, summary=f"{by}起草定单", pairing=pairing, drafted_by=by, **said)
    demand_settle(demand=demand, actor=actor, now=now)
    _tell(order, "draft", f"{by}起草了定单 {order}：{demand}", now, actor)
    return order


@dataclass(frozen=True)
class Revision:
    """What an edit or a change request makes different; `tasks` and `targets` are None when they stay."""

    fields: dict[str, Any]
    tasks: Sequence[TaskDraft] | None = None
    targets: Targets | None = None

    def __bool__(self) -> bool:
        return bool(self.fields) or self.tasks is not None or self.targets is not None


@transaction.atomic
def plan_order_edit(
    *,
    order: PlanOrder,
    version: int,
    actor: User,
    now: datetime,
    tasks: Sequence[TaskDraft] | None = None,
    targets: Targets | None = None,
    **changes: Any,
) -> PlanOrder:
    """Change an order that is not agreed yet: a new version, which nobody has confirmed.

    Saving what is there already changes nothing.

    Args:
        version: the version the editor saw.
        tasks: the whole list as it is to be; None leaves the tasks, or spreads them over a new deadline.
        targets: all expected metrics as they are to be; None leaves them.
        changes: any of EDITABLE_FIELDS; the series by its title, blank for none.

    Raises:
        StaleVersionError: when somebody saved a newer version meanwhile.
        DomainError: see `plan_order_edit_blockers`, `check_tasks` and `check_targets`; also for a deadline
            in the past.
    """
    order = lock_order(order.pk)
    refuse(order_guards.plan_order_edit_blockers(order, actor))
    check_version(order, version)
    revision = revision_of(order, changes, tasks, targets, now)
    if not revision:
        return order
    with audit.action("plan_order.edit", actor=actor, target=order) as entry:
        entry.changes = revision_apply(order, revision, now)
        order.confirmed_version_a = order.confirmed_version_b = None
        order.state = PlanOrderState.DRAFT
        order.save()
        entry.summary = f"修改定单，成为第 {order.version} 版，须重新确认"
        _tell(order, "edit", f"定单 {order} 有修改，请重新确认", now, actor)
    return order


def check_version(order: PlanOrder, version: int) -> None:
    """Refuse to go on from a version that is no longer the newest.

    Raises:
        StaleVersionError: naming both versions.
    """
    if order.version != version:
        raise StaleVersionError(
            f"您看的是第 {version} 版，对方已改到第 {order.version} 版。请核对新内容后再办理。"
        )


def revision_of(
    order: PlanOrder,
    changes: dict[str, Any],
    tasks: Sequence[TaskDraft] | None,
    targets: Targets | None,
    now: datetime,
) -> Revision:
    """What really differs from a locked order, checked.

    Raises:
        DomainError: for a day in the past, a month without capacity, a task due after its order, or tasks or
            targets that cannot be.
    """
    unknown = set(changes) - EDITABLE_FIELDS
    if unknown:
        raise TypeError(f"an order has no {sorted(unknown)} to change")
    today = timezone.localdate(now)
    differing = {name: value for name, value in changes.items() if _current(order, name) != value}
    _check_due(differing.get("due_on"), today)
    if "wanted_on" in differing:
        check_terms(order.visit_count, differing["wanted_on"], today, None)
        _check_wanted(differing["wanted_on"], differing.get("due_on", order.due_on))
        _check_month(order, differing["wanted_on"])
    drafts = list(tasks) if tasks is not None and list(tasks) != task_drafts(order) else None
    if drafts is not None:
        check_tasks(order, drafts)
        _check_in_time(order, drafts, differing.get("due_on", order.due_on))
    aims = targets if targets is not None and targets != targets_of(order) else None
    if aims is not None:
        check_targets(aims)
    return Revision(differing, drafts, aims)


def revision_apply(order: PlanOrder, revision: Revision, now: datetime) -> dict[str, list[str]]:
    """Write a checked revision into a locked order as its next version; give old and new for the trail.

    The caller settles who has confirmed the new version, and saves the order.
    """
    changes = {name: [_plain(_current(order, name)), _plain(new)] for name, new in revision.fields.items()}
    if revision.tasks is not None:
        before = tasks_in_words(task_drafts(order), order)
        changes["tasks"] = [before, tasks_in_words(revision.tasks, order)]
    else:
        _hand_tasks_over(order, revision.fields)
    if revision.targets is not None:
        changes["targets"] = [targets_in_words(targets_of(order)), targets_in_words(revision.targets)]
        write_targets(order, revision.targets)
    for name, value in revision.fields.items():
        setattr(order, name, _series(order, value) if name == "series" else value)
    order.version += 1
    if revision.tasks is not None:
        write_tasks(order, revision.tasks)
    elif "due_on" in revision.fields:
        _move_deadlines(order, timezone.localdate(now))
    return changes


def _check_due(due_on: date | None, today: date) -> None:
    if due_on and due_on < today:
        raise DomainError("完成时限已经过去，请改成今天或以后的日期。", field="due_on")


def _check_wanted(wanted_on: date | None, due_on: date | None) -> None:
    """Refuse a wanted day after the deadline: activities would be arranged as if nobody had named one."""
    if wanted_on and due_on and wanted_on > due_on:
        raise DomainError(
            f"希望日期晚于完成时限 {cn_date(due_on)}，请改早，或推迟完成时限。", field="wanted_on"
        )


def _check_in_time(order: PlanOrder, drafts: Sequence[TaskDraft], due_on: date) -> None:
    """Refuse a task typed to be due after its order."""
    late = tasks_late(drafts, task_drafts(order), due_on, is_moved=due_on != order.due_on)
    if late:
        raise DomainError(
            f"任务“{late[0].title}”的时限不能晚于定单完成时限（{cn_date(due_on)}），请改早，或先推迟定单。"
        )


def _check_month(order: PlanOrder, wanted_on: date | None) -> None:
    """Moving the wanted day into another month, or taking it away, needs room where it then counts."""
    was, day = _counted_on(order, order.wanted_on), _counted_on(order, wanted_on)
    if order.resource_id and (was.year, was.month) != (day.year, day.month):
        check_capacity(lock_resource(order.resource_id), order.visit_count, day)


def _counted_on(order: PlanOrder, wanted_on: date | None) -> date:
    """The day in whose month the order counts with that wanted day; see `holding_capacity`."""
    claim = order.claim
    return wanted_on or (claim and claim.wanted_on) or timezone.localdate((claim or order).created_at)


def _hand_tasks_over(order: PlanOrder, changes: dict[str, Any]) -> None:
    """Give the open tasks of a replaced person to the new one."""
    for side, branch_id in (("a", order.pairing.branch_a_id), ("b", order.pairing.branch_b_id)):
        name = f"responsible_{side}"
        if name in changes:
            order.tasks.filter(owner=branch_id, responsible=getattr(order, name), done_on=None).update(
                responsible=changes[name]
            )


def _move_deadlines(order: PlanOrder, today: date) -> None:
    """Spread the open tasks anew over the days that are left."""
    tasks = list(order.tasks.filter(done_on=None).order_by("position"))
    for task, day in zip(tasks, spread(today, order.due_on, len(tasks)), strict=True):
        task.due_on = day
        task.save(update_fields=["due_on", "updated_at"])


def _current(order: PlanOrder, name: str) -> Any:
    return str(order.series or "") if name == "series" else getattr(order, name)


def _series(order: PlanOrder, title: str) -> Series | None:
    """The series of that name among the orders of the same pairing, or a new one; None for a blank name."""
    if not title:
        return None
    known = Series.objects.filter(title=title, plan_orders__pairing=order.pairing_id).first()
    return known or Series.objects.create(title=title)


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _tell(order: PlanOrder, event: str, subject: str, now: datetime, actor: User) -> None:
    sides = (order.pairing.branch_a_id, order.pairing.branch_b_id)
    tell(sides, about=order, event=event, subject=subject, now=now, actor=actor)
