"""Demands served in parts, by several claims or one joint claim; taking a claim back; helping strangers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.audit import entries_of
from core.errors import ConflictError, DomainError
from core.models import Notification
from ledgers.enums import DemandState, Sharing
from ledgers.models import Demand, Resource
from ledgers.services.demand_steps import STEPS, demand_step_blockers
from ledgers.services.demands import demand_edit_blockers
from pairing.plans.enums import ClaimState, PairingKind, PairingState
from pairing.plans.models import Claim, Pairing, PlanOrder
from pairing.plans.selectors.claims import claim_terms_moved, resource_capacity_left
from pairing.plans.selectors.parts import demand_parts
from pairing.plans.services import claim_answers, claims, orders
from pairing.plans.services.pairing_ending import supports_end
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.localdate() - timedelta(days=30)


class Village:
    """One branch with a demand, and partners that could each serve a part of it."""

    def __init__(self, partners=2, **demand):
        self.branch = BranchFactory()
        self.secretary = UserFactory(secretary_of=self.branch)
        self.demand = DemandFactory(branch=self.branch, **demand)
        self.pairings = [PairingFactory(branch_b=self.branch) for _ in range(partners)]
        self.resources = [
            ResourceFactory(branch=each.branch_a, capacity_per_month=4) for each in self.pairings
        ]
        self.partners = [UserFactory(secretary_of=each.branch_a) for each in self.pairings]

    def ask(self, number=0, **terms):
        return claims.claim_propose(
            demand=self.demand,
            resource=self.resources[number],
            by_branch=self.branch,
            proposer=self.secretary,
            now=timezone.now(),
            **terms,
        )

    def ask_all(self, **terms):
        return claims.claims_propose_jointly(
            demand=self.demand,
            resources=self.resources,
            by_branch=self.branch,
            proposer=self.secretary,
            now=timezone.now(),
            **terms,
        )

    def accept(self, claim, number=0):
        return claim_answers.claim_accept(claim=claim, actor=self.partners[number], now=timezone.now())

    @property
    def state(self):
        return Demand.objects.get(pk=self.demand.pk).state


def carry_out(order):
    """Confirm an order by both sides, start it and hand it in."""
    now = timezone.now()
    for side in (order.pairing.branch_a, order.pairing.branch_b):
        actor = UserFactory(secretary_of=side)
        order = orders.plan_order_confirm(order=order, version=order.version, actor=actor, now=now)
    order = orders.plan_order_start(order=order, now=now)
    return orders.plan_order_hand_in(order=order, now=now, result="办成了")


def test_demand_served_in_parts_follows_its_slowest_part_to_the_end():
    village = Village(visits_wanted=3)
    first = village.ask(0, visit_count=2)
    assert (village.state, demand_parts(village.demand).rest) == (DemandState.OPEN, 1)
    with pytest.raises(ConflictError, match="只剩 1 次没有人承接") as refusal:
        village.ask(1, visit_count=2)
    assert refusal.value.field == "visit_count"
    second = village.ask(1)
    assert village.state == DemandState.CLAIMED
    done = carry_out(village.accept(first, 0).plan_order)
    assert village.state == DemandState.CLAIMED
    later = village.accept(second, 1).plan_order
    assert village.state == DemandState.IN_PROGRESS
    accept = {"actor": village.secretary, "now": timezone.now()}
    orders.plan_order_accept(order=done, satisfaction=5, **accept)
    assert village.state == DemandState.IN_PROGRESS
    later = carry_out(later)
    assert village.state == DemandState.AWAITING_ACCEPTANCE
    orders.plan_order_accept(order=later, satisfaction=2, words="第二次来晚了", **accept)
    closed = Demand.objects.get(pk=village.demand.pk)
    assert (closed.state, closed.satisfaction, closed.acceptance_words) == ("closed", 4, "第二次来晚了")


def test_demand_partly_promised_cannot_be_changed_or_given_up_by_hand():
    village = Village(visits_wanted=2)
    village.ask(0)
    demand = Demand.objects.get(pk=village.demand.pk)
    assert demand.state == DemandState.OPEN
    assert demand_edit_blockers(demand) == [
        "这条需求已有一部分被认领或正在办理，内容已由双方商定；请在认领或计划定单里改。"
    ]
    assert demand_step_blockers(demand, STEPS["withdraw"]) == [
        "这条需求已有一部分被认领或正在办理，不能撤销。请先答复认领，并办完或取消相关定单。"
    ]


def test_claim_counter_may_only_take_what_is_left_and_gives_the_rest_free():
    village = Village(visits_wanted=3)
    claim, _ = village.ask(0, visit_count=2), village.ask(1)
    counter = {"claim": claim, "actor": village.partners[0], "now": timezone.now(), "wanted_on": None}
    with pytest.raises(ConflictError, match="只剩 2 次没有人承接"):
        claims.claim_counter(visit_count=3, **counter)
    claim = claims.claim_counter(visit_count=1, words="只能一次", **counter)
    assert village.state == DemandState.OPEN
    assert claim_terms_moved(claim) == [
        {"label": "承接次数", "old": "2", "new": "1"},
        {"label": "留言", "old": "空", "new": "只能一次"},
    ]


def test_joint_claim_makes_one_order_each_when_the_last_branch_agrees():
    village = Village(partners=3)
    parts = village.ask_all(words="一起办一场集市")
    assert [part.awaiting for part in parts] == [each.branch_a for each in village.pairings]
    assert village.accept(parts[0], 0).state == ClaimState.AGREED
    assert village.accept(parts[2], 2).state == ClaimState.AGREED
    assert (PlanOrder.objects.count(), village.state) == (0, DemandState.CLAIMED)
    assert resource_capacity_left(village.resources[0], timezone.localdate()) == 3
    last = village.accept(parts[1], 1)
    made = PlanOrder.objects.order_by("pk")
    assert {order.series for order in made} == {last.series}
    assert {order.claim_id for order in made} == {part.pk for part in parts}
    assert village.state == DemandState.IN_PROGRESS


def test_parts_of_a_joint_claim_lead_only_whom_they_are_open_to(client):
    county = Village()
    own, other = county.ask_all()
    for reader, is_open in ((county.secretary, True), (county.partners[0], False)):
        client.force_login(reader)
        page = client.get(own.get_absolute_url()).content.decode()
        assert (f'href="{other.get_absolute_url()}"' in page) is is_open
        assert client.get(other.get_absolute_url()).status_code == (200 if is_open else 404)


def test_joint_claim_falls_as_a_whole_when_one_branch_declines():
    village = Village()
    parts = village.ask_all()
    village.accept(parts[0], 0)
    now = timezone.now()
    claim_answers.claim_decline(claim=parts[1], actor=village.partners[1], reason="人手不够", now=now)
    agreed = Claim.objects.get(pk=parts[0].pk)
    assert (agreed.state, agreed.reason) == (
        ClaimState.EXPIRED,
        f"联合认领中{village.pairings[1].branch_a}婉拒，整单失效",
    )
    assert village.state == DemandState.OPEN
    assert resource_capacity_left(village.resources[0], timezone.localdate()) == 4


def test_joint_claim_lapses_as_a_whole_when_one_branch_stays_silent():
    village = Village()
    parts = village.ask_all()
    village.accept(parts[0], 0)
    Claim.objects.filter(pk=parts[1].pk).update(expires_on=LONG_AGO)
    assert claim_answers.claims_expire(now=timezone.now()) == 1
    assert set(Claim.objects.values_list("state", flat=True)) == {ClaimState.EXPIRED}
    assert village.state == DemandState.OPEN


def test_joint_claim_by_an_offering_branch_or_of_one_resource_is_refused():
    village = Village()
    terms = {"demand": village.demand, "now": timezone.now()}
    with pytest.raises(DomainError, match=f"联合认领由提出需求的{village.branch}发起"):
        claims.claims_propose_jointly(
            resources=village.resources,
            by_branch=village.pairings[0].branch_a,
            proposer=village.partners[0],
            **terms,
        )
    with pytest.raises(DomainError) as refusal:
        claims.claims_propose_jointly(
            resources=village.resources[:1], by_branch=village.branch, proposer=village.secretary, **terms
        )
    assert refusal.value.message == "联合认领要选 2 到 8 项资源。"
    assert Claim.objects.count() == 0


def test_claim_withdraw_is_the_right_of_the_side_whose_terms_are_on_the_table():
    village = Village()
    claim = village.ask(0)
    now = timezone.now()
    with pytest.raises(DomainError) as refusal:
        claim_answers.claim_withdraw(claim=claim, actor=village.partners[0], reason="不办", now=now)
    assert refusal.value.message == (
        f"眼下的提议是{village.branch}提出的，只有该支部的书记、联络员或县党建办能撤回。"
    )
    with pytest.raises(DomainError, match="请写明撤回的理由"):
        claim_answers.claim_withdraw(claim=claim, actor=village.secretary, reason=" ", now=now)
    claim = claim_answers.claim_withdraw(claim=claim, actor=village.secretary, reason="已自行解决", now=now)
    assert (claim.state, village.state) == (ClaimState.WITHDRAWN, DemandState.OPEN)
    assert entries_of(claim).first().action == "claim.withdraw"
    told = Notification.objects.filter(recipient=village.partners[0], subject__contains="撤回")
    assert [note.body for note in told] == ["理由：已自行解决"]
    with pytest.raises(DomainError, match="这条认领已经是“已撤回”，事情到此为止"):
        village.accept(claim, 0)


# ---- across no pairing


def test_claim_from_the_hall_begins_a_support_that_ends_with_its_matter():
    village = Village(partners=0, hall_on=LONG_AGO)
    helper = BranchFactory()
    secretary = UserFactory(secretary_of=helper)
    resource = ResourceFactory(branch=helper, sharing=Sharing.PAIR)
    now = timezone.now()
    claim = claims.claim_propose(
        demand=village.demand, resource=resource, by_branch=helper, proposer=secretary, now=now
    )
    pairing = claim.pairing
    assert (pairing.kind, pairing.branch_a, pairing.branch_b) == (PairingKind.SUPPORT, helper, village.branch)
    assert list(Pairing.objects.active()) == []
    assert list(Resource.objects.visible_to(village.secretary)) == [resource]
    assert list(Demand.objects.visible_to(secretary)) == [village.demand]
    assert supports_end(now=now) == 0
    claim_answers.claim_decline(claim=claim, actor=village.secretary, reason="已有人办", now=now)
    assert supports_end(now=now) == 1
    pairing.refresh_from_db()
    assert (pairing.state, pairing.end_reason) == (PairingState.ENDED, "支援事项已了结")


def test_claim_across_no_pairing_needs_the_hall_or_the_county_office():
    village = Village(partners=0, hall_on=timezone.localdate() + timedelta(days=1))
    resource = ResourceFactory()
    terms = {"demand": village.demand, "resource": resource, "by_branch": village.branch}
    terms["now"] = timezone.now()
    with pytest.raises(DomainError, match="没有在结对中"):
        claims.claim_propose(proposer=village.secretary, **terms)
    assert Pairing.objects.count() == 0
    office = UserFactory(office=True)
    claim = claims.claim_propose(proposer=office, dispatched=True, **terms)
    assert (claim.pairing.kind, claim.awaiting) == (PairingKind.SUPPORT, resource.branch)


def test_resource_whose_claim_is_undecided_is_not_claimed_for_the_same_demand_again():
    """Of several visits one resource may serve some more, but by one claim at a time."""
    village = Village(visits_wanted=3)
    first = village.ask(0)
    for again in (village.ask, village.ask_all):
        with pytest.raises(DomainError, match="对这条需求的认领还没有定，请等答复，或在那条认领上改次数。"):
            again()
    assert Claim.objects.count() == 1
    claim_answers.claim_accept(claim=first, actor=village.partners[0], now=timezone.now())
    assert len(village.ask_all()) == 2


def test_agreed_part_of_a_joint_claim_can_not_be_answered_a_second_time():
    village = Village(partners=2)
    first, _ = village.ask_all()
    village.accept(first, 0)
    actor, now = village.partners[0], timezone.now()
    said = f"{first.awaiting}已同意承办自己的一份，正在等联合认领的其他支部答复，不用再答复。"

    for answer in (
        lambda: claims.claim_counter(claim=first, actor=actor, now=now, visit_count=2, wanted_on=None),
        lambda: claim_answers.claim_accept(claim=first, actor=actor, now=now),
        lambda: claim_answers.claim_decline(claim=first, actor=actor, now=now, reason="忙"),
    ):
        with pytest.raises(DomainError) as refusal:
            answer()
        assert refusal.value.message == said
    first.refresh_from_db()
    assert first.state == ClaimState.AGREED


def test_strangers_are_told_to_look_again_when_the_demand_enters_the_hall_meanwhile():
    village = Village(partners=0)
    stranger = ResourceFactory()
    read_before = Demand.objects.get(pk=village.demand.pk)
    Demand.objects.filter(pk=village.demand.pk).update(hall_on=LONG_AGO)

    with pytest.raises(ConflictError, match="刚刚进入认领大厅，请刷新页面后再认领"):
        claims.claim_propose(
            demand=read_before,
            resource=stranger,
            by_branch=stranger.branch,
            proposer=UserFactory(secretary_of=stranger.branch),
            now=timezone.now(),
        )
    assert not Pairing.objects.exists()
