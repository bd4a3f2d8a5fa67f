"""Figures count what their rule says, on the edges of the window too."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from ledgers.enums import DemandState, ResourceState
from pairing.reports.metrics.article import ARTICLE
from pairing.reports.metrics.measure import Window, values, whole
from pairing.reports.metrics.pulse import PULSE
from tests.factories.activities import (
    ActivityFactory,
    ActivityKindFactory,
    MetricFactory,
    OutcomeFactory,
    ParticipationFactory,
)
from tests.factories.ledgers import DemandFactory, ResourceFactory

pytestmark = pytest.mark.django_db
MARCH = Window(date(2026, 3, 1), date(2026, 3, 31))
FIGURES = ARTICLE.figures | PULSE.figures


def read(key: str, window: Window = MARCH) -> int | Decimal:
    return values([FIGURES[key]], window)[key]


def held(day: int, hour: int, month: int = 3, **fields):
    starts_at = timezone.make_aware(datetime(2026, month, day, hour, 30))
    return ActivityFactory(
        archived=True, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1), **fields
    )


def test_activity_counts_on_its_local_day():
    held(1, 0)
    held(31, 22)
    held(1, 0, month=4)
    assert read("theme_party_days") == 2


def test_activity_of_three_branches_counts_once():
    activity = held(10, 9)
    ParticipationFactory.create_batch(3, activity=activity)
    assert read("theme_party_days") == 1
    assert read("line_activity") == 1


def test_activity_not_recorded_does_not_count():
    ActivityFactory(to_record=True)
    assert read("theme_party_days", Window(date(2000, 1, 1), date(2100, 1, 1))) == 0


def test_people_are_summed_for_volunteer_service_only():
    sends = ActivityKindFactory(name="三送", is_volunteer_service=True)
    held(2, 9, kind=sends, served_count=30)
    held(3, 9, kind=sends, served_count=None)
    held(4, 9, served_count=99)
    assert (read("volunteer_services"), read("volunteer_people"), read("three_sends_people")) == (2, 30, 30)


def test_outcome_of_another_kind_does_not_count():
    metric = MetricFactory(name="查处案件")
    OutcomeFactory(activity=held(5, 9, kind=ActivityKindFactory(name="专项行动")), metric=metric, value=4)
    OutcomeFactory(activity=held(6, 9), metric=metric, value=7)
    assert read("cases") == 4


def test_demand_counts_when_raised_and_again_when_solved():
    DemandFactory(raised_on=date(2026, 2, 1), state=DemandState.CLOSED, closed_on=date(2026, 3, 31))
    DemandFactory(raised_on=date(2026, 3, 1), draft=True)
    DemandFactory(raised_on=date(2026, 3, 1))
    assert (read("demands"), read("problems_solved")) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, 1),
        ({"valid_to": date(2026, 3, 31)}, 1),
        ({"valid_to": date(2026, 3, 30)}, 0),
        ({"valid_from": date(2026, 4, 1)}, 0),
        ({"state": ResourceState.WITHDRAWN}, 0),
    ],
)
def test_resource_counts_while_usable_on_the_last_day(fields, expected):
    ResourceFactory(kind="position", **fields)
    assert read("positions") == expected


def test_overdue_demand_counts_from_the_day_after_its_deadline():
    DemandFactory(raised_on=date(2026, 1, 1), deadline_on=date(2026, 3, 31))
    assert read("demands_overdue") == 0
    assert read("demands_overdue", Window(date(2026, 4, 1), date(2026, 4, 1))) == 1


def test_every_figure_has_a_definition():
    assert [key for key, figure in FIGURES.items() if not figure.definition.endswith("。")] == []


def test_all_figures_take_one_query_a_table(django_assert_num_queries):
    tables = {figure.measure(MARCH).model for figure in FIGURES.values()}
    with django_assert_num_queries(len(tables)):
        values(FIGURES.values(), MARCH)


def test_whole_keeps_a_fraction():
    assert (whole(Decimal("61800.00")), whole(Decimal("1.50"))) == (61800, Decimal("1.50"))
