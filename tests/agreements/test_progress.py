"""Clauses are counted per period from activities, reviews and orders, in two queries."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from pairing.agreements.selectors.progress import agreement_progress, agreement_running
from tests.factories.activities import ActivityFactory, ActivityKindFactory
from tests.factories.agreements import AgreementClauseFactory
from tests.factories.ledgers import ServiceAspectFactory
from tests.factories.plans import AgreementFactory, PlanOrderFactory
from tests.factories.reviews import ReviewFactory, ReviewSeriesFactory

pytestmark = pytest.mark.django_db
START, END, TODAY = date(2026, 1, 10), date(2027, 1, 9), date(2026, 8, 20)


@pytest.fixture
def agreement():
    return AgreementFactory(starts_on=START, ends_on=END)


def held(agreement, kind, *days):
    for month, day in days:
        starts_at = timezone.make_aware(datetime(2026, month, day, 9))
        ends_at = timezone.make_aware(datetime(2026, month, day, 11))
        ActivityFactory(
            pairing=agreement.pairing, kind=kind, archived=True, starts_at=starts_at, ends_at=ends_at
        )


def counts(progress):
    """Label → count of the running period and those before it."""
    spans = [progress.current, *progress.past] if progress.current else progress.past
    return {span.label: span.count for span in spans}


def test_activities_count_by_kind_and_quarter_in_two_queries(agreement, django_assert_num_queries):
    day, service = ActivityKindFactory(), ActivityKindFactory(name="三送", is_volunteer_service=True)
    held(agreement, day, (1, 9), (2, 3), (3, 31), (4, 1), (7, 5), (8, 21))  # one before, one after the days
    held(agreement, service, (8, 20))
    ActivityFactory(pairing=agreement.pairing, kind=day, announced=True)
    clause = {"agreement": agreement, "counting": "activity"}
    AgreementClauseFactory(activity_kind=day, target=2, **clause)
    AgreementClauseFactory(target=5, period="term", **clause)
    AgreementClauseFactory(agreement=agreement, counting="volunteer", period="month")
    AgreementClauseFactory(agreement=agreement)
    with django_assert_num_queries(2):
        days, anything, volunteers, words = agreement_progress(agreement, on=TODAY)
    assert counts(days) == {"2026年第3季度": 1, "2026年第2季度": 1, "2026年第1季度": 2}
    assert (days.owed_count, days.kept_count, [span.label for span in days.missed]) == (
        2,
        1,
        ["2026年第2季度"],
    )
    assert (counts(anything), anything.current.is_kept) == ({"期内": 5}, True)
    assert counts(volunteers)["2026年8月"] == 1
    assert (words.current, words.past) == (None, [])


def test_reviews_visits_and_orders_count_once_each(agreement):
    series = ReviewSeriesFactory(pairing=agreement.pairing)
    ReviewFactory(
        series=series, due_on=date(2026, 7, 31), state="held", held_on=date(2026, 7, 9), held_by="visit"
    )
    ReviewFactory(series=series, due_on=date(2026, 8, 31))
    order = PlanOrderFactory(pairing=agreement.pairing, completed=True, completed_on=date(2026, 8, 1))
    PlanOrderFactory(
        pairing=agreement.pairing,
        demand__aspect=ServiceAspectFactory(name="另一方面"),
        completed=True,
        completed_on=date(2026, 8, 2),
    )
    PlanOrderFactory(completed=True, completed_on=date(2026, 8, 2))
    for counting in ("communication", "visit", "dispatch", "order"):
        AgreementClauseFactory(agreement=agreement, counting=counting)
    AgreementClauseFactory(agreement=agreement, counting="order", aspect=order.demand.aspect)
    found = [row.current.count for row in agreement_progress(agreement, on=TODAY)]
    assert found == [1, 1, 0, 2, 1]


def test_a_period_the_term_covers_by_less_than_half_owes_nothing():
    agreement = AgreementFactory(starts_on=date(2026, 1, 20), ends_on=date(2026, 3, 5))
    AgreementClauseFactory(agreement=agreement, counting="visit", period="month")
    (row,) = agreement_progress(agreement, on=date(2026, 6, 1))
    assert [(span.label, span.is_owed) for span in row.past] == [
        ("2026年3月", False),
        ("2026年2月", True),
        ("2026年1月", False),
    ]
    assert (row.owed_count, row.kept_count, row.current) == (1, 0, None)


def test_the_running_agreement_is_the_one_whose_term_holds_the_day(agreement):
    agreement.state = "renewed"
    agreement.save()
    coming = AgreementFactory(
        pairing=agreement.pairing, starts_on=date(2027, 1, 10), ends_on=date(2028, 1, 9), renews=agreement
    )
    rows = [agreement, coming]
    assert [agreement_running(rows, on=day) for day in (TODAY, date(2027, 2, 1), date(2029, 1, 1))] == [
        agreement,
        coming,
        coming,
    ]
