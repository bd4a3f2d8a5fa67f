"""A light names its reasons; late things turn it yellow, several of them red."""

from datetime import date, timedelta

import pytest

from pairing.reports.lights import pairing_lights
from tests.factories.ledgers import DemandFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory
from tests.factories.reviews import ReviewFactory, ReviewSeriesFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


@pytest.fixture
def pairing():
    return PairingFactory(starts_on=date(2026, 1, 1))


def light_of(pairing):
    [light] = pairing_lights([pairing], today=TODAY)
    return light


def late_demand(branch):
    return DemandFactory(branch=branch, raised_on=date(2026, 1, 5), deadline_on=TODAY - timedelta(days=1))


def test_light_is_green_without_reasons(pairing):
    assert (light_of(pairing).colour, light_of(pairing).reasons) == ("green", ())


def test_light_turns_yellow_for_a_late_demand_of_either_side(pairing):
    late_demand(pairing.branch_b)
    assert light_of(pairing).colour == "yellow"
    assert light_of(pairing).reasons == ("双方有 1 条需求逾期未办结：认领或办结后解除",)


def test_light_turns_red_for_three_late_things(pairing):
    late_demand(pairing.branch_a)
    late_demand(pairing.branch_b)
    PlanOrderFactory(pairing=pairing, due_on=TODAY - timedelta(days=1))
    assert (light_of(pairing).colour, len(light_of(pairing).reasons)) == ("red", 2)


def test_missed_review_counts_only_until_the_next_is_due(pairing):
    series = ReviewSeriesFactory(pairing=pairing)
    for month in (3, 4, 5):
        ReviewFactory(
            series=series,
            period_key=f"2026-{month:02}",
            period_starts_on=date(2026, month, 1),
            due_on=date(2026, month, 28),
        )
    assert light_of(pairing).late_count == 1


def test_lights_take_three_queries(pairing, django_assert_num_queries):
    pairs = [pairing, PairingFactory(), PairingFactory()]
    with django_assert_num_queries(3):
        pairing_lights(pairs, today=TODAY)
