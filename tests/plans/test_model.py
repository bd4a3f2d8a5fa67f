"""Random histories of claims, orders and demands against a plain model.

Held after every step: no resource promises more than its month has, a demand's state follows from its
claims and orders, an acknowledged edit is there, and nothing moves but along its TRANSITIONS table.
`CHAIN_EXAMPLES` and `CHAIN_STEPS` make the run longer, see CONTRIBUTING.md.
"""

import os
from collections import Counter, defaultdict

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from ledgers.enums import DEMAND_TRANSITIONS
from ledgers.models import Demand
from pairing.plans.enums import (
    CHANGE_TRANSITIONS,
    CLAIM_TRANSITIONS,
    PAIRING_TRANSITIONS,
    PLAN_ORDER_TRANSITIONS,
)
from pairing.plans.models import ChangeRequest, Claim, Pairing, PlanOrder
from tests.plans.chain_steps import AGREED, CAPACITY, UNDECIDED, Steps

EXAMPLES = int(os.environ.get("CHAIN_EXAMPLES", "10"))
STEP_COUNT = int(os.environ.get("CHAIN_STEPS", "20"))
TABLES = {
    Demand: DEMAND_TRANSITIONS,
    Claim: CLAIM_TRANSITIONS,
    PlanOrder: PLAN_ORDER_TRANSITIONS,
    ChangeRequest: CHANGE_TRANSITIONS,
    Pairing: PAIRING_TRANSITIONS,
}
SET_BY_HAND = ("draft", "returned", "suspended", "withdrawn")


class Chain(Steps):
    """What must hold whatever has happened, each said once more in plain words."""

    @invariant()
    def capacity_is_never_over_promised(self):
        promised = Counter()
        orders = {order.claim_id: order for order in PlanOrder.objects.exclude(claim=None)}
        for claim in Claim.objects.filter(state__in=[*UNDECIDED, "accepted"]):
            order = orders.get(claim.pk)
            wanted_on = (order.wanted_on if order else None) or claim.wanted_on
            if not order or order.state != "cancelled":
                promised[claim.resource_id, month_of(wanted_on or made_on(claim))] += claim.visit_count
        for order in PlanOrder.objects.filter(claim=None).exclude(state="cancelled"):
            promised[order.resource_id, month_of(order.wanted_on or made_on(order))] += order.visit_count
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
            if demand.state in SET_BY_HAND:
                assert not claimed and not live
            elif demand.state == "closed":
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
    def closed_demand_has_the_mean_satisfaction_of_its_orders(self):
        for demand in Demand.objects.filter(state="closed"):
            given = demand.plan_orders.filter(state="completed").values_list("satisfaction", flat=True)
            assert demand.satisfaction == (2 * sum(given) + len(given)) // (2 * len(given))

    @invariant()
    def joint_claim_is_decided_for_all_of_its_parts(self):
        parts = defaultdict(set)
        for series, state in Claim.objects.exclude(series=None).values_list("series", "state"):
            parts[series].add(state)
        for states in parts.values():
            assert (
                states == {"accepted"}
                or states <= set(UNDECIDED)
                or states.isdisjoint({*UNDECIDED, "accepted"})
            )

    @invariant()
    def order_has_one_open_change_at_most_and_only_while_it_can_change(self):
        asked = Counter(ChangeRequest.objects.filter(state="proposed").values_list("plan_order", flat=True))
        assert set(asked.values()) <= {1}
        assert {order.state for order in PlanOrder.objects.filter(pk__in=asked)} <= set(AGREED)

    @invariant()
    def order_stands_on_what_both_sides_have_confirmed(self):
        for order in PlanOrder.objects.all():
            both = order.is_confirmed_a and order.is_confirmed_b
            assert both == (order.state not in ("draft", "to_confirm")) or order.state == "cancelled"

    @invariant()
    def deferred_constraints_hold(self):
        connection.check_constraints()

    @invariant()
    def acknowledged_edit_is_there(self):
        stored = dict(PlanOrder.objects.filter(pk__in=self.places).values_list("pk", "place"))
        assert stored == self.places

    @invariant()
    def every_row_has_moved_along_its_transitions(self):
        for model, table in TABLES.items():
            moves = {str(state): {str(to) for to in targets} for state, targets in table.items()}
            for pk, state in model.objects.values_list("pk", "state"):
                was = self.states.get((model, pk), state)
                assert state == was or state in reachable(moves, was), (model, was, state)
                self.states[model, pk] = state


def reachable(moves, state):
    """States that one rule can lead to: a rule takes at most two steps of one row."""
    return moves[state].union(*(moves[each] for each in moves[state]))


def month_of(day):
    return day.year, day.month


def made_on(row):
    return timezone.localdate(row.created_at)


@pytest.mark.django_db
@pytest.mark.timeout(max(600, EXAMPLES * STEP_COUNT * 2))
def test_random_histories_of_claims_orders_and_demands_agree_with_the_plain_model():
    run_state_machine_as_test(
        Chain,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEP_COUNT,
            phases=[
                Phase.generate
            ],  # the steps of a failure are printed as they are; shrinking takes minutes
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
