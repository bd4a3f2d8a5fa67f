"""Many people at once: one answer wins, capacity is never promised twice; without locks it would be."""

import threading
from contextlib import suppress

import pytest
from django.utils import timezone

from core.errors import DomainError, StaleVersionError
from ledgers.models import Resource
from pairing.plans.enums import ClaimState
from pairing.plans.models import Claim, PlanOrder
from pairing.plans.services import claim_answers, claims, order_contents, orders
from tests.crowd import refusals_at_once as at_once
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import ClaimFactory, PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 20
CAPACITY = 5


def proposals():
    """THREADS partners, each about to claim one visit of the same resource."""
    host = BranchFactory()
    resource = ResourceFactory(branch=host, capacity_per_month=CAPACITY)
    proposer = UserFactory(liaison_of=host)
    now = timezone.now()

    def one(demand):
        return lambda: claims.claim_propose(
            demand=demand, resource=resource, by_branch=host, proposer=proposer, now=now
        )

    partners = [PairingFactory(branch_a=host).branch_b for _ in range(THREADS)]
    return [one(DemandFactory(branch=partner)) for partner in partners]


def test_capacity_is_never_over_promised_under_load():
    outcomes = at_once(*proposals())
    refusals = [str(outcome) for outcome in outcomes if outcome is not None]
    assert Claim.objects.count() == CAPACITY
    assert {type(outcome) for outcome in outcomes} <= {type(None)} | set(DomainError.__subclasses__())
    assert len(refusals) == THREADS - CAPACITY
    assert all("只剩 0 次" in refusal for refusal in refusals)


def test_capacity_is_over_promised_without_the_lock(monkeypatch):
    """Negative control: the same race with a lock that only reads."""
    everyone_has_read = threading.Barrier(THREADS, timeout=30)

    def read_only(pk):
        resource = Resource.objects.select_related("branch").get(pk=pk)
        everyone_has_read.wait()
        return resource

    monkeypatch.setattr(claims, "lock_resource", read_only)
    at_once(*proposals())
    assert Claim.objects.count() > CAPACITY


def test_claim_accept_by_two_at_once_makes_one_order():
    claim = ClaimFactory()
    actors = [UserFactory(secretary_of=claim.pairing.branch_b) for _ in range(2)]
    now = timezone.now()
    outcomes = at_once(
        *[
            lambda actor=actor: claim_answers.claim_accept(claim=claim, actor=actor, now=now)
            for actor in actors
        ]
    )
    claim.refresh_from_db()
    assert (claim.state, PlanOrder.objects.count()) == (ClaimState.ACCEPTED, 1)
    assert outcomes.count(None) == 1
    [loser] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(loser, DomainError)
    assert loser.message.startswith("这条认领已经是“已确认”")


def test_claim_accept_and_decline_at_once_end_in_one_of_them():
    claim = ClaimFactory()
    actor = UserFactory(secretary_of=claim.pairing.branch_b)
    now = timezone.now()
    outcomes = at_once(
        lambda: claim_answers.claim_accept(claim=claim, actor=actor, now=now),
        lambda: claim_answers.claim_decline(claim=claim, actor=actor, reason="忙", now=now),
    )
    claim.refresh_from_db()
    claim.demand.refresh_from_db()
    assert outcomes.count(None) == 1
    assert (claim.state, claim.demand.state) in {("accepted", "in_progress"), ("declined", "open")}


def test_order_numbers_drawn_at_once_differ():
    made = [ClaimFactory() for _ in range(8)]
    now = timezone.now()
    actors = [UserFactory(secretary_of=claim.awaiting) for claim in made]
    outcomes = at_once(
        *[
            lambda claim=claim, actor=actor: claim_answers.claim_accept(claim=claim, actor=actor, now=now)
            for claim, actor in zip(made, actors, strict=True)
        ]
    )
    assert outcomes == [None] * 8
    assert PlanOrder.objects.values("number").distinct().count() == 8


def test_plan_order_confirm_by_both_sides_at_once_confirms_it():
    order = PlanOrderFactory()
    sides = [order.pairing.branch_a, order.pairing.branch_b]
    actors = [UserFactory(secretary_of=side) for side in sides]
    now = timezone.now()
    outcomes = at_once(
        *[
            lambda actor=actor: orders.plan_order_confirm(order=order, version=1, actor=actor, now=now)
            for actor in actors
        ]
    )
    order.refresh_from_db()
    assert outcomes == [None, None]
    assert order.state == "confirmed"


def test_plan_order_edits_at_once_lose_none_that_was_acknowledged():
    order = PlanOrderFactory()
    actor = UserFactory(secretary_of=order.pairing.branch_a)
    now = timezone.now()
    outcomes = at_once(
        *[
            lambda place=f"地点{n}": order_contents.plan_order_edit(
                order=order, version=1, actor=actor, now=now, place=place
            )
            for n in range(8)
        ]
    )
    order.refresh_from_db()
    assert outcomes.count(None) == 1
    assert (order.version, order.place) == (2, f"地点{outcomes.index(None)}")


EDITORS, EDITS = 20, 10


def edits(order, actors, *, each=EDITS):
    """People who each try to add some lines to one order: acknowledged lines and outcomes."""
    acknowledged = []

    def one(number, actor):
        for nth in range(each):
            seen = PlanOrder.objects.get(pk=order.pk)
            line = f"{number:02d}.{nth}"
            terms = {"order": seen, "version": seen.version, "task": f"{seen.task}\n{line}"}
            with suppress(StaleVersionError):
                order_contents.plan_order_edit(actor=actor, now=timezone.now(), **terms)
                acknowledged.append(line)

    outcomes = at_once(*[lambda n=n, actor=actor: one(n, actor) for n, actor in enumerate(actors)])
    return acknowledged, outcomes


def test_twenty_editors_with_ten_edits_each_lose_none_that_was_acknowledged():
    order = PlanOrderFactory(task="开头")
    actor = UserFactory(secretary_of=order.pairing.branch_a)
    acknowledged, outcomes = edits(order, [actor] * EDITORS)
    order.refresh_from_db()
    assert outcomes == [None] * EDITORS
    assert sorted(order.task.splitlines()[1:]) == sorted(acknowledged)
    assert order.version == len(acknowledged) + 1 > EDITS


def test_edits_are_lost_without_the_version(monkeypatch):
    """Negative control: the same editors with a check that lets every version pass."""
    monkeypatch.setattr(order_contents, "check_version", lambda order, version: None)
    order = PlanOrderFactory(task="开头")
    actor = UserFactory(secretary_of=order.pairing.branch_a)
    acknowledged, _ = edits(order, [actor] * EDITORS, each=2)
    order.refresh_from_db()
    assert len(order.task.splitlines()) - 1 < len(acknowledged)


RIVALS = 50


def last_unit_accepted():
    """One claim holds the last visit of the month; every secretary of the branch that owns it says yes."""
    claim = ClaimFactory(resource__capacity_per_month=1)
    actors = [UserFactory(secretary_of=claim.awaiting) for _ in range(RIVALS)]
    now = timezone.now()
    outcomes = at_once(
        *[
            lambda actor=actor: claim_answers.claim_accept(claim=claim, actor=actor, now=now)
            for actor in actors
        ]
    )
    return [outcome for outcome in outcomes if outcome is not None]


def test_last_unit_accepted_by_fifty_at_once_makes_one_order():
    losers = last_unit_accepted()
    assert (PlanOrder.objects.count(), len(losers)) == (1, RIVALS - 1)
    assert all(isinstance(loser, DomainError) for loser in losers)
    assert all(loser.message.startswith("这条认领已经是“已确认”") for loser in losers)


def test_losers_of_the_last_unit_get_no_sentence_without_the_lock(monkeypatch):
    """Negative control: all read the claim before the first one writes; only a constraint then stops them."""
    everyone_has_read = threading.Barrier(RIVALS, timeout=60)

    def read_only(pk):
        claim = Claim.objects.get(pk=pk)
        everyone_has_read.wait()
        return claim, []

    monkeypatch.setattr(claim_answers, "lock_claim_with_parts", read_only)
    losers = last_unit_accepted()
    assert len(losers) == RIVALS - 1
    assert not any(isinstance(loser, DomainError) for loser in losers)


def test_last_part_of_a_demand_goes_to_one_of_many_helpers():
    """A demand in the hall wants one more visit; helpers from all over the county claim it at once."""
    demand = DemandFactory(visits_wanted=1, hall_on=timezone.localdate())
    now = timezone.now()

    def helper():
        resource = ResourceFactory()
        proposer = UserFactory(secretary_of=resource.branch)
        terms = {"demand": demand, "resource": resource, "by_branch": resource.branch, "now": now}
        return lambda: claims.claim_propose(proposer=proposer, **terms)

    outcomes = at_once(*[helper() for _ in range(THREADS)])
    assert outcomes.count(None) == Claim.objects.count() == 1
    assert all(isinstance(outcome, DomainError) for outcome in outcomes if outcome is not None)
