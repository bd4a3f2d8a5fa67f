"""Suggestions both ways over real rows, and how rows become a matching problem."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from ledgers.enums import DemandState
from pairing.matching.adapter import pose
from pairing.matching.models import ScoreWeights
from pairing.matching.selectors.lessons import lessons_learned
from pairing.matching.selectors.suggestions import branch_suggestions, suggestion_of
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import Claim
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceItemFactory
from tests.factories.plans import ClaimFactory, PlanOrderFactory
from tests.matching.conftest import TODAY

pytestmark = pytest.mark.django_db


def test_suggestions_read_both_ways(law_pair):
    pairing, demand, speaker = law_pair
    asked = branch_suggestions(frozenset({pairing.branch_b_id}), today=TODAY)
    [(found_demand, [best])] = asked.received
    assert (found_demand, best.resource) == (demand, speaker)
    offered = branch_suggestions(frozenset({pairing.branch_a_id}), today=TODAY)
    [(found_resource, [back])] = offered.given
    assert (found_resource, back.demand, back.percent) == (speaker, demand, best.percent)


def test_suggestions_leave_out_claimed_demands(law_pair):
    pairing, demand, _ = law_pair
    demand.state = DemandState.CLAIMED
    demand.save()
    assert branch_suggestions(frozenset({pairing.branch_b_id}), today=TODAY).received == []


def test_suggestion_of_unrelated_resource_is_none(law_pair):
    pairing, demand, speaker = law_pair
    other = pairing.branch_a.resources.exclude(pk=speaker.pk).get()
    assert suggestion_of(demand, other, today=TODAY) is None
    assert suggestion_of(demand, speaker, today=TODAY).resource == speaker


def _used(pairing):
    demands, resources = pairing.branch_b.demands.all(), pairing.branch_a.resources.all()
    return pose(demands=demands, resources=resources, as_of=TODAY).problem.used


def test_adapter_counts_pending_claims_as_used(law_pair):
    pairing, demand, speaker = law_pair
    ClaimFactory(pairing=pairing, demand=demand, resource=speaker, wanted_on=date(2026, 3, 20), visit_count=2)
    assert _used(pairing) == {(speaker.pk, date(2026, 3, 1)): 2}


def test_adapter_counts_a_claim_made_at_local_midnight_in_the_new_month(law_pair):
    pairing, demand, speaker = law_pair
    claim = ClaimFactory(pairing=pairing, demand=demand, resource=speaker)
    first_half_hour = datetime(2026, 3, 1, 0, 30, tzinfo=timezone.get_current_timezone())
    Claim.objects.filter(pk=claim.pk).update(created_at=first_half_hour)
    assert _used(pairing) == {(speaker.pk, date(2026, 3, 1)): 1}


def test_adapter_frees_the_capacity_of_a_cancelled_order(law_pair):
    pairing, demand, speaker = law_pair
    claim = ClaimFactory(accepted=True, pairing=pairing, demand=demand, resource=speaker, wanted_on=TODAY)
    order = PlanOrderFactory(pairing=pairing, demand=demand, resource=speaker, claim=claim)
    assert _used(pairing) == {(speaker.pk, date(2026, 3, 1)): 1}
    order.state, order.state_reason = PlanOrderState.CANCELLED, "改期"
    order.save()
    assert _used(pairing) == {}


@pytest.mark.parametrize("extra", [0, 2])
def test_adapter_asks_five_queries(law_pair, extra, django_assert_num_queries):
    pairing, _, _ = law_pair
    DemandFactory.create_batch(extra, branch=pairing.branch_b)
    ResourceFactory.create_batch(extra, branch=pairing.branch_a)
    with django_assert_num_queries(5):
        pose(demands=pairing.branch_b.demands.all(), resources=pairing.branch_a.resources.all(), as_of=TODAY)


def test_lessons_count_agreed_orders_for_and_declined_claims_against(law_pair):
    pairing, _, speaker = law_pair
    law = ServiceItemFactory(name="普法宣讲")
    speaker.items.add(law)
    sides = {"pairing": pairing, "resource": speaker, "demand__title": "税法"}
    PlanOrderFactory(confirmed=True, **sides)
    PlanOrderFactory(cancelled=True, **sides)
    ClaimFactory(declined=True, **sides)
    assert lessons_learned().votes["税法"] == {"普法宣讲": (1, 1)}


def test_lessons_need_an_item_that_a_person_has_named(law_pair):
    pairing, _, speaker = law_pair
    PlanOrderFactory(confirmed=True, pairing=pairing, resource=speaker)
    assert lessons_learned().votes == {}


def test_suggestions_use_the_weights_in_force(law_pair):
    pairing, _, _ = law_pair
    ScoreWeights.objects.create(weights={}, floor=1.0, note="只看全对的", made_at=timezone.now())
    assert branch_suggestions(frozenset({pairing.branch_b_id}), today=TODAY).received[0][1] == []
