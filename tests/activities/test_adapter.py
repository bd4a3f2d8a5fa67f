"""Rows become a scheduling problem: windows, what is taken, what a resource allows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pairing.activities.adapter import schedule_problem
from pairing.activities.half_days import half_day
from pairing.activities.models import Activity
from pairing.activities.scheduling import Half, Slot
from pairing.activities.services.booking import activity_book
from pairing.activities.taken import times_of
from pairing.plans.models import PlanOrder
from tests.factories.activities import ActivityFactory
from tests.factories.ledgers import AvailabilityFactory
from tests.factories.plans import ClaimFactory, PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)  # Monday
DUE = date(2026, 3, 20)


def waiting(order: PlanOrder | None = None, **fields: object) -> Activity:
    order = order or PlanOrderFactory(confirmed=True, **fields)
    task = PlanTaskFactory(plan_order=order, due_on=DUE)
    return ActivityFactory(pairing=order.pairing, plan_order=order, task=task, venue="礼堂")


def test_visit_may_stand_from_the_day_after_tomorrow_to_the_deadline_of_its_task() -> None:
    (visit,) = schedule_problem([waiting(demand__urgency=2)], today=TODAY).visits

    assert (visit.release, visit.deadline, visit.weight) == (TODAY + timedelta(days=2), DUE, 3.0)


def test_wanted_day_opens_the_window_and_leaves_a_week() -> None:
    claim = ClaimFactory(accepted=True, wanted_on=date(2026, 3, 18))
    order = PlanOrderFactory(confirmed=True, claim=claim, pairing=claim.pairing, due_on=date(2026, 3, 31))

    (visit,) = schedule_problem([waiting(order)], today=TODAY).visits

    assert (visit.release, visit.deadline) == (date(2026, 3, 18), date(2026, 3, 25))


def test_visits_of_one_order_are_a_series() -> None:
    order = PlanOrderFactory(confirmed=True)
    alone = waiting()

    problem = schedule_problem([waiting(order), waiting(order), alone], today=TODAY)

    assert [visit.series_id for visit in problem.visits] == [order.pk, order.pk, None]


def test_bookings_take_the_half_days_they_touch() -> None:
    morning, afternoon = half_day(date(2026, 3, 5), "am"), half_day(date(2026, 3, 5), "pm")
    for starts_at, ends_at in (
        (
            morning[1] - timedelta(minutes=1),
            morning[1] + timedelta(hours=1),
        ),  # the last minute of the morning
        (afternoon[1], afternoon[1] + timedelta(hours=2)),  # begins when the afternoon ends
    ):
        activity_book(
            activity=ActivityFactory(announced=True, venue="礼堂", starts_at=starts_at, ends_at=ends_at)
        )

    problem = schedule_problem([waiting()], today=TODAY)

    assert problem.busy["venue:礼堂"] == {Slot(date(2026, 3, 5), Half.AM)}


def test_availability_gives_the_week_and_its_exceptions() -> None:
    activity = waiting()
    resource = activity.plan_order.resource
    AvailabilityFactory(resource=resource, weekday=1, half="am")
    AvailabilityFactory(resource=resource, weekday=3, half="pm")
    AvailabilityFactory(resource=resource, weekday=None, day=date(2026, 3, 10), half="am", is_available=False)
    AvailabilityFactory(resource=resource, weekday=None, day=date(2026, 3, 11), half="pm")

    problem = schedule_problem([activity], today=TODAY)

    key = f"available:{resource.pk}"
    assert problem.weekly[key] == {(1, Half.AM), (3, Half.PM)}
    assert problem.closed[key] == {Slot(date(2026, 3, 10), Half.AM): "当天不提供"}
    assert problem.extra[key] == {Slot(date(2026, 3, 11), Half.PM)}
    assert key in problem.visits[0].subjects


def test_only_unavailable_half_days_leave_the_rest_of_the_week() -> None:
    activity = waiting()
    AvailabilityFactory(resource=activity.plan_order.resource, weekday=2, half="am", is_available=False)

    (week,) = schedule_problem([activity], today=TODAY).weekly.values()

    assert len(week) == 13
    assert (2, Half.AM) not in week


def test_capacity_counts_what_the_resource_does_already() -> None:
    order = PlanOrderFactory(confirmed=True, resource__capacity_per_month=2)
    starts_at, ends_at = half_day(date(2026, 3, 12), "am")
    ActivityFactory(announced=True, plan_order=order, starts_at=starts_at, ends_at=ends_at)
    ActivityFactory(cancelled=True, plan_order=order, starts_at=starts_at, ends_at=ends_at)

    problem = schedule_problem([waiting(order)], today=TODAY)

    key = f"resource:{order.resource_id}"
    assert problem.month_caps == {key: 2}
    assert problem.month_counts == {(key, date(2026, 3, 1)): 1}


def test_query_count_does_not_grow() -> None:
    counts = []
    for size in (1, 4):
        rows = list(Activity.objects.filter(pk__in=[waiting().pk for _ in range(size)]))
        with CaptureQueriesContext(connection) as queries:
            schedule_problem(rows, today=TODAY)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_slot_is_the_half_day_on_the_clock() -> None:
    assert times_of(Slot(TODAY, Half.PM)) == half_day(TODAY, "pm")
