"""Owed reviews exist, held meetings count, nothing else stays."""

import threading
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from pairing.activities.dictionary import seed_dictionary
from pairing.activities.enums import ActivityState
from pairing.plans.enums import AgreementState, PairingState
from pairing.reviews.enums import HeldBy, ReviewKind, ReviewState
from pairing.reviews.models import Review, ReviewSeries
from pairing.reviews.services.obligations import kinds_of_title, reviews_materialise, reviews_settle
from tests.factories.activities import ActivityFactory
from tests.factories.plans import AgreementFactory

SHANGHAI = ZoneInfo("Asia/Shanghai")
AS_OF = date(2025, 11, 28)


def agreement(**fields):
    fields = {"starts_on": date(2025, 1, 15), "ends_on": date(2026, 12, 31)} | fields
    return AgreementFactory(
        pairing__starts_on=fields["starts_on"], pairing__ends_on=fields["ends_on"], **fields
    )


def meeting(pairing, title, day, kind="结对共建会议", state=ActivityState.ARCHIVED):
    start = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)
    return ActivityFactory(
        pairing=pairing,
        title=title,
        kind__name=kind,
        state=state,
        starts_at=start,
        ends_at=start.replace(hour=11),
    )


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


@pytest.mark.django_db
def test_reviews_materialise_creates_all_periods_to_the_end_of_the_next():
    agreement()
    assert reviews_materialise(today=AS_OF) == 12 + 5 + 2
    by_kind = {
        kind: list(Review.objects.filter(series__kind=kind).values_list("period_key", flat=True))
        for kind in ReviewKind
    }
    assert by_kind["communication"] == [f"2025-{month:02d}" for month in range(1, 13)]
    assert by_kind["dispatch"] == ["2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1"]
    assert by_kind["seminar"] == ["2025", "2026"]


@pytest.mark.django_db
def test_reviews_materialise_again_changes_nothing():
    agreement()
    reviews_materialise(today=AS_OF)
    before = list(Review.objects.values("pk", "due_on", "updated_at"))
    assert reviews_materialise(today=AS_OF) == 0
    assert reviews_materialise(today=date(2025, 10, 1)) == 0
    assert list(Review.objects.values("pk", "due_on", "updated_at")) == before


@pytest.mark.django_db
def test_reviews_materialise_skips_unsigned_agreements_and_ended_pairings():
    agreement(state=AgreementState.TO_SIGN)
    ended = agreement()
    ended.pairing.state, ended.pairing.end_reason = PairingState.ENDED, "到期"
    ended.pairing.save()
    assert reviews_materialise(today=AS_OF) == 0
    assert ReviewSeries.objects.count() == 0


@pytest.mark.django_db
def test_renewed_agreement_prolongs_the_series_and_moves_the_last_due_date():
    old = agreement(ends_on=date(2025, 12, 20))
    reviews_materialise(today=AS_OF)
    december = Review.objects.get(series__kind="communication", period_key="2025-12")
    assert december.due_on == date(2025, 12, 20)
    old.state = AgreementState.RENEWED
    old.save()
    AgreementFactory(pairing=old.pairing, starts_on=date(2025, 12, 21), ends_on=date(2026, 12, 31))
    reviews_materialise(today=AS_OF)
    december.refresh_from_db()
    assert december.due_on == date(2025, 12, 31)
    series = december.series
    assert (series.starts_on, series.ends_on) == (date(2025, 1, 15), date(2026, 12, 31))


@pytest.mark.django_db
def test_term_cut_short_drops_waiting_reviews_and_keeps_held_ones():
    signed = agreement()
    reviews_materialise(today=AS_OF)
    held = Review.objects.filter(series__kind="communication", period_key="2025-12")
    held.update(state=ReviewState.HELD, held_on=date(2025, 12, 3), held_by=HeldBy.CALL)
    signed.ends_on = date(2025, 10, 31)
    signed.save()
    reviews_materialise(today=AS_OF)
    keys = Review.objects.filter(series__kind="communication").values_list("period_key", flat=True)
    assert list(keys) == [*(f"2025-{month:02d}" for month in range(1, 11)), "2025-12"]


@pytest.mark.django_db(transaction=True)
def test_reviews_materialise_twice_at_once_creates_each_review_once():
    seed_dictionary()
    for _ in range(3):
        agreement()
    errors = in_threads(4, lambda: reviews_materialise(today=AS_OF))
    assert errors == []
    assert Review.objects.count() == 3 * 19


def in_threads(count, work):
    """Run `work` in threads that start together; give the errors."""
    barrier, errors = threading.Barrier(count), []

    def run():
        try:
            barrier.wait()
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.django_db
def test_reviews_settle_marks_the_review_of_the_period_held():
    signed = agreement()
    reviews_materialise(today=AS_OF)
    activity = meeting(signed.pairing, "一季一调度：三季度平安联络调度会", date(2025, 9, 9))
    assert reviews_settle(now=noon(AS_OF)) == 1
    review = Review.objects.get(activity=activity)
    assert (review.period_key, review.state, review.held_on, review.held_by) == (
        "2025Q3",
        ReviewState.HELD,
        date(2025, 9, 9),
        HeldBy.MEETING,
    )
    assert reviews_settle(now=noon(AS_OF)) == 0


@pytest.mark.django_db
def test_reviews_settle_after_the_last_day_of_the_term_is_held_late():
    signed = agreement(ends_on=date(2025, 10, 20))
    reviews_materialise(today=AS_OF)
    meeting(signed.pairing, "一月一沟通：收尾", date(2025, 10, 28))
    reviews_settle(now=noon(AS_OF))
    review = Review.objects.get(period_key="2025-10", series__kind="communication")
    assert review.state == ReviewState.HELD_LATE


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("title", "kind", "state"),
    [
        ("一月一沟通：九月例会", "座谈", ActivityState.ARCHIVED),
        ("一月一沟通：九月例会", "结对共建会议", ActivityState.ANNOUNCED),
        ("结对共建启动会", "结对共建会议", ActivityState.ARCHIVED),
    ],
)
def test_reviews_settle_leaves_other_activities_alone(title, kind, state):
    signed = agreement()
    reviews_materialise(today=AS_OF)
    meeting(signed.pairing, title, date(2025, 9, 9), kind=kind, state=state)
    assert reviews_settle(now=noon(AS_OF)) == 0


@pytest.mark.django_db
def test_second_meeting_of_a_period_settles_nothing_else():
    signed = agreement()
    reviews_materialise(today=AS_OF)
    for day in (9, 23):
        meeting(signed.pairing, "一月一沟通：九月", date(2025, 9, day))
    assert reviews_settle(now=noon(AS_OF)) == 1
    assert reviews_settle(now=noon(AS_OF)) == 0


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("一月一沟通：调度前的碰头", [ReviewKind.COMMUNICATION]),
        ("一月一沟通、一季一调度：九月", [ReviewKind.COMMUNICATION, ReviewKind.DISPATCH]),
        ("年度研讨会", [ReviewKind.SEMINAR]),
        ("签约仪式", []),
    ],
)
def test_kinds_of_title(title, kinds):
    assert kinds_of_title(title) == kinds
