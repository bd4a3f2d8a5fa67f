"""Rows become a scheduling problem: windows, what is taken, what a resource allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pairing.activities.adapter import schedule_problem
from pairing.activities.half_days import half_day, local_instant
from pairing.activities.halls import halls_called
from pairing.activities.models import Activity
from pairing.activities.scheduling import Half, Slot
from pairing.activities.services.booking import activity_book
from pairing.activities.taken import clocks_between, times_in
from pairing.plans.models import PlanOrder
from tests.factories.activities import ActivityFactory
from tests.factories.branches import BranchFactory
from tests.factories.ledgers import AvailabilityFactory, ResourceFactory
from tests.factories.plans import ClaimFactory, PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)  # Monday
NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
DUE = date(2026, 3, 20)


def waiting(order: PlanOrder | None = None, **fields: object) -> Activity:
    order = order or PlanOrderFactory(confirmed=True, **fields)
    task = PlanTaskFactory(plan_order=order, due_on=DUE)
    return ActivityFactory(pairing=order.pairing, plan_order=order, task=task, venue="礼堂")


def test_visit_may_stand_from_the_day_after_tomorrow_to_the_deadline_of_its_task() -> None:
    (visit,) = schedule_problem([waiting(demand__urgency=2)], now=NOW).visits

    assert (visit.release, visit.deadline, visit.weight) == (TODAY + timedelta(days=2), DUE, 3.0)


def test_wanted_day_opens_the_window_and_leaves_a_week() -> None:
    order = PlanOrderFactory(confirmed=True, wanted_on=date(2026, 3, 18), due_on=date(2026, 3, 31))

    (visit,) = schedule_problem([waiting(order)], now=NOW).visits

    assert (visit.release, visit.deadline) == (date(2026, 3, 18), date(2026, 3, 25))


def test_day_the_claim_wanted_gives_way_to_what_the_order_says() -> None:
    claim = ClaimFactory(accepted=True, wanted_on=date(2026, 3, 18))
    terms = {"claim": claim, "pairing": claim.pairing, "due_on": date(2026, 3, 31)}
    order = PlanOrderFactory(confirmed=True, wanted_on=date(2026, 3, 23), **terms)

    (visit,) = schedule_problem([waiting(order)], now=NOW).visits

    assert (visit.release, visit.deadline) == (date(2026, 3, 23), date(2026, 3, 30))


def test_visits_of_one_order_are_a_series() -> None:
    order = PlanOrderFactory(confirmed=True)
    alone = waiting()

    problem = schedule_problem([waiting(order), waiting(order), alone], now=NOW)

    assert [visit.series_id for visit in problem.visits] == [order.pk, order.pk, None]


def test_visit_placed_anew_is_one_of_a_series_with_those_that_stand() -> None:
    order = PlanOrderFactory(confirmed=True)
    starts_at, ends_at = half_day(date(2026, 3, 12), "am")
    ActivityFactory(announced=True, plan_order=order, starts_at=starts_at, ends_at=ends_at)
    ActivityFactory(cancelled=True, plan_order=order, starts_at=ends_at, ends_at=ends_at + timedelta(hours=1))

    problem = schedule_problem([waiting(order)], now=NOW)

    assert problem.visits[0].series_id == order.pk
    assert problem.standing == {order.pk: [date(2026, 3, 12)]}


def test_order_that_was_sent_back_keeps_apart_from_nothing_it_held() -> None:
    order = PlanOrderFactory(in_progress=True, state_reason="请再来一次")
    starts_at, ends_at = half_day(date(2026, 2, 26), "am")
    ActivityFactory(archived=True, plan_order=order, starts_at=starts_at, ends_at=ends_at)

    problem = schedule_problem([waiting(order)], now=NOW)

    assert (problem.visits[0].series_id, problem.standing) == (None, {})


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

    problem = schedule_problem([waiting()], now=NOW)

    assert problem.busy["venue:礼堂"] == {Slot(date(2026, 3, 5), Half.AM)}


def test_availability_gives_the_week_and_its_exceptions() -> None:
    activity = waiting()
    resource = activity.plan_order.resource
    AvailabilityFactory(resource=resource, weekday=1, half="am")
    AvailabilityFactory(resource=resource, weekday=3, half="pm")
    AvailabilityFactory(resource=resource, weekday=None, day=date(2026, 3, 10), half="am", is_available=False)
    AvailabilityFactory(resource=resource, weekday=None, day=date(2026, 3, 11), half="pm")

    problem = schedule_problem([activity], now=NOW)

    key = f"available:{resource.pk}"
    assert problem.weekly[key] == {(1, Half.AM), (3, Half.PM)}
    assert problem.closed[key] == {Slot(date(2026, 3, 10), Half.AM): "当天不提供"}
    assert problem.extra[key] == {Slot(date(2026, 3, 11), Half.PM)}
    assert key in problem.visits[0].subjects


def test_only_unavailable_half_days_leave_the_rest_of_the_week() -> None:
    activity = waiting()
    AvailabilityFactory(resource=activity.plan_order.resource, weekday=2, half="am", is_available=False)

    (week,) = schedule_problem([activity], now=NOW).weekly.values()

    assert len(week) == 13
    assert (2, Half.AM) not in week


def test_capacity_counts_what_the_resource_does_already() -> None:
    order = PlanOrderFactory(confirmed=True, resource__capacity_per_month=2)
    starts_at, ends_at = half_day(date(2026, 3, 12), "am")
    ActivityFactory(announced=True, plan_order=order, starts_at=starts_at, ends_at=ends_at)
    ActivityFactory(cancelled=True, plan_order=order, starts_at=starts_at, ends_at=ends_at)

    problem = schedule_problem([waiting(order)], now=NOW)

    key = f"resource:{order.resource_id}"
    assert problem.month_caps == {key: 2}
    assert problem.month_counts == {(key, date(2026, 3, 1)): 1}


def test_query_count_does_not_grow() -> None:
    counts = []
    for size in (1, 4):
        rows = list(Activity.objects.filter(pk__in=[waiting().pk for _ in range(size)]))
        with CaptureQueriesContext(connection) as queries:
            schedule_problem(rows, now=NOW)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def clock(hour: int, minute: int = 0, day: date = TODAY) -> datetime:
    return local_instant(day, time(hour, minute))


def test_visit_takes_the_half_day_on_the_clock_or_what_is_open_of_it() -> None:
    activity = waiting()
    resource = activity.plan_order.resource
    opening = {"opens_at": time(9), "closes_at": time(10, 30)}
    AvailabilityFactory(resource=resource, weekday=1, half="am", **opening)
    AvailabilityFactory(resource=resource, weekday=1, half="pm")

    problem = schedule_problem([activity], now=NOW)

    (visit,) = problem.visits
    assert times_in(problem, visit, Slot(TODAY, Half.PM)) == half_day(TODAY, "pm")
    assert times_in(problem, visit, Slot(TODAY, Half.AM)) == (clock(9), clock(10, 30))
    both = replace(visit, length=2)
    assert times_in(problem, both, Slot(TODAY, Half.AM)) == (clock(9), clock(17))


def test_hall_binds_what_takes_place_there_and_is_no_other_branch_s_hall_of_that_name() -> None:
    order = PlanOrderFactory(confirmed=True)
    terms = {"kind": "position", "title": "党群服务中心二楼", "place": "礼堂"}
    ours = ResourceFactory(branch=order.pairing.branch_b, **terms)
    theirs = ResourceFactory(**terms)
    closed = ResourceFactory(branch=order.pairing.branch_b, state="withdrawn", **terms)
    for hall in (ours, theirs, closed):
        AvailabilityFactory(resource=hall, weekday=1, half="am", opens_at=time(9), closes_at=time(11))

    problem = schedule_problem([waiting(order)], now=NOW)

    key = f"available:{ours.pk}"
    assert {each for each in problem.visits[0].subjects if each.startswith("available:")} == {key}
    assert problem.weekly == {key: {(1, Half.AM)}}
    assert problem.hours == {key: {Half.AM: (time(9), time(11))}}


def test_hall_goes_by_its_title_and_by_a_place_that_is_its_own() -> None:
    branch = BranchFactory()
    terms = {"branch": branch, "kind": "position"}
    ground = ResourceFactory(**terms, title="党员活动室", place="人民路1号")
    upper = ResourceFactory(**terms, title="二楼会议室", place="人民路1号")
    ResourceFactory(**terms, title="书屋", place="东街2号")  # says nothing of its hours
    yard = ResourceFactory(**terms, title="大院", place="东街2号")
    square = ResourceFactory(**terms, title="广场", place="南门")
    for hall in (ground, upper, yard, square):
        AvailabilityFactory(resource=hall)

    found = {
        venue: halls_called([branch], venue)
        for venue in ("人民路1号", "党员活动室", "二楼会议室", "东街2号", "书屋", "大院", "南门", "广场")
    }

    assert found == {
        "人民路1号": [],
        "党员活动室": [ground],
        "二楼会议室": [upper],
        "东街2号": [],
        "书屋": [],
        "大院": [yard],
        "南门": [square],
        "广场": [square],
    }


def test_title_of_one_hall_goes_before_the_place_of_another() -> None:
    branch = BranchFactory()
    hall = ResourceFactory(branch=branch, kind="position", title="礼堂", place="人民路1号")
    inside = ResourceFactory(branch=branch, kind="position", title="书屋", place="礼堂")
    for each in (hall, inside):
        AvailabilityFactory(resource=each)

    assert halls_called([branch], "礼堂") == [hall]


@pytest.mark.parametrize(
    ("starts", "ends", "parts"),
    [
        ((9, 0), (11, 0), {Half.AM: (time(9), time(11))}),
        ((19, 0), (21, 0), {Half.PM: (time(19), time(21))}),
        ((11, 0), (13, 0), {Half.AM: (time(11), time(12)), Half.PM: (time(12), time(13))}),
        ((8, 30), (17, 0), {Half.AM: (time(8, 30), time(9, 30)), Half.PM: (time(16), time(17))}),
        ((8, 30), (15, 29), {Half.AM: (time(8, 30), time(12)), Half.PM: (time(12), time(15, 29))}),
    ],
)
def test_period_is_parted_into_the_halves_of_the_day(starts, ends, parts) -> None:
    """A whole day asks for its first and its last hour; how long it pauses between is the halls' matter."""
    found = clocks_between(clock(*starts), clock(*ends))

    assert found == {Slot(TODAY, half): span for half, span in parts.items()}


def test_period_over_night_has_parts_on_both_days() -> None:
    found = clocks_between(clock(22), clock(7, day=TODAY + timedelta(days=1)))

    assert found == {
        Slot(TODAY, Half.PM): (time(22), time.max),
        Slot(TODAY + timedelta(days=1), Half.AM): (time.min, time(7)),
    }
