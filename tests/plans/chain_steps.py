"""The steps of a random history: three branches and the county office around two demands of a fourth."""

from datetime import UTC, datetime, timedelta

import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from core.errors import DomainError
from ledgers.models import Demand
from ledgers.services.demand_steps import STEPS, demand_take_step
from pairing.plans.models import ChangeRequest, Claim, Pairing, PlanOrder
from pairing.plans.services import change_requests, claim_answers, claims, hall, order_contents, orders
from pairing.plans.services.pairing_ending import supports_end
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory

CAPACITY = 3
PENDING = ("proposed", "countered")
UNDECIDED = (*PENDING, "agreed")
LIVE = ("draft", "to_confirm", "confirmed", "in_progress", "awaiting_acceptance")
AGREED = ("confirmed", "in_progress")
LONG_AFTER = timedelta(days=40)  # past the last day of every answer
BEGIN = datetime(2026, 1, 30, 2, tzinfo=UTC)  # what is proposed now is answered next month
STATES = (Demand, Claim, PlanOrder, ChangeRequest, Pairing)

which_demand = st.sampled_from([0, 1])
which_resource = st.sampled_from([0, 1, 2])
wanted_days = st.sampled_from([None, None, "this", "next"])


class Steps(RuleBasedStateMachine):
    """Two partners and a stranger with a resource each; one demand is for the whole, one for three visits.

    Every step goes through `attempt`, which holds a refusal to being a sentence that has changed nothing.
    """

    def __init__(self):
        super().__init__()
        self.now = BEGIN
        self.travel = time_machine.travel(self.now)
        self.clock = self.travel.start()
        self.history = transaction.atomic()
        self.history.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.history.__exit__(None, None, None)
        self.travel.stop()

    @property
    def today(self):
        return timezone.localdate(self.now)

    @property
    def days(self):
        return {None: None, "this": self.today, "next": self.today.replace(day=1) + LONG_AFTER}

    @initialize()
    def county(self):
        self.branch = BranchFactory()
        self.secretary = UserFactory(secretary_of=self.branch)
        self.office = UserFactory(office=True)
        pairings = [PairingFactory(branch_b=self.branch) for _ in range(2)]
        self.offering = [*(each.branch_a for each in pairings), BranchFactory()]
        self.partners = {each.pk: UserFactory(secretary_of=each) for each in self.offering}
        self.resources = [ResourceFactory(branch=each, capacity_per_month=CAPACITY) for each in self.offering]
        self.demands = [DemandFactory(branch=self.branch, visits_wanted=number) for number in (None, 3)]
        self.places = {}  # what the last acknowledged edit or change of each order said
        self.states = {}  # of every row, as seen after the last step

    def actor(self, branch_id):
        return self.secretary if branch_id == self.branch.pk else self.partners[branch_id]

    def attempt(self, service, now=None, **terms):
        """Take a step; a refusal in words is an answer like any other, and must have changed nothing."""
        before = picture()
        try:
            return service(now=now or self.now, **terms)
        except DomainError as refusal:
            assert refusal.message.endswith(("。", "！"))
            assert picture() == before
            return None

    def one(self, data, model, **condition):
        rows = list(model.objects.filter(**condition).order_by("pk"))
        return data.draw(st.sampled_from(rows)) if rows else None

    @rule(
        which=which_demand,
        with_=which_resource,
        visits=st.integers(1, 3),
        wanted=wanted_days,
        by=st.sampled_from(["demand", "resource", "office"]),
    )
    def propose(self, which, with_, visits, wanted, by):
        resource, demand = self.resources[with_], self.demands[which]
        branch = resource.branch if by == "resource" else self.branch
        stranger = not Pairing.objects.active().between(self.branch.pk, resource.branch_id).exists()
        claim = self.attempt(
            claims.claim_propose,
            demand=demand,
            resource=resource,
            by_branch=branch,
            proposer=self.office if by == "office" else self.actor(branch.pk),
            dispatched=by == "office",
            visit_count=visits,
            wanted_on=self.days[wanted],
        )
        if claim and stranger:  # only the office and the hall bring two branches together
            demand.refresh_from_db()
            assert by == "office" or demand.is_in_hall(self.today)
            assert claim.pairing.is_support

    @rule(which=which_demand, with_=st.sampled_from([(0, 1), (0, 2), (0, 1, 2)]), wanted=wanted_days)
    def propose_jointly(self, which, with_, wanted):
        self.attempt(
            claims.claims_propose_jointly,
            demand=self.demands[which],
            resources=[self.resources[each] for each in with_],
            by_branch=self.branch,
            proposer=self.secretary,
            wanted_on=self.days[wanted],
        )

    @rule(which=which_demand, with_=st.sampled_from([0, 1]), visits=st.integers(1, 2), wanted=wanted_days)
    def draw_up(self, which, with_, visits, wanted):
        self.attempt(
            order_contents.plan_order_create,
            pairing=Pairing.objects.active().between(self.branch.pk, self.offering[with_].pk).get(),
            demand=self.demands[which],
            resource=self.resources[with_],
            visit_count=visits,
            wanted_on=self.days[wanted],
            actor=self.secretary,
        )

    @precondition(lambda self: Claim.objects.filter(state__in=UNDECIDED).exists())
    @rule(
        data=st.data(),
        answer=st.sampled_from(["accept", "accept", "on_behalf", "decline", "withdraw", "counter", "late"]),
    )
    def answer(self, data, answer):
        claim = self.one(data, Claim, state__in=UNDECIDED)
        terms = {"claim": claim, "actor": self.actor(claim.awaiting_id)}
        if answer == "accept":
            self.attempt(claim_answers.claim_accept, **terms)
        elif answer == "on_behalf":
            self.attempt(claim_answers.claim_accept, claim=claim, actor=self.office, on_behalf="没有账号")
        elif answer == "decline":
            self.attempt(claim_answers.claim_decline, reason="忙", **terms)
        elif answer == "withdraw":
            terms["actor"] = self.actor(claim.offering.pk)
            self.attempt(claim_answers.claim_withdraw, reason="算了", **terms)
        elif answer == "late":
            late = self.now + LONG_AFTER
            assert self.attempt(claim_answers.claim_accept, now=late, **terms) is None
        else:
            visits, wanted = data.draw(st.integers(1, 4)), self.days[data.draw(wanted_days)]
            self.attempt(claims.claim_counter, visit_count=visits, wanted_on=wanted, **terms)

    @rule(days=st.integers(1, 4))
    def clock_moves_on(self, days):
        self.now += timedelta(days=days)
        self.clock.move_to(self.now)

    @rule()
    def days_go_by(self):
        """Everything unanswered lapses, and what came together for one matter parts again."""
        self.attempt(claim_answers.claims_expire, now=self.now + LONG_AFTER)
        self.attempt(supports_end)
        assert not Claim.objects.filter(state__in=UNDECIDED).exists()
        for support in Pairing.objects.supporting().filter(state="active"):
            assert support.plan_orders.filter(state__in=LIVE).exists()

    @rule(which=which_demand)
    def open_to_county(self, which):
        terms = {"demand": self.demands[which], "actor": self.office, "reason": "急"}
        self.attempt(hall.demand_open_now, **terms)

    @rule(which=which_demand, step=st.sampled_from(["suspend", "reopen", "reopen"]))
    def set_by_hand(self, which, step):
        demand = self.demands[which]
        promised = demand.claims.filter(state__in=UNDECIDED).exists()
        promised |= demand.plan_orders.filter(state__in=LIVE).exists()
        terms = {"demand": demand, "step": STEPS[step], "actor": self.secretary, "reason": "等资金"}
        assert not (self.attempt(demand_take_step, **terms) and promised)

    @precondition(lambda self: PlanOrder.objects.filter(state__in=LIVE).exists())
    @rule(
        data=st.data(),
        place=st.text("甲乙丙丁", min_size=1, max_size=4),
        stale=st.booleans(),
        wanted=wanted_days,
    )
    def edit(self, data, place, stale, wanted):
        order = self.one(data, PlanOrder, state__in=LIVE)
        terms = {"order": order, "actor": self.secretary, "place": place, "wanted_on": self.days[wanted]}
        edited = self.attempt(order_contents.plan_order_edit, version=order.version - stale, **terms)
        if edited:
            assert not stale
            assert edited.version == order.version or not (edited.is_confirmed_a or edited.is_confirmed_b)
            self.places[order.pk] = place

    @precondition(lambda self: PlanOrder.objects.filter(state__in=AGREED).exists())
    @rule(data=st.data(), place=st.text("戊己庚辛", min_size=1, max_size=4), wanted=wanted_days)
    def ask_to_change(self, data, place, wanted):
        order = self.one(data, PlanOrder, state__in=AGREED)
        asker = self.actor(data.draw(st.sampled_from([order.pairing.branch_a_id, order.pairing.branch_b_id])))
        terms = {"order": order, "version": order.version, "reason": "换地方", "actor": asker}
        wish = {"place": place, "wanted_on": self.days[wanted]}
        self.attempt(change_requests.change_request_propose, **terms, **wish)

    @precondition(lambda self: ChangeRequest.objects.filter(state="proposed").exists())
    @rule(data=st.data(), answer=st.sampled_from(["accept", "accept", "on_behalf", "decline", "withdraw"]))
    def answer_change(self, data, answer):
        request = self.one(data, ChangeRequest, state="proposed")
        other = self.actor(request.plan_order.pairing.partner_of(request.asked_by_id).pk)
        terms = {"request": request, "actor": other}
        done = None
        if answer == "accept":
            done = self.attempt(change_requests.change_request_accept, **terms)
        elif answer == "on_behalf":
            terms = {"request": request, "actor": self.office, "on_behalf": "没有账号"}
            done = self.attempt(change_requests.change_request_accept, **terms)
        elif answer == "decline":
            self.attempt(change_requests.change_request_decline, reason="不便", **terms)
        else:
            terms["actor"] = self.actor(request.asked_by_id)
            self.attempt(change_requests.change_request_withdraw, reason="不用了", **terms)
        if done:
            self.places[request.plan_order_id] = request.fields.get("place") or self.places.get(
                request.plan_order_id, request.plan_order.place
            )

    @precondition(lambda self: PlanOrder.objects.filter(state__in=LIVE).exists())
    @rule(data=st.data(), other=st.booleans())
    def move_on(self, data, other):
        """Both sides confirm, the work starts, is handed in, and accepted or returned: the next of these."""
        order = self.one(data, PlanOrder, state__in=LIVE)
        if order.state in ("draft", "to_confirm"):
            sides = [order.pairing.branch_a_id, order.pairing.branch_b_id]
            for branch_id in sides[:1] if other else sides:
                terms = {"order": order, "version": order.version, "actor": self.actor(branch_id)}
                self.attempt(orders.plan_order_confirm, **terms)
                stale = {**terms, "version": order.version - 1}
                assert self.attempt(orders.plan_order_confirm, **stale) is None
        elif order.state == "confirmed":
            self.attempt(orders.plan_order_start, order=order)
        elif order.state == "in_progress":
            self.attempt(orders.plan_order_hand_in, order=order, result="" if other else "办成了")
        elif other:
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


def picture():
    """Every state and version there is, to see that a refusal has changed nothing."""
    rows = {model: sorted(model.objects.values_list("pk", "state")) for model in STATES}
    return rows | {"versions": sorted(PlanOrder.objects.values_list("pk", "version"))}
