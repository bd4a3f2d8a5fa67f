"""Random histories of claims, orders and demands against a plain model.

Held after every step: no resource promises more than its month has, a demand's state follows from its
claims and orders, an acknowledged edit is there, and nothing moves but along its TRANSITIONS table.
"""

from collections import Counter

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.errors import DomainError
from ledgers.enums import DEMAND_TRANSITIONS
from ledgers.models import Demand
from pairing.plans.enums import CLAIM_TRANSITIONS, PLAN_ORDER_TRANSITIONS
from pairing.plans.models import Claim, PlanOrder
from pairing.plans.services import change_requests, claim_answers, claims, order_contents, orders
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory

CAPACITY = 3
UNDECIDED = ("proposed", "countered", "agreed")
LIVE = ("draft", "to_confirm", "confirmed", "in_progress", "awaiting_acceptance")
TABLES = (
    (Demand, DEMAND_TRANSITIONS),
    (Claim, CLAIM_TRANSITIONS),
    (PlanOrder, PLAN_ORDER_TRANSITIONS),
)


class Chain(RuleBasedStateMachine):
    """Two partners of one branch, a resource each, and two demands: one in whole, one of three visits."""

    def __init__(self):
        super().__init__()
        self.history = transaction.atomic()
        self.history.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.history.__exit__(None, None, None)

    @initialize()
    def county(self):
        self.now = timezone.now()
        self.branch = BranchFactory()
        self.secretary = UserFactory(secretary_of=self.branch)
        self.pairings = [PairingFactory(branch_b=self.branch) for _ in range(2)]
        self.partners = {each.branch_a_id: UserFactory(secretary_of=each.branch_a) for each in self.pairings}
        self.resources = [
            ResourceFactory(branch=each.branch_a, capacity_per_month=CAPACITY) for each in self.pairings
        ]
        self.demands = [DemandFactory(branch=self.branch, visits_wanted=number) for number in (None, 3)]
        self.places = {}  # what the last acknowledged edit or change of each order said
        self.states = {}  # of every row, as seen after the last step

    def actor(self, branch_id):
        return self.secretary if branch_id == self.branch.pk else self.partners[branch_id]

    def attempt(self, service, **terms):
        """Take a step; a refusal in words is an answer like any other, and must have changed nothing."""
        before = self.picture()
        try:
            return service(now=self.now, **terms)
        except DomainError as refusal:
            assert refusal.message.endswith(("。", "！"))
            assert self.picture() == before
            return None

    @staticmethod
    def picture():
        return {
            model: sorted(model.objects.values_list("pk", "state")) for model in (Demand, Claim, PlanOrder)
        }

    def one(self, data, model, **condition):
        rows = list(model.objects.filter(**condition).order_by("pk"))
        return data.draw(st.sampled_from(rows)) if rows else None

    @rule(
        which=st.sampled_from([0, 1]),
        with_=st.sampled_from([0, 1]),
        visits=st.integers(1, 3),
        ours=st.booleans(),
    )
    def propose(self, which, with_, visits, ours):
        branch = self.branch if ours else self.pairings[with_].branch_a
        self.attempt(
            claims.claim_propose,
            demand=self.demands[which],
            resource=self.resources[with_],
            by_branch=branch,
            proposer=self.actor(branch.pk),
            visit_count=visits,
        )

    @rule(which=st.sampled_from([0, 1]))
    def propose_jointly(self, which):
        self.attempt(
            claims.claims_propose_jointly,
            demand=self.demands[which],
            resources=self.resources,
            by_branch=self.branch,
            proposer=self.secretary,
        )

    @rule(which=st.sampled_from([0, 1]), with_=st.sampled_from([0, 1]), visits=st.integers(1, 2))
    def draw_up(self, which, with_, visits):
        self.attempt(
            order_contents.plan_order_create,
            pairing=self.pairings[with_],
            demand=self.demands[which],
            resource=self.resources[with_],
            visit_count=visits,
            actor=self.secretary,
        )

    @precondition(lambda self: Claim.objects.filter(state__in=UNDECIDED).exists())
    @rule(
        data=st.data(),
        answer=st.sampled_from(["accept", "accept", "decline", "withdraw", "counter", "expire"]),
    )
    def answer(self, data, answer):
        claim = self.one(data, Claim, state__in=UNDECIDED)
        actor = self.actor(claim.awaiting_id)
        if answer == "accept":
            self.attempt(claim_answers.claim_accept, claim=claim, actor=actor)
        elif answer == "decline":
            self.attempt(claim_answers.claim_decline, claim=claim, actor=actor, reason="忙")
        elif answer == "withdraw":
            actor = self.actor(claim.offering.pk)
            self.attempt(claim_answers.claim_withdraw, claim=claim, actor=actor, reason="算了")
        elif answer == "expire":
            self.attempt(claim_answers.claim_expire, claim=claim)
        else:
            visits = data.draw(st.integers(1, 4))
            terms = {"visit_count": visits, "wanted_on": None}
            self.attempt(claims.claim_counter, claim=claim, actor=actor, **terms)

    @precondition(lambda self: PlanOrder.objects.filter(state__in=LIVE).exists())
    @rule(data=st.data(), place=st.text("甲乙丙丁", min_size=1, max_size=4))
    def edit(self, data, place):
        order = self.one(data, PlanOrder, state__in=LIVE)
        terms = {"order": order, "version": order.version, "actor": self.secretary, "place": place}
        if self.attempt(order_contents.plan_order_edit, **terms):
            self.places[order.pk] = place

    @precondition(lambda self: PlanOrder.objects.filter(state__in=["confirmed", "in_progress"]).exists())
    @rule(data=st.data(), place=st.text("戊己庚辛", min_size=1, max_size=4), agreed=st.booleans())
    def change(self, data, place, agreed):
        order = self.one(data, PlanOrder, state__in=["confirmed", "in_progress"])
        terms = {"order": order, "version": order.version, "place": place, "reason": "换地方"}
        request = self.attempt(change_requests.change_request_propose, actor=self.secretary, **terms)
        if request is None:
            return
        other = self.actor(order.pairing.branch_a_id)
        if agreed:
            self.attempt(change_requests.change_request_accept, request=request, actor=other)
            self.places[order.pk] = place
        else:
            terms = {"request": request, "actor": other, "reason": "不便"}
            self.attempt(change_requests.change_request_decline, **terms)

    @precondition(lambda self: PlanOrder.objects.filter(state__in=LIVE).exists())
    @rule(data=st.data(), stale=st.booleans())
    def move_on(self, data, stale):
        """Both sides confirm, the work starts, is handed in, and accepted or returned: the next of these."""
        order = self.one(data, PlanOrder, state__in=LIVE)
        if order.state in ("draft", "to_confirm"):
            version = order.version - 1 if stale else order.version
            for branch_id in (order.pairing.branch_a_id, order.pairing.branch_b_id):
                terms = {"order": order, "version": version, "actor": self.actor(branch_id)}
                self.attempt(orders.plan_order_confirm, **terms)
        elif order.state == "confirmed":
            self.attempt(orders.plan_order_start, order=order)
        elif order.state == "in_progress":
            self.attempt(orders.plan_order_hand_in, order=order, result="" if stale else "办成了")
        elif stale:
            terms = {"order": order, "actor": self.secretary, "reason": "还差一点"}
            self.attempt(orders.plan_order_return, **terms)
        else:
            satisfaction = data.draw(st.integers(1, 5))
            terms = {"order": order, "actor": self.secretary, "satisfaction": satisfaction}
            self.attempt(orders.plan_order_accept, **terms)

    @precondition(lambda self: PlanOrder.objects.filter(state__in=LIVE).exists())
    @rule(data=st.data())
    def cancel(self, data):
        order = self.one(data, PlanOrder, state__in=LIVE)
        terms = {"order": order, "actor": self.secretary, "reason": "不办了"}
        self.attempt(orders.plan_order_cancel, **terms)

    @invariant()
    def capacity_is_never_over_promised(self):
        promised = Counter()
        cancelled = set(PlanOrder.objects.filter(state="cancelled").values_list("claim", flat=True))
        for claim in Claim.objects.filter(state__in=[*UNDECIDED, "accepted"]):
            promised[claim.resource_id] += claim.visit_count if claim.pk not in cancelled else 0
        for order in PlanOrder.objects.filter(claim=None).exclude(state="cancelled"):
            promised[order.resource_id] += order.visit_count
        assert all(visits <= CAPACITY for visits in promised.values()), promised

    @invariant()
    def demand_stands_where_its_slowest_part_stands(self):
        for demand in Demand.objects.all():
            claimed = list(demand.claims.filter(state__in=UNDECIDED).values_list("visit_count", flat=True))
            kept = list(demand.plan_orders.exclude(state="cancelled").values_list("state", "visit_count"))
            live = [state for state, _ in kept if state != "completed"]
            promised = sum(claimed) + sum(visits for _, visits in kept)
            if demand.visits_wanted is None:
                is_left = not claimed and not live
            else:
                is_left = promised < demand.visits_wanted
                assert promised <= demand.visits_wanted
            if demand.state == "closed":
                assert not claimed and not live and "completed" in [state for state, _ in kept]
            elif is_left:
                assert demand.state == "open"
            elif claimed:
                assert demand.state == "claimed"
            elif set(live) - {"awaiting_acceptance"}:
                assert demand.state == "in_progress"
            else:
                assert (demand.state, bool(live)) == ("awaiting_acceptance", True)

    @invariant()
    def deferred_constraints_hold(self):
        connection.check_constraints()

    @invariant()
    def acknowledged_edit_is_there(self):
        stored = dict(PlanOrder.objects.filter(pk__in=self.places).values_list("pk", "place"))
        assert stored == self.places

    @invariant()
    def every_row_has_moved_along_its_transitions(self):
        for model, table in TABLES:
            moves = {str(state): {str(to) for to in targets} for state, targets in table.items()}
            for pk, state in model.objects.values_list("pk", "state"):
                was = self.states.get((model, pk), state)
                assert state == was or state in reachable(moves, was), (model, was, state)
                self.states[model, pk] = state


def reachable(moves, state):
    """States that one rule can lead to: a rule takes at most two steps of one row."""
    return moves[state].union(*(moves[each] for each in moves[state]))


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_random_histories_of_claims_orders_and_demands_agree_with_the_plain_model():
    run_state_machine_as_test(
        Chain,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            phases=[
                Phase.generate
            ],  # the steps of a failure are printed as they are; shrinking takes minutes
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
