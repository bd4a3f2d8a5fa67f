"""After an event only what must move does, only those concerned hear of it, and the first of two wins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from branches.models import User
from core.audit import entries_of
from core.errors import ConflictError, DomainError
from core.models import Notification, WorkingDay
from pairing.activities.half_days import half_day, local_instant
from pairing.activities.models import Activity, Closure
from pairing.activities.selectors import activity_coming
from pairing.activities.services.booking import activity_book, subject_ensure
from pairing.activities.services.rescheduling import (
    activities_reschedule,
    closure_note,
    reschedule_proposals,
    seal_of,
)
from pairing.activities.subjects import branch_subject, subjects_of
from pairing.plans.models import Pairing
from tests.factories.activities import ActivityFactory
from tests.factories.branches import UserFactory
from tests.factories.ledgers import AvailabilityFactory, ResourceFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # Monday 08:00 in Shanghai
THURSDAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)


@pytest.fixture
def pairing() -> Pairing:
    return PairingFactory()


@pytest.fixture
def secretary(pairing: Pairing) -> User:
    return UserFactory(secretary_of=pairing.branch_a)


def announced(pairing: Pairing, day: date, half: str = "am", **fields: object) -> Activity:
    """Of an order of its own, booked."""
    starts_at, ends_at = half_day(day, half)
    order = PlanOrderFactory(in_progress=True, pairing=pairing, due_on=date(2026, 3, 20))
    activity = ActivityFactory(
        announced=True,
        pairing=pairing,
        plan_order=order,
        task=PlanTaskFactory(plan_order=order, due_on=order.due_on),
        starts_at=starts_at,
        ends_at=ends_at,
        **fields,
    )
    activity_book(activity=activity)
    return activity


def proposals_of(user: User, now: datetime = NOW) -> list:
    return reschedule_proposals(activity_coming(user, now=now), now=now)


def close(user: User, key: str, day: date, activity: Activity) -> Closure:
    subject = {each.key: each for each in subjects_of(activity)}[key]
    return closure_note(subject=subject, first_day=day, last_day=day, reason="屋顶维修", actor=user, now=NOW)


def test_lost_venue_moves_its_activity_only_and_tells_its_branches_only(
    pairing: Pairing, secretary: User
) -> None:
    partner = UserFactory(liaison_of=pairing.branch_b)
    elsewhere = PairingFactory(branch_a=pairing.branch_a)  # the same secretary, another partner
    stranger = UserFactory(secretary_of=elsewhere.branch_b)
    hit = announced(pairing, THURSDAY, venue="礼堂", title="普法")
    spared = announced(elsewhere, FRIDAY, venue="广场", title="义诊")
    close(secretary, "venue:礼堂", THURSDAY, hit)

    (proposal,) = found = proposals_of(secretary)
    moved = activities_reschedule(chosen={hit.pk}, seen=seal_of(found), actor=secretary, now=NOW)

    assert (proposal.activity, proposal.reason) == (hit, "“礼堂”3月5日上午不可用：屋顶维修")
    assert [timezone.localtime(each.starts_at).isoformat() for each in moved] == ["2026-03-04T08:30:00+08:00"]
    before = spared.starts_at
    spared.refresh_from_db()
    assert spared.starts_at == before
    told = Notification.objects.values_list("recipient", flat=True)
    assert set(told) == {partner.pk}
    assert stranger.pk not in told
    assert entries_of(hit)[0].reason == proposal.reason
    assert proposals_of(secretary) == []


def test_shorter_opening_hours_move_what_no_longer_fits_to_hours_that_do(
    pairing: Pairing, secretary: User
) -> None:
    hit = announced(pairing, THURSDAY, venue="礼堂")
    fits = announced(pairing, FRIDAY, "pm", venue="礼堂")
    hall = ResourceFactory(branch=pairing.branch_a, kind="position", title="党群活动室", place="礼堂")
    for weekday in range(5):
        AvailabilityFactory(resource=hall, weekday=weekday, half="am", opens_at=time(9), closes_at=time(11))
        AvailabilityFactory(resource=hall, weekday=weekday, half="pm")

    (proposal,) = proposals_of(secretary)

    assert proposal.activity == hit != fits
    assert proposal.reason == "资源“党群活动室”上午只在 9:00–11:00 开放，8:30–11:30 不在其中"
    assert proposal.after == half_day(THURSDAY, "pm")


def test_what_stood_on_a_day_off_moves_to_another_one_as_proposed(pairing: Pairing, secretary: User) -> None:
    """People chose the Saturday themselves, so the proposal may be a Sunday, and is carried out."""
    saturday = date(2026, 3, 7)
    starts_at, ends_at = half_day(saturday, "am")
    hit = ActivityFactory(announced=True, pairing=pairing, venue="礼堂", starts_at=starts_at, ends_at=ends_at)
    activity_book(activity=hit)
    close(secretary, "venue:礼堂", saturday, hit)

    found = proposals_of(secretary)
    (moved,) = activities_reschedule(chosen={hit.pk}, seen=seal_of(found), actor=secretary, now=NOW)

    assert (moved.starts_at, moved.ends_at) == half_day(date(2026, 3, 8), "am")


def test_what_stood_on_a_working_day_is_offered_no_day_off(pairing: Pairing, secretary: User) -> None:
    """Chosen by hand as well; the hall is closed for all that week."""
    friday_morning, monday = half_day(FRIDAY, "am"), date(2026, 3, 9)
    hit = ActivityFactory(
        announced=True, pairing=pairing, venue="礼堂", starts_at=friday_morning[0], ends_at=friday_morning[1]
    )
    activity_book(activity=hit)
    (hall,) = [each for each in subjects_of(hit) if each.key == "venue:礼堂"]
    closure_note(
        subject=hall, first_day=date(2026, 3, 2), last_day=FRIDAY, reason="修", actor=secretary, now=NOW
    )
    (proposal,) = proposals_of(secretary)
    assert proposal.after == half_day(monday, "am")


def mornings_only(activity: Activity, user: User) -> None:
    """The hall's hours are cut to mornings."""
    hall = ResourceFactory(branch=activity.pairing.branch_a, kind="position", title="礼堂")
    for weekday in range(5):
        AvailabilityFactory(resource=hall, weekday=weekday, half="am")


def no_afternoon(activity: Activity, user: User) -> None:
    """The hall is closed on the one afternoon."""
    (hall,) = [each for each in subjects_of(activity) if each.key == "venue:礼堂"]
    saved = subject_ensure([hall])[hall.key]
    period = DateTimeTZRange(*half_day(THURSDAY, "pm"))
    Closure.objects.create(subject=saved, period=period, reason="停电", noted_by=user)


@pytest.mark.parametrize("event", [mornings_only, no_afternoon])
def test_what_loses_its_afternoon_never_moves_to_the_morning_that_is_over(
    pairing: Pairing, secretary: User, event: Callable[[Activity, User], None]
) -> None:
    UserFactory(liaison_of=pairing.branch_b)
    hit = announced(pairing, THURSDAY, "pm", venue="礼堂")
    event(hit, secretary)
    now = local_instant(THURSDAY, time(13))

    (proposal,) = found = proposals_of(secretary, now)
    (moved,) = activities_reschedule(chosen={hit.pk}, seen=seal_of(found), actor=secretary, now=now)

    assert proposal.after == (moved.starts_at, moved.ends_at) == half_day(FRIDAY, "am")
    assert {row.subject for row in Notification.objects.all()} == {f"改期：{hit}"}


def test_what_begins_later_in_the_half_day_under_way_stays(pairing: Pairing, secretary: User) -> None:
    """At nine an activity at ten is no thing of the past, though the morning has begun."""
    ten, noon = (local_instant(THURSDAY, time(hour)) for hour in (10, 12))
    free_standing = ActivityFactory(announced=True, pairing=pairing, starts_at=ten, ends_at=noon)
    activity_book(activity=free_standing)

    assert proposals_of(secretary, ten - timedelta(hours=1)) == []


def test_two_events_at_once_may_trade_places(pairing: Pairing, secretary: User) -> None:
    """Both must go, and one may take the half-day the other leaves: bookings are set free first."""
    a = announced(pairing, THURSDAY, "am", venue="礼堂")
    b = announced(pairing, THURSDAY, "pm", venue="广场")
    close(secretary, "venue:礼堂", THURSDAY, a)
    close(secretary, "venue:广场", THURSDAY, b)

    found = proposals_of(secretary)
    moved = activities_reschedule(chosen={a.pk, b.pk}, seen=seal_of(found), actor=secretary, now=NOW)

    assert len({each.starts_at for each in moved}) == 2
    assert all(timezone.localdate(each.starts_at) != THURSDAY for each in moved)


def test_holiday_moved_onto_an_activity_is_found(pairing: Pairing, secretary: User) -> None:
    activity = announced(pairing, THURSDAY)
    assert proposals_of(secretary) == []
    WorkingDay.objects.update_or_create(day=THURSDAY, defaults={"is_working": False, "name": "调休"})

    (proposal,) = proposals_of(secretary)

    assert (proposal.activity, proposal.reason) == (activity, "3月5日不是工作日")


def test_busy_branch_without_room_is_named_and_stays(pairing: Pairing, secretary: User) -> None:
    activity = announced(pairing, THURSDAY)
    closure_note(
        subject=branch_subject(pairing.branch_b),
        first_day=THURSDAY - timedelta(days=3),
        last_day=date(2026, 4, 30),
        reason="防汛",
        actor=secretary,
        now=NOW,
    )

    (proposal,) = found = proposals_of(secretary)

    assert proposal.after is None
    with pytest.raises(DomainError):
        activities_reschedule(chosen={activity.pk}, seen=seal_of(found), actor=secretary, now=NOW)


def test_second_of_two_people_is_told_what_changed(pairing: Pairing, secretary: User) -> None:
    colleague = UserFactory(liaison_of=pairing.branch_b)
    activity = announced(pairing, THURSDAY, venue="礼堂")
    close(secretary, "venue:礼堂", THURSDAY, activity)
    seen = seal_of(proposals_of(secretary))
    activities_reschedule(chosen={activity.pk}, seen=seen, actor=secretary, now=NOW)

    with pytest.raises(ConflictError) as refusal:
        activities_reschedule(chosen={activity.pk}, seen=seen, actor=colleague, now=NOW)

    assert refusal.value.message == "别人刚刚已经处理好了，现在没有活动需要改期。"
