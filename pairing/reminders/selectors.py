"""The duties that reminders are about: what is open, when it is due, whose it is.

In no order: the reminders are told in the order of their own rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from django.urls import reverse
from django.utils import timezone

from branches.enums import Role
from branches.models import Membership, User
from core.periods import day_starts
from ledgers.enums import DemandState
from ledgers.models import Demand
from pairing.activities.enums import ACTIVITY_AWAITED
from pairing.activities.models import Activity
from pairing.plans.enums import AgreementState, PairingState, PlanOrderState
from pairing.plans.models import Agreement, Claim, Pairing, PlanOrder, PlanTask
from pairing.reviews.models import ActionItem, Review

RECORD_WITHIN_DAYS = 3  # an activity is recorded within three days

Seat: TypeAlias = tuple[int | None, str]  # branch (None for the county) and role


@dataclass(frozen=True)
class Duty:
    """One thing to be done by a day.

    `since` is the day it came into the system: what lay before it was never missed.
    """

    object_id: int
    due_on: date
    since: date
    branch_ids: tuple[int, ...]
    title: str
    url: str


def _both(pairing: Pairing) -> tuple[int, int]:
    return pairing.branch_a_id, pairing.branch_b_id


def reviews_due(by: date) -> Iterator[Duty]:
    """Reviews not yet held. A series counts from the day it was set up: its past reviews are history."""
    reviews = (
        Review.objects.due()
        .filter(due_on__lte=by)
        .select_related("series__pairing__branch_a", "series__pairing__branch_b")
        .order_by()
    )
    for review in reviews:
        pairing = review.series.pairing
        yield Duty(
            review.pk,
            review.due_on,
            timezone.localdate(review.series.created_at),
            _both(pairing),
            f"{pairing} {review.period_label}{review.series.get_kind_display()}",
            review.get_absolute_url(),
        )


def action_items_due(by: date) -> Iterator[Duty]:
    """Decisions of running pairings that are not done."""
    items = ActionItem.objects.open().filter(
        due_on__lte=by, review__series__pairing__state=PairingState.ACTIVE
    )
    for item in items.order_by():
        yield Duty(
            item.pk,
            item.due_on,
            timezone.localdate(item.created_at),
            (item.owner_id,),
            item.title,
            reverse("review_detail", args=[item.review_id]),
        )


def plan_orders_due(by: date) -> Iterator[Duty]:
    """Orders that are not completed or cancelled."""
    orders = PlanOrder.objects.live().filter(due_on__lte=by).select_related("pairing", "demand")
    for order in orders.order_by():
        yield Duty(
            order.pk,
            order.due_on,
            timezone.localdate(order.created_at),
            _both(order.pairing),
            f"{order.number} {order.demand}",
            order.get_absolute_url(),
        )


def plan_tasks_due(by: date) -> Iterator[Duty]:
    """Open tasks of confirmed orders; only the branch that owns the task is told."""
    tasks = PlanTask.objects.filter(
        done_on=None,
        due_on__lte=by,
        plan_order__state__in=[PlanOrderState.CONFIRMED, PlanOrderState.IN_PROGRESS],
    ).select_related("plan_order")
    for task in tasks.order_by():
        yield Duty(
            task.pk,
            task.due_on,
            timezone.localdate(task.created_at),
            (task.owner_id,),
            f"{task.plan_order} {task.title}",
            task.plan_order.get_absolute_url(),
        )


def demands_due(by: date) -> Iterator[Duty]:
    """Unfinished demands with a deadline; a suspended or returned one waits for somebody's decision first."""
    demands = (
        Demand.objects.unfinished()
        .exclude(state__in=[DemandState.SUSPENDED, DemandState.RETURNED])
        .filter(deadline_on__lte=by)
    )
    for demand in demands.order_by():
        assert demand.deadline_on is not None  # left out by the filter
        yield Duty(
            demand.pk,
            demand.deadline_on,
            timezone.localdate(demand.created_at),
            (demand.branch_id,),
            demand.title,
            reverse("demand_detail", args=[demand.pk]),
        )


def claims_due(by: date) -> Iterator[Duty]:
    """Claims whose answer is awaited, due on the day they expire."""
    claims = Claim.objects.pending().filter(expires_on__lte=by).select_related("resource", "demand")
    for claim in claims.order_by():
        yield Duty(
            claim.pk,
            claim.expires_on,
            timezone.localdate(claim.created_at),
            (claim.awaiting_id,),
            str(claim),
            claim.get_absolute_url(),
        )


def activity_records_due(by: date) -> Iterator[Duty]:
    """Activities that are over and not recorded, due RECORD_WITHIN_DAYS after their last day."""
    activities = Activity.objects.filter(
        state__in=ACTIVITY_AWAITED,
        ends_at__lt=day_starts(by - timedelta(days=RECORD_WITHIN_DAYS - 1)),
    ).select_related("pairing")
    for activity in activities.order_by():
        yield Duty(
            activity.pk,
            timezone.localdate(activity.ends_at) + timedelta(days=RECORD_WITHIN_DAYS),
            timezone.localdate(activity.created_at),
            _both(activity.pairing),
            activity.title,
            activity.get_absolute_url(),
        )


def agreements_expiring(by: date) -> Iterator[Duty]:
    """Agreements in force of running pairings, due for renewal on their last day."""
    agreements = Agreement.objects.filter(
        state=AgreementState.IN_FORCE, pairing__state=PairingState.ACTIVE, ends_on__lte=by
    ).select_related("pairing__branch_a", "pairing__branch_b")
    for agreement in agreements.order_by():
        assert agreement.ends_on is not None  # left out by the filter
        yield Duty(
            agreement.pk,
            agreement.ends_on,
            timezone.localdate(agreement.created_at),
            _both(agreement.pairing),
            f"{agreement} {agreement.pairing}",
            agreement.get_absolute_url(),
        )


def holders(roles: Iterable[str], *, on: date) -> dict[Seat, list[User]]:
    """Who holds each seat on a day; a county-wide role is one seat, whatever organisation it is kept in."""
    found: dict[Seat, list[User]] = {}
    seats = (
        Membership.objects.in_force(on=on)
        .filter(role__in=set(roles), user__is_active=True)
        .select_related("user")
        .order_by("pk")
    )
    for seat in seats:
        branch_id = None if seat.role == Role.COUNTY_OFFICE else seat.branch_id
        found.setdefault((branch_id, seat.role), []).append(seat.user)
    return found
