"""Entering, moving and cancelling by hand: who is told, what is freed, what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from branches.models import User
from core.audit import entries_of
from core.errors import ConflictError, DomainError
from core.models import Notification
from pairing.activities.enums import ActivityState
from pairing.activities.models import Activity, Booking
from pairing.activities.services.activities import (
    activity_cancel,
    activity_create,
    activity_move,
)
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import Pairing
from tests.factories.activities import (
    ActivityFactory,
    ActivityKindFactory,
    ParticipationFactory,
    local_time,
)
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
WEDNESDAY = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
MORNING = timedelta(hours=3)


@pytest.fixture
def pairing() -> Pairing:
    return PairingFactory(starts_on=date(2026, 1, 12))


@pytest.fixture
def secretary(pairing: Pairing) -> User:
    return UserFactory(secretary_of=pairing.branch_a)


def create(pairing: Pairing, actor: User, starts_at: datetime = WEDNESDAY, **fields: object) -> Activity:
    return activity_create(
        pairing=pairing,
        kind=ActivityKindFactory(),
        title="联合主题党日",
        starts_at=starts_at,
        ends_at=starts_at + MORNING,
        actor=actor,
        now=NOW,
        **fields,
    )


def told(event: str) -> set[int]:
    return set(
        Notification.objects.filter(dedupe_key__contains=f":{event}").values_list("recipient", flat=True)
    )


class TestActivityCreate:
    def test_books_and_tells_everybody_but_the_actor(self, pairing: Pairing, secretary: User) -> None:
        guest = BranchFactory()
        others = {UserFactory(liaison_of=pairing.branch_b).pk, UserFactory(secretary_of=guest).pk}

        activity = create(pairing, secretary, venue="礼堂", guests=[guest])

        assert activity.state == ActivityState.ANNOUNCED
        assert activity.bookings.count() == 4
        assert list(activity.participations.values_list("role", flat=True)) == ["other", "party_a", "party_b"]
        assert told("announced") == others
        assert [entry.action for entry in entries_of(activity)] == ["activity.create"]

    def test_one_that_is_over_waits_for_its_record(self, pairing: Pairing, secretary: User) -> None:
        UserFactory(liaison_of=pairing.branch_b)

        activity = create(pairing, secretary, starts_at=NOW - timedelta(days=3))

        assert activity.state == ActivityState.TO_RECORD
        assert told("announced") == set()

    def test_one_before_the_pairing_is_refused(self, pairing: Pairing, secretary: User) -> None:
        with pytest.raises(DomainError) as refusal:
            create(pairing, secretary, starts_at=WEDNESDAY - timedelta(days=365))

        sentence = "2025年3月4日早于双方结对的日子（2026年1月12日），请核对年份。"
        assert (refusal.value.message, refusal.value.field) == (sentence, "day")
        assert not Activity.objects.exists()

    def test_clash_writes_nothing(self, pairing: Pairing, secretary: User) -> None:
        create(pairing, secretary)

        with pytest.raises(ConflictError):
            create(pairing, secretary)

        assert Activity.objects.count() == 1

    def test_serials_follow_one_another(self, pairing: Pairing, secretary: User) -> None:
        first = create(pairing, secretary)
        second = create(pairing, secretary, starts_at=WEDNESDAY + timedelta(days=1))

        assert second.serial == first.serial + 1


class TestExpected:
    def test_expected_people_are_those_of_the_last_record_and_unknown_before_it(
        self, pairing: Pairing, secretary: User
    ) -> None:
        for days, count in ((-14, 9), (-7, 12)):
            held = ActivityFactory(
                archived=True,
                pairing=pairing,
                starts_at=local_time(days, 9),
                ends_at=local_time(days, 11),
            )
            ParticipationFactory(activity=held, branch=pairing.branch_a, expected_count=count)

        expected = create(pairing, secretary).participations.values_list("branch", "expected_count")

        assert dict(expected) == {pairing.branch_a_id: 12, pairing.branch_b_id: None}


class TestActivityMove:
    def test_wrong_year_is_refused_even_if_somebody_insists(self, pairing: Pairing, secretary: User) -> None:
        activity, begun = create(pairing, secretary), WEDNESDAY - timedelta(days=365)

        with pytest.raises(DomainError) as refusal:
            activity_move(
                activity=activity,
                starts_at=begun,
                ends_at=begun + MORNING,
                actor=secretary,
                now=NOW,
                reason="已提前举办",
                insist=True,
            )

        sentence = "2025年3月4日早于双方结对的日子（2026年1月12日），请核对年份。"
        assert (refusal.value.message, refusal.value.field) == (sentence, "day")

    def test_tells_only_those_affected_and_rebooks(self, pairing: Pairing, secretary: User) -> None:
        partner = UserFactory(secretary_of=pairing.branch_b)
        UserFactory(secretary_of=BranchFactory())
        activity = create(pairing, secretary)

        activity_move(
            activity=activity,
            starts_at=WEDNESDAY + timedelta(days=1),
            ends_at=WEDNESDAY + timedelta(days=1) + MORNING,
            actor=secretary,
            now=NOW,
            reason="场地维修",
        )

        assert told("moved") == {partner.pk}
        assert {row.period.lower for row in activity.bookings.all()} == {WEDNESDAY + timedelta(days=1)}
        assert entries_of(activity)[0].reason == "场地维修"

    def test_announced_needs_a_reason(self, pairing: Pairing, secretary: User) -> None:
        activity = create(pairing, secretary)

        with pytest.raises(DomainError) as refusal:
            activity_move(
                activity=activity,
                starts_at=WEDNESDAY,
                ends_at=WEDNESDAY + MORNING,
                actor=secretary,
                now=NOW,
                reason=" ",
            )

        assert refusal.value.field == "reason"

    def test_move_to_an_hour_that_is_over_is_recorded_and_not_announced(
        self, pairing: Pairing, secretary: User
    ) -> None:
        """The partner hears that the day it knew of is off, and is asked to come at no time in the past."""
        UserFactory(liaison_of=pairing.branch_b)
        activity = create(pairing, secretary)
        now = WEDNESDAY - timedelta(days=1)

        moved = activity_move(
            activity=activity,
            starts_at=now - timedelta(hours=1),
            ends_at=now,
            actor=secretary,
            now=now,
            reason="提前办了",
        )

        assert moved.state == ActivityState.TO_RECORD
        message = Notification.objects.filter(dedupe_key__contains=":moved:").first()
        assert message.subject == f"已举行：{activity}"
        assert message.body == "原定2026年3月4日 08:30，已在2026年3月3日 07:30举行，理由：提前办了"

    def test_first_time_that_is_over_tells_nobody_and_starts_the_order(self) -> None:
        order = PlanOrderFactory(confirmed=True, demand__raised_on=date(2026, 2, 2))
        secretary = UserFactory(secretary_of=order.pairing.branch_a)
        UserFactory(liaison_of=order.pairing.branch_b)
        activity = ActivityFactory(pairing=order.pairing, plan_order=order)

        moved = activity_move(
            activity=activity,
            starts_at=WEDNESDAY - MORNING,
            ends_at=WEDNESDAY,
            actor=secretary,
            now=WEDNESDAY,
            reason="",
            insist=True,
        )

        assert moved.state == ActivityState.TO_RECORD
        assert told("announced") == told("moved") == set()
        order.refresh_from_db()
        assert order.state == PlanOrderState.IN_PROGRESS

    def test_archived_cannot_move(self, secretary: User) -> None:
        activity = ActivityFactory(archived=True)

        with pytest.raises(DomainError) as refusal:
            activity_move(
                activity=activity,
                starts_at=WEDNESDAY,
                ends_at=WEDNESDAY + MORNING,
                actor=secretary,
                now=NOW,
                reason="x",
            )

        assert refusal.value.message == "活动现在是“已归档”，时间不能再改。"

    def test_planned_one_placed_by_hand_starts_its_order(self) -> None:
        order = PlanOrderFactory(confirmed=True)
        activity = ActivityFactory(pairing=order.pairing, plan_order=order, unplaced_reason="没有空档")

        moved = activity_move(
            activity=activity,
            starts_at=WEDNESDAY,
            ends_at=WEDNESDAY + MORNING,
            actor=UserFactory(secretary_of=order.pairing.branch_a),
            now=NOW,
            reason="",
        )

        assert (moved.state, moved.unplaced_reason) == (ActivityState.ANNOUNCED, "")
        order.refresh_from_db()
        assert order.state == PlanOrderState.IN_PROGRESS


class TestActivityCancel:
    def test_frees_the_time_and_tells_the_partner(self, pairing: Pairing, secretary: User) -> None:
        partner = UserFactory(secretary_of=pairing.branch_b)
        activity = create(pairing, secretary)

        activity_cancel(activity=activity, actor=secretary, now=NOW, reason="汛期值守")

        activity.refresh_from_db()
        assert (activity.state, activity.state_reason) == (ActivityState.CANCELLED, "汛期值守")
        assert Booking.objects.count() == 0
        assert told("cancelled") == {partner.pk}

    def test_without_reason_is_refused(self, pairing: Pairing, secretary: User) -> None:
        activity = create(pairing, secretary)

        with pytest.raises(DomainError) as refusal:
            activity_cancel(activity=activity, actor=secretary, now=NOW, reason="")

        assert refusal.value.field == "reason"
