"""What happens to a plan order when its activities are placed and held."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from branches.models import User
from pairing.activities.enums import ActivityState
from pairing.activities.models import Activity
from pairing.activities.services.notices import tell_staff
from pairing.plans.enums import PlanOrderState, TaskKind
from pairing.plans.services.orders import plan_order_hand_in, plan_order_start
from pairing.plans.services.tasks import plan_task_done

FINISHED = (ActivityState.ARCHIVED, ActivityState.CANCELLED)
UNDER_WAY = (PlanOrderState.CONFIRMED, PlanOrderState.IN_PROGRESS)


def start_order(activity: Activity, *, now: datetime) -> None:
    """The first activity with a date sets a confirmed order in progress."""
    order = activity.plan_order
    if order and order.state == PlanOrderState.CONFIRMED:
        activity.plan_order = plan_order_start(order=order, now=now)


def finish_task(activity: Activity, *, actor: User, now: datetime) -> None:
    """Tick off the task that the activity stands for, on the day it was held."""
    task, order = activity.task, activity.plan_order
    if task and order and order.state in UNDER_WAY:
        held_on = timezone.localdate(activity.ends_at)
        plan_task_done(task=task, actor=actor, now=now, done_on=held_on)


def hand_in_if_last(activity: Activity, *, actor: User | None, now: datetime) -> None:
    """Hand the order in when nothing of it is left to hold and something has been held."""
    order = activity.plan_order
    if order is None or order.state != PlanOrderState.IN_PROGRESS:
        return
    waiting = order.tasks.filter(kind=TaskKind.ACTIVITY, activity=None, done_on=None).exists()
    unfinished = order.activities.exclude(state__in=FINISHED).exists()
    if waiting or unfinished:
        return
    if not order.activities.held().exists():
        tell_staff(
            activity,
            event="nothing_left",
            subject=f"定单 {order} 的活动都取消了",
            body="定单仍在实施中。还要办的，请登记新的活动；不再办的，请取消定单。",
            now=now,
        )
        return
    activity.plan_order = plan_order_hand_in(order=order, actor=actor, now=now)
