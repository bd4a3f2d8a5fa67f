"""Putting an activity on record, and handing in the order with the last one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from branches.models import User
from core.audit import entries_of
from core.errors import DomainError
from core.wording import cn_datetime
from ledgers.enums import DemandState
from pairing.activities.enums import ActivityState
from pairing.activities.half_days import half_day
from pairing.activities.models import Activity
from pairing.activities.services.activities import activity_cancel
from pairing.activities.services.booking import activity_book
from pairing.activities.services.records import Attendance, activities_mark_to_record, activity_record
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import PlanOrder
from tests.factories.activities import (
    ActivityFactory,
    ActivityKindFactory,
    MetricFactory,
    ParticipationFactory,
)
from tests.factories.branches import UserFactory
from tests.factories.plans import PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
NOON = MORNING + timedelta(hours=3)


@pytest.fixture
def order() -> PlanOrder:
    return PlanOrderFactory(
        in_progress=True, pairing__starts_on=date(2026, 1, 12), demand__raised_on=date(2026, 2, 2)
    )


@pytest.fixture
def secretary(order: PlanOrder) -> User:
    return UserFactory(secretary_of=order.pairing.branch_a)


def held(order: PlanOrder, hours_ago: int = 0, **fields: Any) -> Activity:
    shift = timedelta(hours=hours_ago)
    activity = ActivityFactory(
        pairing=order.pairing,
        plan_order=order,
        state=ActivityState.TO_RECORD,
        starts_at=MORNING - shift,
        ends_at=NOON - shift,
        **fields,
    )
    for branch, role in ((order.pairing.branch_a, "party_a"), (order.pairing.branch_b, "party_b")):
        ParticipationFactory(activity=activity, branch=branch, role=role)
    activity_book(activity=activity)
    return activity


def record(activity: Activity, actor: User, **changes: Any) -> Activity:
    arguments: dict[str, Any] = {
        "held_from": activity.starts_at,
        "held_to": activity.ends_at,
        "attendance": {},
        "served_count": None,
        "record": "宣讲两场，现场答疑。",
        "outcomes": [],
    }
    return activity_record(activity=activity, actor=actor, now=NOW, **(arguments | changes))


class TestActivityRecord:
    def test_stores_attendance_outcomes_and_archives(self, order: PlanOrder, secretary: User) -> None:
        activity, metric = held(order), MetricFactory()
        a, b = order.pairing.branch_a_id, order.pairing.branch_b_id

        record(
            activity,
            secretary,
            attendance={a: Attendance(10, 8, "两人值班"), b: (6, 6, "")},
            served_count=120,
            outcomes=[(metric, Decimal(3))],
        )

        activity.refresh_from_db()
        assert (activity.state, activity.member_count, activity.served_count) == ("archived", 14, 120)
        assert activity.participations.get(branch=a).absence_reason == "两人值班"
        assert [(row.metric, row.value) for row in activity.outcomes.all()] == [(metric, Decimal(3))]

    def test_last_record_hands_the_order_in(self, order: PlanOrder, secretary: User) -> None:
        first, last = held(order), held(order, hours_ago=24)
        task = PlanTaskFactory(plan_order=order)
        Activity.objects.filter(pk=last.pk).update(task=task)

        record(first, secretary)
        order.refresh_from_db()
        assert order.state == PlanOrderState.IN_PROGRESS

        record(last, secretary)
        order.refresh_from_db()
        assert order.state == PlanOrderState.AWAITING_ACCEPTANCE
        assert order.demand.state == DemandState.AWAITING_ACCEPTANCE
        task.refresh_from_db()
        assert task.done_on == MORNING.date() - timedelta(days=1)
        assert entries_of(order).filter(action="plan_order.task_done").get().actor == secretary

    def test_cancelling_the_only_one_left_hands_the_order_in(self, order: PlanOrder, secretary: User) -> None:
        first, last = held(order), held(order, hours_ago=24)
        record(first, secretary)

        activity_cancel(activity=last, actor=secretary, now=NOW, reason="不再需要")

        order.refresh_from_db()
        assert order.state == PlanOrderState.AWAITING_ACCEPTANCE

    def test_task_without_activity_keeps_the_order_open(self, order: PlanOrder, secretary: User) -> None:
        PlanTaskFactory(plan_order=order)

        record(held(order), secretary)

        order.refresh_from_db()
        assert order.state == PlanOrderState.IN_PROGRESS

    def test_real_time_replaces_the_planned_one(self, order: PlanOrder, secretary: User) -> None:
        activity = held(order)
        begun = MORNING - timedelta(days=2)

        record(activity, secretary, held_from=begun, held_to=begun + timedelta(hours=1))

        activity.refresh_from_db()
        assert (activity.starts_at, activity.ends_at) == (begun, begun + timedelta(hours=1))
        assert {row.period.lower for row in activity.bookings.all()} == {begun}

    def test_trail_tells_the_end_alone_that_was_another(self, order: PlanOrder, secretary: User) -> None:
        activity = held(order)
        begun, planned = activity.starts_at, activity.ends_at

        record(activity, secretary, held_from=begun, held_to=planned - timedelta(minutes=30))

        changes = entries_of(activity).get(action="activity.record").changes
        assert changes == {"ends_at": [cn_datetime(planned), cn_datetime(planned - timedelta(minutes=30))]}

    def test_kind_is_corrected_and_the_correction_kept(self, order: PlanOrder, secretary: User) -> None:
        activity, right = held(order), ActivityKindFactory(name="三送")
        guessed = activity.kind
        assert record(activity, secretary, kind=right).kind == right
        changes = entries_of(activity).get(action="activity.record").changes
        assert changes == {"kind": [str(guessed), str(right)]}

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"record": " "}, "record"),
            ({"held_to": NOW + timedelta(minutes=1)}, "held_to"),
            ({"held_from": NOW + timedelta(days=5), "held_to": NOW + timedelta(days=5, hours=1)}, "held_on"),
            ({"held_from": MORNING - timedelta(days=365)}, "held_on"),
        ],
    )
    def test_incomplete_record_is_refused(
        self, order: PlanOrder, secretary: User, changes: dict[str, Any], field: str
    ) -> None:
        activity = held(order)

        with pytest.raises(DomainError) as refusal:
            record(activity, secretary, **changes)

        assert refusal.value.field == field
        activity.refresh_from_db()
        assert activity.state == ActivityState.TO_RECORD

    def test_first_day_is_that_of_the_pairing_and_of_the_demand(
        self, order: PlanOrder, secretary: User
    ) -> None:
        raised, began = (half_day(day, "am") for day in (date(2026, 2, 2), date(2026, 1, 12)))
        said = []
        for plan_order, (starts_at, ends_at) in ((order, raised), (None, began)):
            activity = held(order)
            Activity.objects.filter(pk=activity.pk).update(plan_order=plan_order)
            for days in (1, 0):
                shift = timedelta(days=days)
                try:
                    record(activity, secretary, held_from=starts_at - shift, held_to=ends_at - shift)
                except DomainError as refusal:
                    said.append(refusal.message)
            activity.refresh_from_db()
            assert (activity.state, activity.starts_at) == (ActivityState.ARCHIVED, starts_at)
        assert said == [
            "2026年2月1日早于定单的需求提出的日子（2026年2月2日），请核对年份。",
            "2026年1月11日早于双方结对的日子（2026年1月12日），请核对年份。",
        ]

    def test_half_of_what_is_counted_is_refused(self, order: PlanOrder, secretary: User) -> None:
        with pytest.raises(DomainError, match="“解决问题”按件计，请填整数。"):
            record(held(order), secretary, outcomes=[(MetricFactory(), Decimal("0.5"))])

    def test_metric_given_twice_is_refused(self, order: PlanOrder, secretary: User) -> None:
        metric = MetricFactory()

        with pytest.raises(DomainError) as refusal:
            record(held(order), secretary, outcomes=[(metric, Decimal(1)), (metric, Decimal(2))])

        assert refusal.value.message == "同一个成效指标填了两次，请合并成一行。"

    def test_before_it_begins_is_refused(self, order: PlanOrder, secretary: User) -> None:
        activity = ActivityFactory(
            announced=True, starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=2)
        )

        with pytest.raises(DomainError) as refusal:
            record(activity, secretary)

        assert refusal.value.message == (
            "活动定在2026年3月5日 16:00，还没有开始，开始后才能补记录；已提前举办的请先改期。"
        )


class TestActivitiesMarkToRecord:
    def test_ended_waits_for_record_and_begun_is_under_way(self) -> None:
        ended, begun, later = (
            ActivityFactory(state="announced", starts_at=start, ends_at=start + timedelta(hours=2))
            for start in (NOW - timedelta(hours=2), NOW - timedelta(hours=1), NOW + timedelta(hours=1))
        )

        assert activities_mark_to_record(now=NOW) == 2

        for activity in (ended, begun, later):
            activity.refresh_from_db()
        assert [ended.state, begun.state, later.state] == ["to_record", "under_way", "announced"]
        assert activities_mark_to_record(now=NOW) == 0
