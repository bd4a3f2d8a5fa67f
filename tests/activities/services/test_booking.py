"""Nobody and nothing is in two places at once: sentences for people, constraints against races."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.errors import ConflictError
from pairing.activities.models import Activity, Booking, Subject
from pairing.activities.services import booking
from pairing.activities.services.booking import activities_book, activity_book, activity_unbook
from pairing.activities.subjects import venue_key
from tests.crowd import at_once
from tests.factories.activities import ActivityFactory, ParticipationFactory, SubjectFactory
from tests.factories.branches import BranchFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory

MONDAY_MORNING = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
MORNING = timedelta(hours=3)


def activity_at(
    starts_at: datetime = MONDAY_MORNING, lasts: timedelta = MORNING, **fields: object
) -> Activity:
    return ActivityFactory(starts_at=starts_at, ends_at=starts_at + lasts, state="announced", **fields)


@pytest.mark.django_db
class TestActivityBook:
    def test_books_branches_venue_and_every_person(self) -> None:
        order = PlanOrderFactory()
        activity = activity_at(
            pairing=order.pairing, plan_order=order, venue="社区 广场", person="唐同志、曾同志"
        )
        a, b = order.pairing.branch_a, order.pairing.branch_b

        activity_book(activity=activity)

        assert set(activity.bookings.values_list("subject__key", flat=True)) == {
            f"branch:{a.pk}",
            f"branch:{b.pk}",
            "venue:社区广场",
            f"person:{a.pk}/唐同志",
            f"person:{a.pk}/曾同志",
        }

    def test_books_further_branches_that_take_part(self) -> None:
        activity = activity_at(venue="")
        guest = BranchFactory()
        for branch in (activity.pairing.branch_a, activity.pairing.branch_b, guest):
            ParticipationFactory(activity=activity, branch=branch)

        assert len(activity_book(activity=activity)) == 3
        assert Booking.objects.filter(subject__key=f"branch:{guest.pk}").count() == 1

    def test_overlap_by_one_minute_is_refused_with_who_when_and_a_free_slot(self) -> None:
        activity_book(activity=activity_at(venue="城北社区广场", title="普法宣讲"))
        late = activity_at(
            MONDAY_MORNING + MORNING - timedelta(minutes=1), venue="城北社区 广场", title="义诊"
        )

        with pytest.raises(ConflictError) as refusal:
            activity_book(activity=late)

        assert refusal.value.message == (
            "“城北社区广场”在 03-02 周一 08:30–11:30 已安排“普法宣讲”，不能再安排“义诊”。"
            "最近的空档是 03-02 周一 14:30–17:00。"
        )
        assert late.bookings.count() == 0

    def test_adjacent_periods_are_both_allowed(self) -> None:
        pairing = PairingFactory()
        activity_book(activity=activity_at(pairing=pairing))
        activity_book(activity=activity_at(MONDAY_MORNING + MORNING, pairing=pairing))

        assert Booking.objects.count() == 6

    def test_same_name_of_two_branches_is_two_people(self) -> None:
        activity_book(activity=activity_at(venue="", person="唐同志"))
        activity_book(activity=activity_at(venue="", person="唐同志"))

        assert Booking.objects.filter(subject__kind="person").count() == 2

    def test_second_time_moves_the_booking(self) -> None:
        activity = activity_at()
        activity_book(activity=activity)
        activity.starts_at += timedelta(hours=1)
        activity_book(activity=activity)

        assert {row.period.lower for row in activity.bookings.all()} == {activity.starts_at}

    def test_unbook_frees_the_period(self) -> None:
        first, second = activity_at(), activity_at()
        activity_book(activity=first)
        activity_unbook(activity=first)

        activity_book(activity=second)

        assert set(Booking.objects.values_list("activity_id", flat=True)) == {second.pk}

    def test_constraint_alone_refuses_in_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        activity_book(activity=activity_at())
        monkeypatch.setattr(booking, "_first_clash", lambda *_: None)

        with pytest.raises(ConflictError) as refusal:
            activity_book(activity=activity_at())

        assert refusal.value.message == booking.REFUSALS["23P01"]


@pytest.mark.django_db
class TestActivitiesBook:
    def test_first_come_first_served_and_the_rest_returned(self) -> None:
        first, second, elsewhere = activity_at(), activity_at(), activity_at(venue="村部")

        clashes = activities_book([first, second, elsewhere])

        assert [(clash.activity, clash.other) for clash in clashes] == [(second, first)]
        assert Booking.objects.count() == 6

    def test_passes_over_activities_without_a_time(self) -> None:
        assert activities_book([ActivityFactory()]) == []
        assert Subject.objects.count() == 0

    def test_query_count_does_not_grow(self) -> None:
        counts = []
        for size in (2, 6):
            rows = [activity_at(venue=f"会场{size}-{n}") for n in range(size)]
            with CaptureQueriesContext(
                connection,
            ) as queries:
                activities_book(rows)
            counts.append(len(queries))

        assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("first", "second"), [("社区广场（东）", "社区广场(东)"), ("３楼 会议室", "3楼会议室"), ("A座", "a座")]
)
def test_venue_key_written_differently(first: str, second: str) -> None:
    assert venue_key(first) == venue_key(second)


@pytest.mark.django_db(transaction=True)
class TestRace:
    THREADS = 50

    def test_one_venue_goes_to_exactly_one(self) -> None:
        """Everybody else is refused in a sentence: who has it, or that the queue was too long to wait."""
        activities = [activity_at(venue="礼堂") for _ in range(self.THREADS)]

        results = at_once(*[partial(activity_book, activity=each) for each in activities])

        refusals = [result for result in results if isinstance(result, ConflictError)]
        assert len(refusals) == self.THREADS - 1
        clashes = [refusal for refusal in refusals if refusal.message != booking.BUSY]
        assert all(clash.message.startswith("“礼堂”在 03-02 周一 08:30–11:30 已安排") for clash in clashes)
        assert Booking.objects.filter(subject__key="venue:礼堂").count() == 1

    def test_without_lock_and_constraint_the_race_is_seen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Everybody looks before anybody writes, which only the lock prevents."""
        monkeypatch.setattr(booking, "_lock", booking.subject_ensure)
        monkeypatch.setattr(booking, "_place", held_up(booking._place, Barrier(self.THREADS)))
        SubjectFactory(name="礼堂")
        activities = [activity_at(venue="礼堂") for _ in range(self.THREADS)]

        with without_constraint():
            at_once(*[partial(activity_book, activity=each) for each in activities])
            succeeded = Booking.objects.filter(subject__key="venue:礼堂").count()
            Booking.objects.all().delete()

        assert succeeded > 1

    def test_three_subjects_in_random_order_never_deadlock(self) -> None:
        rng = random.Random(7)
        pairings = PairingFactory.create_batch(3)
        activities = []
        for number in range(20):
            pairing = rng.choice(pairings)
            row = activity_at(
                MONDAY_MORNING + timedelta(days=number % 2),
                pairing=pairing,
                venue=rng.choice(["甲", "乙", "丙"]),
            )
            for branch in rng.sample([pairing.branch_a, pairing.branch_b, pairings[0].branch_a], 3):
                row.participations.get_or_create(branch=branch, defaults={"role": "other"})
            activities.append(row)

        results = at_once(*[partial(activity_book, activity=each) for each in activities])

        refusals = [result for result in results if isinstance(result, Exception)]
        assert {type(refusal) for refusal in refusals} == {ConflictError}
        assert booking.BUSY not in {refusal.message for refusal in refusals}
        assert len(results) - len(refusals) == Activity.objects.exclude(bookings=None).count() > 0


def held_up(place: Callable[..., object], barrier: Barrier) -> Callable[..., object]:
    """Let no thread go on from checking to writing until all have checked, or ten seconds have passed."""

    def run(*args: object) -> object:
        result = place(*args)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=10)
        return result

    return run


@contextmanager
def without_constraint() -> Iterator[None]:
    constraint = next(c for c in Booking._meta.constraints if c.name == "booking_no_overlap")
    with transaction.atomic(), connection.schema_editor(atomic=False) as editor:
        editor.remove_constraint(Booking, constraint)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(Booking, constraint)
