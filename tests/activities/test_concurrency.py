"""Two people rescheduling at the same moment: one wins, the other is told; without the locks both would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from threading import Barrier

import pytest
from django.utils import timezone

from branches.models import User
from core.audit import entries_of
from core.errors import ConflictError
from pairing.activities.half_days import half_day
from pairing.activities.models import Activity, Booking
from pairing.activities.selectors import activity_coming
from pairing.activities.services import rescheduling
from pairing.activities.services.activities import activity_move, when
from pairing.activities.services.booking import activity_book
from pairing.activities.subjects import subjects_of
from pairing.plans.models import Pairing
from tests.crowd import at_once
from tests.factories.activities import ActivityFactory
from tests.factories.branches import UserFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # Monday 08:00 in Shanghai
THURSDAY = date(2026, 3, 5)


def in_the_hall(pairing: Pairing, half: str) -> Activity:
    """An announced activity of an order of its own, booked in one hall on Thursday."""
    starts_at, ends_at = half_day(THURSDAY, half)
    order = PlanOrderFactory(in_progress=True, pairing=pairing, due_on=date(2026, 3, 20))
    activity = ActivityFactory(
        announced=True,
        pairing=pairing,
        plan_order=order,
        task=PlanTaskFactory(plan_order=order, due_on=order.due_on),
        starts_at=starts_at,
        ends_at=ends_at,
        venue="礼堂",
    )
    activity_book(activity=activity)
    return activity


def close_the_hall(activity: Activity, actor: User) -> None:
    hall = next(each for each in subjects_of(activity) if each.key == "venue:礼堂")
    rescheduling.closure_note(
        subject=hall, first_day=THURSDAY, last_day=THURSDAY, reason="屋顶维修", actor=actor, now=NOW
    )


def confirming(actor: User, activity: Activity) -> Callable[[], list[Activity]]:
    """What happens when the actor confirms the proposals that stand on their screen now."""
    shown = rescheduling.reschedule_proposals(activity_coming(actor, now=NOW), now=NOW)
    return partial(
        rescheduling.activities_reschedule,
        chosen={activity.pk},
        seen=rescheduling.seal_of(shown),
        actor=actor,
        now=NOW,
    )


def both_sides_confirm() -> tuple[Activity, list[object]]:
    """The secretaries of one pair confirm the same proposal at the same moment."""
    pairing = PairingFactory()
    actors = [UserFactory(secretary_of=side) for side in (pairing.branch_a, pairing.branch_b)]
    activity = in_the_hall(pairing, "am")
    close_the_hall(activity, actors[0])
    return activity, at_once(*[confirming(actor, activity) for actor in actors], refusal=ConflictError)


def moves_of(activity: Activity) -> int:
    return entries_of(activity).filter(action="activity.move").count()


def test_reschedule_by_both_sides_at_once_moves_once_and_tells_the_other() -> None:
    activity, outcomes = both_sides_confirm()

    assert [str(outcome) for outcome in outcomes if isinstance(outcome, ConflictError)] == [
        "别人刚刚已经处理好了，现在没有活动需要改期。"
    ]
    assert moves_of(activity) == 1
    activity.refresh_from_db()
    assert timezone.localtime(activity.starts_at).isoformat() == "2026-03-06T08:30:00+08:00"


def test_reschedule_by_both_sides_at_once_moves_twice_without_the_locks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: the same race when looking holds nothing."""
    both_have_read = Barrier(2, timeout=30)

    def read_only(actor: User, now: datetime) -> list[Activity]:
        rows = activity_coming(actor, now=now)
        both_have_read.wait()
        return rows

    monkeypatch.setattr(rescheduling, "_held", read_only)

    activity, outcomes = both_sides_confirm()

    assert [isinstance(outcome, ConflictError) for outcome in outcomes] == [False, False]
    assert moves_of(activity) == 2


def test_reschedule_of_two_pairs_into_one_half_day_moves_one_and_spares_the_other() -> None:
    """Neither sees the other's activity, and both are offered the same free morning of the hall."""
    pairings = PairingFactory.create_batch(2)
    activities = [in_the_hall(each, half) for each, half in zip(pairings, ("am", "pm"), strict=True)]
    actors = [UserFactory(secretary_of=each.branch_a) for each in pairings]
    close_the_hall(activities[0], actors[0])
    standing = {each.pk: each.starts_at for each in activities}

    outcomes = at_once(*map(confirming, actors, activities), refusal=ConflictError)

    refused = [isinstance(outcome, ConflictError) for outcome in outcomes]
    assert sorted(refused) == [False, True]
    lost, won = activities[refused.index(True)], activities[refused.index(False)]
    for activity in activities:
        activity.refresh_from_db()
    assert timezone.localtime(won.starts_at).isoformat() == "2026-03-06T08:30:00+08:00"
    assert lost.starts_at == standing[lost.pk]
    assert moves_of(lost) == 0
    assert Booking.objects.filter(activity=lost, period__startswith=lost.starts_at).count() == 3


def both_move_by_hand(version: int | None) -> tuple[Activity, list[object]]:
    """Both secretaries have the page open and give the activity two times at the same moment."""
    pairing = PairingFactory()
    actors = [UserFactory(secretary_of=side) for side in (pairing.branch_a, pairing.branch_b)]
    activity = in_the_hall(pairing, "am")
    days = (date(2026, 3, 10), date(2026, 3, 11))
    calls = []
    for actor, day in zip(actors, days, strict=True):
        starts_at, ends_at = half_day(day, "am")
        times = {"starts_at": starts_at, "ends_at": ends_at}
        move = {"activity": activity, "actor": actor, "now": NOW, "reason": "农忙", "version": version}
        calls.append(partial(activity_move, **move, **times))
    return activity, at_once(*calls, refusal=ConflictError)


def test_activity_moved_by_hand_twice_at_once_keeps_the_first_and_tells_the_second() -> None:
    activity, outcomes = both_move_by_hand(version=1)

    (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, ConflictError)]
    (moved,) = [outcome for outcome in outcomes if isinstance(outcome, Activity)]
    activity.refresh_from_db()
    assert (moves_of(activity), activity.starts_at) == (1, moved.starts_at)
    assert str(refusal).startswith(f"您打开这一页以后，别人改过这项活动：现在的时间是{when(moved)}，")


def test_activity_moved_by_hand_twice_at_once_is_overwritten_without_the_version() -> None:
    """Negative control: the lock alone lets the second write over what it has not seen."""
    activity, outcomes = both_move_by_hand(version=None)

    assert [type(outcome) for outcome in outcomes] == [Activity, Activity]
    assert moves_of(activity) == 2
