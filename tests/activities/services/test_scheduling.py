"""Confirmed orders get their activities and a free half-day, once, whoever runs and how often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from branches.models import User
from core.models import Notification
from ledgers.enums import ResourceKind
from pairing.activities.enums import ActivityState
from pairing.activities.models import Activity, Booking
from pairing.activities.services.activities import activity_cancel, activity_move
from pairing.activities.services.scheduling import activities_schedule
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import PlanOrder
from tests.factories.activities import ActivityFactory, ActivityKindFactory
from tests.factories.branches import UserFactory
from tests.factories.ledgers import AvailabilityFactory, ResourceFactory
from tests.factories.plans import PlanOrderFactory, PlanTaskFactory

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday 10:00 in Shanghai
WEDNESDAY = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)  # 08:30, the first half-day with two days' notice
MORNING = timedelta(hours=3)


@pytest.fixture(autouse=True)
def kind(db: None) -> None:
    ActivityKindFactory(name="三送", position=1)


def confirmed_order(visits: int = 1, due_on: date = date(2026, 3, 20), **fields: object) -> PlanOrder:
    order = PlanOrderFactory(confirmed=True, due_on=due_on, **fields)
    for number in range(1, visits + 1):
        PlanTaskFactory(plan_order=order, position=number, title=f"上门宣讲{number}", due_on=due_on)
    return order


def staff(order: PlanOrder) -> tuple[User, User]:
    return (
        UserFactory(secretary_of=order.pairing.branch_a),
        UserFactory(liaison_of=order.pairing.branch_b),
    )


@pytest.mark.django_db
class TestActivitiesSchedule:
    def test_who_leads_is_whom_the_serving_side_has_named(self) -> None:
        order = confirmed_order(responsible_a="王同志", resource__contact_name="唐同志")
        order.tasks.update(responsible="")

        activities_schedule(now=NOW)

        assert Activity.objects.get().person == "王同志"

    def test_what_an_order_that_is_handed_in_had_no_time_for_is_dropped(self) -> None:
        order = PlanOrderFactory(awaiting_acceptance=True)
        waiting = ActivityFactory(pairing=order.pairing, plan_order=order)

        activities_schedule(now=NOW)

        waiting.refresh_from_db()
        assert (waiting.state, waiting.state_reason) == (
            ActivityState.CANCELLED,
            f"定单 {order} 已办完，没有再排活动",
        )

    def test_activity_takes_what_hall_and_expert_have_open_of_the_half_day(self) -> None:
        order = confirmed_order(place="礼堂")
        hall = ResourceFactory(branch=order.pairing.branch_b, kind=ResourceKind.POSITION, place="礼堂")
        hours = {"opens_at": time(9), "closes_at": time(11)}
        AvailabilityFactory(resource=hall, weekday=3, half="am", **hours)
        hours = {"opens_at": time(10), "closes_at": time(12)}
        AvailabilityFactory(resource=order.resource, weekday=3, half="am", **hours)

        activities_schedule(now=NOW)

        activity = Activity.objects.get()
        thursday = WEDNESDAY + timedelta(days=1)
        assert (activity.starts_at, activity.ends_at) == (
            thursday + timedelta(hours=1.5),
            thursday + timedelta(hours=2.5),
        )

    def test_activity_stays_unplaced_when_too_little_is_open_and_says_the_hours(self) -> None:
        order = confirmed_order()
        hours = {"opens_at": time(7), "closes_at": time(9)}
        for weekday in range(5):
            AvailabilityFactory(resource=order.resource, weekday=weekday, half="am", **hours)

        report = activities_schedule(now=NOW)

        [(activity, reason)] = report.unplaced
        assert activity.starts_at is None
        assert f"资源“{order.resource}”上午只在 7:00–9:00 开放，能用的不足 60 分钟" in reason

    def test_places_the_activity_books_announces_and_starts_the_order(self) -> None:
        order = confirmed_order(resource__contact_name="唐同志")
        secretary, liaison = staff(order)

        report = activities_schedule(now=NOW)

        activity = Activity.objects.get()
        assert [row.pk for row in report.placed] == [activity.pk]
        assert report.unplaced == ()
        assert (activity.starts_at, activity.ends_at) == (WEDNESDAY, WEDNESDAY + MORNING)
        assert activity.state == ActivityState.ANNOUNCED
        assert (activity.kind.name, activity.venue, activity.person) == (
            "三送",
            "党群服务中心",
            "张同志",
        )  # agreed
        assert activity.bookings.count() == 4
        order.refresh_from_db()
        assert order.state == PlanOrderState.IN_PROGRESS
        told = Notification.objects.filter(dedupe_key__startswith=f"activity:{activity.pk}:announced")
        assert set(told.values_list("recipient", flat=True)) == {secretary.pk, liaison.pk}

    def test_second_run_changes_nothing(self) -> None:
        confirmed_order(visits=2)
        activities_schedule(now=NOW)
        before = list(Activity.objects.values_list("pk", "starts_at", "updated_at"))

        report = activities_schedule(now=NOW + timedelta(minutes=1))

        assert (report.placed, report.unplaced) == ((), ())
        assert list(Activity.objects.values_list("pk", "starts_at", "updated_at")) == before

    def test_several_visits_stand_on_different_half_days(self) -> None:
        confirmed_order(visits=3)

        activities_schedule(now=NOW)

        assert len(set(Activity.objects.values_list("starts_at", flat=True))) == 3

    def test_order_that_is_not_confirmed_is_left_alone(self) -> None:
        PlanTaskFactory(plan_order=PlanOrderFactory(to_confirm=True))

        activities_schedule(now=NOW)

        assert Activity.objects.count() == 0

    def test_no_free_half_day_leaves_a_reason_told_once(self) -> None:
        order = confirmed_order(due_on=date(2026, 3, 4), resource__kind=ResourceKind.STATION)
        secretary, _ = staff(order)
        for weekday in range(5):
            AvailabilityFactory(
                resource=order.resource, weekday=weekday, half="am", is_available=weekday != 2
            )
        AvailabilityFactory(resource=order.resource, weekday=2, half="pm", is_available=False)

        first, second = activities_schedule(now=NOW), activities_schedule(now=NOW + timedelta(minutes=1))

        activity = Activity.objects.get()
        assert [(row.pk, reason) for row, reason in second.unplaced] == [
            (activity.pk, activity.unplaced_reason)
        ]
        assert first.unplaced[0][1] == second.unplaced[0][1] != ""
        assert (activity.state, activity.starts_at) == (ActivityState.PLANNED, None)
        assert Notification.objects.filter(recipient=secretary).count() == 1
        order.refresh_from_db()
        assert order.state == PlanOrderState.CONFIRMED

    def test_deadline_that_is_over_is_said_with_what_to_do(self) -> None:
        confirmed_order(due_on=date(2026, 2, 20))

        [(activity, reason)] = activities_schedule(now=NOW).unplaced

        assert activity.state == ActivityState.PLANNED
        assert reason == "完成时限2026年2月20日已经过了；请在定单里申请变更，把完成时限改晚。"

    def test_visit_cancelled_and_placed_anew_stays_apart_from_its_siblings(self) -> None:
        order = confirmed_order(visits=4, due_on=date(2026, 3, 27))
        actor, _ = staff(order)
        activities_schedule(now=NOW)
        first, second, third, _ = before = list(order.activities.order_by("starts_at"))
        activity_cancel(activity=second, actor=actor, now=NOW, reason="场地维修", again=True)

        (anew,) = activities_schedule(now=NOW).placed

        assert len(before) == 4
        assert min(anew.starts_at - first.starts_at, third.starts_at - anew.starts_at) > timedelta(days=4)

    def test_unplaced_one_is_placed_when_a_half_day_gets_free(self) -> None:
        order = confirmed_order(due_on=date(2026, 3, 4))
        blocked = [
            AvailabilityFactory(resource=order.resource, weekday=2, half=half, is_available=False)
            for half in ("am", "pm")
        ]
        activities_schedule(now=NOW)
        for row in blocked:
            row.delete()

        report = activities_schedule(now=NOW)

        assert len(report.placed) == 1
        assert Activity.objects.get().unplaced_reason == ""

    def test_months_capacity_of_the_resource_holds(self) -> None:
        order = confirmed_order(visits=2, due_on=date(2026, 4, 20), resource__capacity_per_month=1)

        activities_schedule(now=NOW)

        months = {timezone.localdate(at).month for at in order.activities.values_list("starts_at", flat=True)}
        assert months == {3, 4}

    def test_cancelled_order_frees_its_bookings(self) -> None:
        order = confirmed_order()
        activities_schedule(now=NOW)
        PlanOrder.objects.filter(pk=order.pk).update(state=PlanOrderState.CANCELLED, state_reason="条件变了")

        activities_schedule(now=NOW)

        assert Activity.objects.get().state == ActivityState.CANCELLED
        assert Booking.objects.count() == 0

    def test_moved_and_cancelled_free_the_half_day(self) -> None:
        pairing = PlanOrderFactory().pairing
        order = confirmed_order(pairing=pairing)
        actor, _ = staff(order)
        activities_schedule(now=NOW)
        first = Activity.objects.get()
        activity_move(
            activity=first,
            starts_at=WEDNESDAY + timedelta(days=1),
            ends_at=WEDNESDAY + timedelta(days=1) + MORNING,
            actor=actor,
            now=NOW,
            reason="书记开会",
        )
        confirmed_order(pairing=pairing)

        activities_schedule(now=NOW)

        second = Activity.objects.exclude(pk=first.pk).get()
        assert second.starts_at == WEDNESDAY
        activity_cancel(activity=second, actor=actor, now=NOW, reason="撤销")
        assert set(Booking.objects.values_list("activity_id", flat=True)) == {first.pk}


@pytest.mark.django_db(transaction=True)
def test_schedule_two_workers_at_once_make_no_duplicates() -> None:
    ActivityKindFactory(name="三送", position=1)
    for _ in range(6):
        confirmed_order(visits=2)

    def work(_number: int) -> list[int]:
        try:
            return [row.pk for row in activities_schedule(now=NOW).placed]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=4) as pool:
        placed = [pk for part in pool.map(work, range(4)) for pk in part]
    placed += work(4)  # whoever waited too long for a lock left its activity to the next run

    assert Activity.objects.count() == 12
    assert Activity.objects.filter(state=ActivityState.ANNOUNCED).count() == 12
    assert sorted(placed) == sorted(Activity.objects.values_list("pk", flat=True))
    assert Notification.objects.count() == 0
