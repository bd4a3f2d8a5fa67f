"""A whole-list plan is solved over real rows and kept with its proof."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from ledgers.enums import DemandState
from pairing.matching.adapter import pose
from pairing.matching.models import Match
from pairing.matching.selectors import branch_suggestions, match_run_rows, suggestion_of
from pairing.matching.services.runs import match_run_execute
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import Claim
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory
from tests.factories.plans import ClaimFactory, PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture
def law_pair():
    """A pairing in which one side speaks about law and the other asks for it."""
    pairing = PairingFactory()
    law = ServiceAspectFactory(name="普法宣传与基层治理")
    demand = DemandFactory(
        branch=pairing.branch_b,
        aspect=law,
        title="社区零售户法律意识薄弱",
        description="借证租证算不算违法说不清，希望上门把法律讲透。",
        raised_on=date(2026, 2, 1),
    )
    speaker = ResourceFactory(
        branch=pairing.branch_a,
        title="普法宣讲骨干",
        description="从事法制工作九年，能结合案例给零售户讲清违法后果。",
        aspects=[law],
        capacity_per_month=2,
    )
    ResourceFactory(branch=pairing.branch_a, title="淮山种植能手", description="指导起垄栽种和病害防治。")
    return pairing, demand, speaker


def test_run_stores_best_match_with_reasons_and_proof(law_pair):
    pairing, demand, speaker = law_pair
    run = match_run_execute(pairing=pairing, actor=UserFactory(secretary_of=pairing.branch_a), today=TODAY)
    match = Match.objects.get()
    assert (match.run, match.demand, match.resource) == (run, demand, speaker)
    assert match.explanation.startswith("同一结对；")
    assert run.objective == pytest.approx(run.bound)
    assert (run.demand_count, run.resource_count) == (1, 2)


def test_run_says_why_a_demand_is_unserved(law_pair):
    pairing, _, _ = law_pair
    lonely = DemandFactory(
        branch=pairing.branch_a, title="食堂需要一台消毒柜", description="", raised_on=TODAY
    )
    run = match_run_execute(pairing=pairing, actor=UserFactory(office=True), today=TODAY)
    rows = match_run_rows(run)
    assert [demand for demand, _ in rows["unserved"]] == [lonely]
    assert all(sentence for _, sentence in rows["unserved"])
    assert rows["ratio"] == 100.0


def test_run_leaves_strangers_resources_alone(law_pair):
    _, demand, speaker = law_pair
    speaker.branch = BranchFactory()
    speaker.save()
    run = match_run_execute(pairing=None, actor=UserFactory(office=True), today=TODAY)
    assert run.matches.count() == 0
    assert [row["demand_id"] for row in run.unserved] == [demand.pk]


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
