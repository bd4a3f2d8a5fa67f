"""The scheduler at work: confirmed orders get their activities, activities get a free half-day.

Everything is found from the state of the rows, so it may run twice, twice at once, or late, with one result.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from core import audit
from core.errors import ConflictError
from core.wording import cn_datetime
from pairing.activities.adapter import LEAD_DAYS, order_person, order_venue, schedule_problem
from pairing.activities.enums import ActivityState
from pairing.activities.half_days import Span
from pairing.activities.models import Activity
from pairing.activities.scheduling import solve
from pairing.activities.selectors import kind_for
from pairing.activities.services.activities import (
    CANCELLABLE,
    activity_cancel,
    activity_insert,
    locked,
    place,
)
from pairing.activities.services.notices import announce, tell_staff
from pairing.activities.services.orders import FINISHED, UNDER_WAY
from pairing.activities.taken import times_in
from pairing.plans.enums import PlanOrderState, TaskKind
from pairing.plans.models import PlanOrder, PlanTask
from pairing.plans.services.deadlines import working_day_after
from pairing.plans.services.tasks import plan_task_add

DONE = (PlanOrderState.AWAITING_ACCEPTANCE, PlanOrderState.COMPLETED)
AGAIN_WORKING_DAYS = 10  # what work that was sent back gets at least


@dataclass(frozen=True)
class ScheduleReport:
    """What one run did: activities with their new time, and those without one, each with the reason."""

    placed: tuple[Activity, ...]
    unplaced: tuple[tuple[Activity, str], ...]


def activities_schedule(*, now: datetime) -> ScheduleReport:
    """Give every confirmed order its activities and every waiting activity a time, as far as there is one.

    Each step is a transaction of its own, so that one clash undoes nothing else. What finds no place stays
    planned with a reason and is tried again on every run.
    """
    _cancel_of_orders_over(now)
    _give_tasks(timezone.localdate(now))
    _pick_up()
    waiting = list(
        Activity.objects.unscheduled()
        .filter(plan_order__state__in=UNDER_WAY)
        .select_related("pairing__branch_a", "pairing__branch_b", "plan_order", "task")
        .order_by("pk")
    )
    if not waiting:
        return ScheduleReport((), ())
    problem = schedule_problem(waiting, now=now)
    visits, answer = {visit.id: visit for visit in problem.visits}, solve(problem)
    reasons = dict(answer.unplaced)
    placed, unplaced = [], []
    for activity in waiting:
        try:
            if activity.pk in reasons:
                raise ConflictError(f"{reasons[activity.pk]}。")
            span = times_in(problem, visits[activity.pk], answer.placements[activity.pk])
            if _place(activity, span, now):
                placed.append(activity)
        except ConflictError as refusal:
            _leave(activity, refusal.message, now)
            unplaced.append((activity, refusal.message))
    return ScheduleReport(tuple(placed), tuple(unplaced))


@transaction.atomic
def _give_tasks(today: date) -> None:
    """Ask for an activity of every order that should have one ahead and has none.

    Orders from a workbook come without tasks; one that was sent back at its acceptance has held all of its.
    """
    pending = PlanTask.objects.filter(kind=TaskKind.ACTIVITY, plan_order=OuterRef("pk"))
    held = Activity.objects.filter(plan_order=OuterRef("pk"))
    orders = PlanOrder.objects.filter(state__in=UNDER_WAY).exclude(Exists(pending.filter(done_on=None)))
    new = ~Exists(pending) & ~Exists(held) & Q(due_on__gte=today + timedelta(days=LEAD_DAYS))
    sent_back = (
        Q(state=PlanOrderState.IN_PROGRESS)
        & ~Q(state_reason="")
        & Exists(held)
        & ~Exists(held.exclude(state__in=FINISHED))
    )
    rows = orders.filter(new | sent_back).select_related("demand").order_by("pk")
    for order in rows.select_for_update(of=("self",), skip_locked=True, no_key=True):
        again = "再次办理：" if order.state_reason else ""
        soonest = working_day_after(today + timedelta(days=LEAD_DAYS), AGAIN_WORKING_DAYS)
        due_on = max(order.due_on, soonest) if order.state_reason else order.due_on
        plan_task_add(order=order, title=f"{again}{order.demand}", due_on=due_on)


@transaction.atomic
def _pick_up() -> None:
    """Make a planned activity of every 联办活动 task that has none; another run keeps the orders it holds."""
    bare = PlanTask.objects.filter(kind=TaskKind.ACTIVITY, activity=None, done_on=None)
    orders = (
        PlanOrder.objects.filter(Exists(bare.filter(plan_order=OuterRef("pk"))), state__in=UNDER_WAY)
        .select_related("pairing__branch_a", "pairing__branch_b", "demand__branch", "resource")
        .order_by("pk")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
    )
    for order in orders:
        # Asked again now that the order is held: another run may have just been here.
        for task in bare.filter(plan_order=order).order_by("position"):
            _create(order, task)


def _create(order: PlanOrder, task: PlanTask) -> Activity:
    with audit.action("activity.pick_up", actor=None) as entry:
        activity = activity_insert(
            pairing=order.pairing,
            plan_order=order,
            task=task,
            kind=kind_for(order.line, f"{task.title}{order.task}{order.demand}{order.resource or ''}"),
            title=task.title[:120],
            venue=order_venue(order),
            person=task.responsible or order_person(order),
        )
        entry.target = activity
        entry.summary = f"定单 {order}"
    return activity


@transaction.atomic
def _place(activity: Activity, span: Span, now: datetime) -> bool:
    """Book and announce one activity; False when somebody else has seen to it meanwhile.

    Raises:
        ConflictError: somebody booked the same branch, venue or person after the problem was stated.
    """
    row = locked(activity)
    order = row.plan_order
    if row.state != ActivityState.PLANNED or order is None or order.state not in UNDER_WAY:
        return False
    row.starts_at, row.ends_at = span
    with audit.action("activity.schedule", actor=None, target=row) as entry:
        place(row, now=now)
        entry.summary = cn_datetime(row.starts_at)
    announce(row, now=now)
    activity.starts_at, activity.ends_at, activity.state = row.starts_at, row.ends_at, row.state
    return True


@transaction.atomic
def _leave(activity: Activity, reason: str, now: datetime) -> None:
    """Say why there is no time yet, to the branches only the first time."""
    row = locked(activity)
    if row.state != ActivityState.PLANNED or row.unplaced_reason == reason[:300]:
        return
    row.unplaced_reason = reason[:300]
    row.save(update_fields=["unplaced_reason", "updated_at"])
    tell_staff(row, event="unplaced", subject=f"没有排上时间：{row}", body=f"{reason}可手工排期。", now=now)


def _cancel_of_orders_over(now: datetime) -> None:
    """Set free what a cancelled order still holds, and drop what one that is handed in had no time for."""
    cancelled = Q(plan_order__state=PlanOrderState.CANCELLED, state__in=CANCELLABLE)
    done = Q(plan_order__state__in=DONE, state=ActivityState.PLANNED)
    for activity in Activity.objects.filter(cancelled | done).order_by("pk"):
        _cancel(activity, now)


@transaction.atomic
def _cancel(activity: Activity, now: datetime) -> None:
    row = locked(activity)
    order = row.plan_order
    if row.state in CANCELLABLE and order is not None:  # another run may have been quicker
        what = "已取消" if order.state == PlanOrderState.CANCELLED else "已办完，没有再排活动"
        activity_cancel(activity=row, actor=None, now=now, reason=f"定单 {order} {what}")
