"""One winner where many want the same at the same moment."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from ledgers.models import Resource
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import Claim, PlanOrder
from pairing.plans.services import claims
from tests.crowd import at_once
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory
from tests.security import targets
from tests.security.clicks import audited
from tests.security.world import World

pytestmark = pytest.mark.django_db(transaction=True)
RIVALS = 50
SIDES = ("secretary_a", "secretary_b")


def last_unit() -> list[Callable[[], Any]]:
    """RIVALS partners of one branch, each about to accept; the month has capacity for one visit."""
    host = BranchFactory()
    resource = ResourceFactory(branch=host, capacity_per_month=1)
    calls = []
    for _ in range(RIVALS):
        pairing = PairingFactory(branch_a=host)
        demand = DemandFactory(branch=pairing.branch_b)
        proposer = UserFactory(liaison_of=pairing.branch_b)

        def propose(demand=demand, proposer=proposer, branch=pairing.branch_b) -> Any:
            return claims.claim_propose(
                demand=demand, resource=resource, by_branch=branch, proposer=proposer, now=timezone.now()
            )

        calls.append(propose)
    return calls


def test_last_unit_of_capacity_goes_to_one_of_fifty():
    outcomes = at_once(*last_unit())
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {
        "Claim": 1,
        "ConflictError": RIVALS - 1,
    }
    assert Claim.objects.count() == 1


def test_last_unit_is_promised_again_and_again_without_the_lock(monkeypatch):
    """Negative control: with a lock that only reads, the same race promises more than there is."""
    everyone_has_read = threading.Barrier(RIVALS, timeout=60)

    def read_only(pk: int) -> Resource:
        resource = Resource.objects.select_related("branch").get(pk=pk)
        everyone_has_read.wait()
        return resource

    monkeypatch.setattr(claims, "lock_resource", read_only)
    at_once(*last_unit())
    assert Claim.objects.count() > 1


def test_both_sides_confirm_at_the_same_moment(pair: World):
    order = PlanOrder.objects.get(pk=pair.rows["order"].pk)
    url, data = reverse("plan_order_confirm", args=[order.pk]), {"version": order.version}
    at_once(*[lambda side=side: pair.clients[side].post(url, data) for side in SIDES])
    order.refresh_from_db()
    assert (order.state, order.confirmed_version_a, order.confirmed_version_b) == (
        PlanOrderState.CONFIRMED,
        order.version,
        order.version,
    )
    assert audited("plan_order.confirm") == 2


def test_both_sides_record_one_activity_at_the_same_moment(pair: World):
    url, data = targets.address("activity_record", pair), targets.body("activity_record", pair)
    answers = at_once(
        *[lambda side=side: pair.clients[side].post(url, data | {"record": side}) for side in SIDES]
    )
    assert {answer.status_code for answer in answers} <= {302, 409, 422}
    assert audited("activity.record") == 1


def test_order_edited_while_it_is_confirmed_is_never_confirmed_unseen(pair: World):
    """Either the confirmation came first and is void, or it is refused as stale."""
    order = PlanOrder.objects.get(pk=pair.rows["order"].pk)
    edit, confirm = (reverse(f"plan_order_{verb}", args=[order.pk]) for verb in ("edit", "confirm"))
    at_once(
        lambda: pair.clients["secretary_a"].post(edit, targets.body("plan_order_edit", pair)),
        lambda: pair.clients["secretary_b"].post(confirm, {"version": order.version}),
    )
    order.refresh_from_db()
    assert (order.version, order.task) == (2, "改过的任务")
    assert order.confirmed_version_b != 2
