"""The due list, the matrix, the agenda."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from ledgers.enums import DemandState
from pairing.plans.enums import PairingState
from pairing.reviews.enums import HeldBy, ReviewKind, ReviewState
from pairing.reviews.selectors import (
    COMPANIONS_SINCE,
    Tally,
    review_agenda,
    review_companions,
    review_current,
    review_held,
    review_matrix,
    review_missed,
    review_waiting,
)
from tests.factories.activities import ActivityFactory
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory
from tests.factories.reviews import ActionItemFactory, ReviewFactory, ReviewSeriesFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 20)


def month(series, number, **fields):
    first = date(2026, number, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return ReviewFactory(series=series, due_on=last, period_starts_on=first, **fields)


def held(day):
    return {"state": ReviewState.HELD, "held_on": day, "held_by": HeldBy.MEETING}


def test_reviews_of_current_and_missed_periods_and_nothing_of_later_ones():
    series = ReviewSeriesFactory()
    user = UserFactory(secretary_of=series.pairing.branch_a)
    february, april, current, _later = (month(series, number) for number in (2, 4, 5, 6))
    done = month(series, 3, **held(date(2026, 3, 9)))
    assert list(review_waiting(user, today=TODAY)) == [february, april, current]
    assert list(review_current(user, today=TODAY)) == [current]
    assert list(review_missed(user, today=TODAY)) == [april, february]
    assert list(review_held(user)) == [done]


def test_review_waiting_of_a_stranger_or_an_ended_pairing_is_empty():
    series = ReviewSeriesFactory()
    month(series, 3)
    assert list(review_waiting(UserFactory(), today=TODAY)) == []
    series.pairing.state, series.pairing.end_reason = PairingState.ENDED, "到期"
    series.pairing.save()
    assert list(review_waiting(UserFactory(office=True), today=TODAY)) == []


def test_review_companions_are_those_of_the_last_year_the_newest_first():
    series = ReviewSeriesFactory()
    march, april = month(series, 3), month(series, 4)
    old = {"series": series, "period_starts_on": date(2025, 1, 1)}
    forgotten = ReviewFactory(**old, due_on=TODAY - COMPANIONS_SINCE)
    last_year = ReviewFactory(**old, due_on=TODAY - COMPANIONS_SINCE + timedelta(days=20))
    quarters = ReviewSeriesFactory(pairing=series.pairing, kind=ReviewKind.DISPATCH)
    quarter = ReviewFactory(series=quarters, period_starts_on=date(2026, 1, 1), due_on=date(2026, 3, 31))
    secretary = UserFactory(secretary_of=series.pairing.branch_a)
    offered = list(review_companions(march, secretary, today=TODAY))
    assert offered == [april, quarter, last_year]
    assert forgotten in review_waiting(secretary, today=TODAY)


def test_review_matrix_counts_due_held_and_missing():
    talks = ReviewSeriesFactory()
    seminars = ReviewSeriesFactory(pairing=talks.pairing, kind=ReviewKind.SEMINAR)
    month(talks, 2, **held(date(2026, 2, 10)))
    month(talks, 3)
    month(talks, 4, state=ReviewState.HELD_LATE, held_on=date(2026, 5, 6), held_by=HeldBy.CALL)
    month(talks, 5)
    ReviewFactory(
        series=seminars,
        period_key="2026",
        due_on=date(2026, 12, 31),
        period_starts_on=date(2026, 1, 1),
        **held(date(2026, 4, 2)),
    )
    office = UserFactory(office=True)
    [row] = review_matrix(office, [talks.pairing_id], first=date(2026, 1, 1), as_of=TODAY)
    assert row.tallies == [Tally(3, 2, 1), Tally(), Tally(0, 1, 0)]
    assert (row.missing, row.missing_words) == (1, "欠 1 次")


def test_review_agenda_lists_what_is_stuck():
    today = timezone.localdate()
    pairing = PairingFactory()
    review = ReviewFactory(series__pairing=pairing)
    DemandFactory(
        branch=pairing.branch_b,
        title="修路灯",
        raised_on=today - timedelta(30),
        deadline_on=today - timedelta(1),
    )
    DemandFactory(branch=pairing.branch_b, state=DemandState.OPEN, deadline_on=today)
    late = PlanOrderFactory(
        pairing=pairing,
        in_progress=True,
        due_on=today - timedelta(2),
        demand__title="宣讲反诈",
        resource=None,
    )
    PlanOrderFactory(pairing=pairing, to_confirm=True, due_on=today, resource=None)
    ActivityFactory(pairing=pairing, title="红色走读", unplaced_reason="双方没有共同的空闲半天")
    ResourceFactory(branch=pairing.branch_a, title="会议室")
    ActionItemFactory(review=review, title="补齐台账")
    ActionItemFactory(review=review, done_on=today)
    DemandFactory(raised_on=today - timedelta(30), deadline_on=today - timedelta(1))
    sections = {s.title: [row.text for row in s.rows] for s in review_agenda(review, today=today)}
    assert sections == {
        "未办结的督办事项": ["补齐台账"],
        "逾期的需求": ["修路灯"],
        "停滞的定单": [f"{late.number} 宣讲反诈"],
        "还没排上日程的活动": ["红色走读"],
        "闲置的资源": ["会议室"],
    }


def test_review_agenda_calls_an_unconfirmed_order_stalled_after_ten_days():
    review = ReviewFactory()
    PlanOrderFactory(pairing=review.series.pairing, to_confirm=True, resource=None)
    later = timezone.localdate() + timedelta(days=10)
    assert review_agenda(review, today=later - timedelta(days=1)) == []
    assert [s.title for s in review_agenda(review, today=later)] == ["停滞的定单"]


def test_resource_in_use_is_not_idle():
    review = ReviewFactory()
    pairing = review.series.pairing
    today = timezone.localdate()
    PlanOrderFactory(pairing=pairing, resource__branch=pairing.branch_a)
    assert review_agenda(review, today=today) == []
    ResourceFactory(branch=pairing.branch_a, valid_to=today - timedelta(1))
    assert review_agenda(review, today=today) == []
