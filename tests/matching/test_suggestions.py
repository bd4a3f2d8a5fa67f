"""Suggestions both ways over real rows, and how rows become a matching problem."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from ledgers.enums import DemandState
from ledgers.forms.demands import DemandForm
from ledgers.forms.resources import ResourceForm
from ledgers.models import Demand, Resource
from ledgers.reading.lexicon import Lexicon
from ledgers.services.demands import demand_edit_blockers
from pairing.matching.adapter import pose
from pairing.matching.engine import Missing, Score
from pairing.matching.models import ScoreWeights
from pairing.matching.selectors.hints import lacking
from pairing.matching.selectors.lessons import lessons_learned
from pairing.matching.selectors.suggestions import branch_suggestions, hall_suggestions, suggestion_of
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import Claim
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceItemFactory
from tests.factories.plans import ClaimFactory, PlanOrderFactory
from tests.matching.conftest import TODAY

pytestmark = pytest.mark.django_db
LEXICON = Lexicon.default()


def test_suggestions_read_both_ways(law_pair):
    pairing, demand, speaker = law_pair
    asked = branch_suggestions(frozenset({pairing.branch_b_id}), today=TODAY)
    [panel] = asked.received
    [best] = panel.found
    assert (panel.row, best.resource) == (demand, speaker)
    offered = branch_suggestions(frozenset({pairing.branch_a_id}), today=TODAY)
    [panel] = offered.given
    [back] = panel.found
    assert (panel.row, back.demand, back.percent) == (speaker, demand, best.percent)


def test_what_a_row_leaves_open_is_said_once_for_it_and_of_the_other_side_beside_each(law_pair):
    pairing, _, speaker = law_pair
    Demand.objects.update(audiences=["merchants"])
    [panel] = branch_suggestions(frozenset({pairing.branch_b_id}), today=TODAY).received
    assert (panel.lacks, panel.found[0].resource_lacks) == (["服务事项"], [])
    speaker.description = "从事法制工作九年，能结合案例讲清违法后果。"
    speaker.save()
    [panel] = branch_suggestions(frozenset({pairing.branch_b_id}), today=TODAY).received
    assert (panel.lacks, panel.found[0].resource_lacks) == (["服务事项"], ["服务对象"])
    [panel] = branch_suggestions(frozenset({pairing.branch_a_id}), today=TODAY).given
    assert (panel.lacks, panel.found[0].demand_lacks) == (["服务事项", "服务对象"], [])


def test_what_is_left_open_is_called_as_in_the_forms(law_pair):
    pairing, _, _ = law_pair
    user = UserFactory(secretary_of=pairing.branch_b)
    for side, form in (("need", DemandForm(user=user)), ("offer", ResourceForm(user=user))):
        fields = ["items", "aspect" if side == "need" else "aspects", "help_kinds", "audiences"]
        score = Score(1, 1, 0.5, 0.5, (), tuple(Missing(side, name) for name in fields))
        assert lacking([score], side) == [form.fields[name].label for name in fields]


def test_nothing_is_asked_of_a_demand_that_can_no_longer_be_written(law_pair):
    """Once a part is promised its words are agreed on; its form would refuse what the hint asks for."""
    pairing, demand, speaker = law_pair
    Demand.objects.update(visits_wanted=3)
    asked = frozenset({pairing.branch_b_id})
    assert branch_suggestions(asked, today=TODAY).received[0].lacks == ["服务事项"]
    ClaimFactory(pairing=pairing, demand=demand, resource=speaker, visit_count=1, wanted_on=date(2026, 4, 1))
    assert branch_suggestions(asked, today=TODAY).received[0].lacks == []
    assert demand_edit_blockers(demand) != []


def test_what_stays_below_the_floor_is_marked_and_alone_no_answer(law_pair, booklet):
    """It is listed for the demand behind what reaches the floor, and for its own branch among the idle."""
    pairing, demand, speaker = law_pair
    [panel] = branch_suggestions(frozenset({pairing.branch_b_id}), today=TODAY).received
    marks = {each.resource: each.is_below_floor for each in panel.found}
    assert marks == {speaker: False, booklet: True}
    offered = branch_suggestions(frozenset({pairing.branch_a_id}), today=TODAY)
    assert [panel.row for panel in offered.given] == [speaker]
    assert booklet in offered.idle
    assert speaker not in offered.idle
    found = hall_suggestions(demand, Resource.objects.all(), today=TODAY).rows
    assert {each.resource: each.is_below_floor for each in found} == marks


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


def test_last_days_of_a_month_are_too_short_to_plan_into(law_pair):
    pairing, demand, _ = law_pair
    type(demand).objects.filter(pk=demand.pk).update(urgency=2)
    [asked] = branch_suggestions(frozenset({pairing.branch_b_id}), today=date(2026, 3, 31)).received
    assert "4 月就能安排" in asked.found[0].explanation


def test_lessons_count_agreed_orders_for_and_what_was_declined_as_unfit_against(law_pair):
    pairing, _, speaker = law_pair
    law = ServiceItemFactory(name="普法宣讲")
    speaker.items.add(law)
    sides = {"pairing": pairing, "resource": speaker, "demand__title": "税法"}
    PlanOrderFactory(confirmed=True, **sides)
    PlanOrderFactory(cancelled=True, **sides)
    ClaimFactory(declined=True, is_unfit=True, **sides)
    ClaimFactory(declined=True, **sides)  # for want of time
    assert lessons_learned(LEXICON).votes["税法"] == {"普法宣讲": (1, 1)}


def test_lessons_take_a_resource_without_named_items_for_what_it_is_read_as(law_pair):
    pairing, _, speaker = law_pair
    sides = {"pairing": pairing, "demand__title": "税法"}
    PlanOrderFactory(confirmed=True, resource=speaker, **sides)
    unclear = ResourceFactory(branch=pairing.branch_a, title="甲乙丙")
    PlanOrderFactory(confirmed=True, resource=unclear, **sides)
    assert lessons_learned(LEXICON).votes["税法"] == {"普法宣讲": (1, 0)}


def test_what_was_declined_is_not_suggested_again(law_pair):
    pairing, demand, speaker = law_pair
    ClaimFactory(declined=True, pairing=pairing, demand=demand, resource=speaker)
    demand.refresh_from_db()
    [asked] = branch_suggestions(frozenset({pairing.branch_b_id}), today=TODAY).received
    offered = branch_suggestions(frozenset({pairing.branch_a_id}), today=TODAY).given
    assert demand.state == DemandState.OPEN
    assert speaker not in [each.resource for each in asked.found]
    assert [each for panel in offered if panel.row == speaker for each in panel.found] == []


def test_suggestions_use_the_weights_in_force(law_pair):
    pairing, _, _ = law_pair
    ScoreWeights.objects.create(weights={}, floor=1.0, note="只看全对的", made_at=timezone.now())
    assert branch_suggestions(frozenset({pairing.branch_b_id}), today=TODAY).received[0].found == []
