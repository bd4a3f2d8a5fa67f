"""认领: propose, accept, counter, decline, expire – with every refusal in words."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from core.audit import entries_of
from core.errors import ConflictError, DomainError
from core.models import Notification
from core.working_days import working_days_between
from ledgers.enums import DemandState
from pairing.plans.enums import ClaimState, Line, PlanOrderState, TaskKind
from pairing.plans.models import Claim, PlanOrder
from pairing.plans.services import claim_answers, claims
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory
from tests.factories.plans import ClaimFactory, PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return PairingFactory()


def propose(pair, **options):
    demand = options.pop("demand", None) or DemandFactory(branch=pair.branch_b)
    resource = options.pop("resource", None) or ResourceFactory(branch=pair.branch_a)
    proposer = options.pop("proposer", None) or UserFactory(liaison_of=pair.branch_a)
    by_branch = options.pop("by_branch", pair.branch_a)
    now = options.pop("now", timezone.now())
    return claims.claim_propose(
        demand=demand, resource=resource, by_branch=by_branch, proposer=proposer, now=now, **options
    )


def test_claim_propose_sets_the_demand_aside_and_asks_the_other_side(pair):
    secretary = UserFactory(secretary_of=pair.branch_b)
    claim = propose(pair, score=0.7, explanation="服务方向一致")
    claim.demand.refresh_from_db()
    assert claim.state == ClaimState.PROPOSED
    assert claim.awaiting == pair.branch_b
    assert claim.demand.state == DemandState.CLAIMED
    assert [note.recipient for note in Notification.objects.all()] == [secretary]
    assert entries_of(claim).get().action == "claim.propose"
    today = timezone.localdate()
    assert len(working_days_between(today + timedelta(days=1), claim.expires_on)) == 5


def test_claim_propose_from_the_needing_side_awaits_the_offering_side(pair):
    claim = propose(pair, by_branch=pair.branch_b, proposer=UserFactory(secretary_of=pair.branch_b))
    assert claim.awaiting == pair.branch_a


def test_claim_propose_by_a_stranger_is_refused(pair):
    with pytest.raises(DomainError) as refusal:
        propose(pair, proposer=UserFactory(secretary_of=pair.branch_b))
    assert refusal.value.message == f"只有{pair.branch_a}的书记或联络员能代表它发起认领。"
    assert Claim.objects.count() == 0


@pytest.mark.parametrize(
    ("demand", "resource", "words"),
    [
        ({"state": DemandState.DRAFT}, {}, "需求“帮忙”现在是“草稿”，只有待认领的需求才能认领。"),
        ({}, {"state": "withdrawn"}, "资源“能手”现在是“停用”，请换一项可用的资源。"),
        ({}, {"valid_to": "2020-01-01"}, "资源“能手”不在有效期内，请甲支部更新有效期或换一项资源。"),
    ],
)
def test_claim_propose_of_what_is_not_on_offer_is_refused(demand, resource, words):
    pair = PairingFactory(branch_a__name="甲支部")
    demand = DemandFactory(branch=pair.branch_b, title="帮忙", **demand)
    resource = ResourceFactory(branch=pair.branch_a, title="能手", **resource)
    resource.refresh_from_db()
    with pytest.raises(DomainError) as refusal:
        propose(pair, demand=demand, resource=resource)
    assert refusal.value.message == words


def test_claim_propose_without_an_active_pairing_is_refused():
    pair = PairingFactory(ended=True, branch_a__name="甲支部", branch_b__name="乙支部")
    with pytest.raises(DomainError) as refusal:
        propose(pair)
    assert refusal.value.message == (
        "乙支部和甲支部没有在结对中。请先由管理员登记结对，或等需求进入认领大厅后再认领。"
    )


def test_claim_propose_inside_one_branch_is_refused(pair):
    with pytest.raises(DomainError) as refusal:
        propose(pair, demand=DemandFactory(branch=pair.branch_a))
    assert refusal.value.message == "需求和资源同属一个支部，自己就能办，不需要认领。"


def test_claim_propose_for_a_past_day_is_refused_at_its_field(pair):
    with pytest.raises(DomainError) as refusal:
        propose(pair, wanted_on=timezone.localdate() - timedelta(days=1))
    assert refusal.value.field == "wanted_on"


def test_claim_propose_after_the_deadline_is_refused_at_its_field(pair):
    demand = DemandFactory(branch=pair.branch_b)
    with pytest.raises(DomainError, match="希望日期晚于需求的期望时限") as refusal:
        propose(pair, demand=demand, wanted_on=demand.deadline_on + timedelta(days=1))
    assert refusal.value.field == "wanted_on"
    assert propose(pair, demand=demand, wanted_on=demand.deadline_on).pk


def test_claim_propose_beyond_the_monthly_capacity_is_refused(pair):
    resource = ResourceFactory(branch=pair.branch_a, capacity_per_month=3, title="能手")
    today = timezone.localdate()
    propose(pair, resource=resource, visit_count=2)
    with pytest.raises(ConflictError) as refusal:
        propose(pair, resource=resource, visit_count=2)
    assert refusal.value.message == (
        f"“能手”每月可承接 3 次，{today.year}年{today.month}月只剩 1 次。请减少次数、换一个月，或换一项资源。"
    )
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    assert propose(pair, resource=resource, visit_count=2, wanted_on=next_month).pk


def test_capacity_is_free_again_after_decline_and_cancellation(pair):
    resource = ResourceFactory(branch=pair.branch_a, capacity_per_month=2)
    ClaimFactory(pairing=pair, resource=resource, declined=True)
    cancelled = ClaimFactory(pairing=pair, resource=resource, accepted=True)
    PlanOrderFactory(pairing=pair, resource=resource, claim=cancelled, cancelled=True)
    assert propose(pair, resource=resource, visit_count=2).pk


def test_claim_accept_drafts_an_order_with_tasks_on_working_days(pair):
    demand = DemandFactory(
        branch=pair.branch_b, contact_name="李同志", aspect=ServiceAspectFactory(name="队伍建设")
    )
    resource = ResourceFactory(branch=pair.branch_a, contact_name="张同志", place="会议室")
    claim = propose(pair, demand=demand, resource=resource, visit_count=2, person="王同志")
    secretary = UserFactory(secretary_of=pair.branch_b)
    claim = claim_answers.claim_accept(claim=claim, actor=secretary, now=timezone.now())
    order = claim.plan_order
    tasks = list(order.tasks.order_by("position"))
    days = [task.due_on for task in tasks]
    demand.refresh_from_db()
    assert claim.state == ClaimState.ACCEPTED
    assert demand.state == DemandState.IN_PROGRESS
    assert (order.state, order.line, order.due_on) == (
        PlanOrderState.DRAFT,
        Line.TALENT,
        demand.deadline_on,
    )
    assert (order.responsible_a, order.responsible_b, order.place) == ("王同志", "李同志", "会议室")
    assert [task.kind for task in tasks] == [
        TaskKind.PREPARATION,
        TaskKind.ACTIVITY,
        TaskKind.ACTIVITY,
        TaskKind.FOLLOW_UP,
    ]
    assert [task.owner for task in tasks] == [pair.branch_b, pair.branch_a, pair.branch_a, pair.branch_b]
    assert days == sorted(days)
    assert set(days) <= set(working_days_between(timezone.localdate(), order.due_on))


def test_claim_accept_numbers_orders_of_the_year_one_after_the_other(pair):
    year = timezone.localdate().year
    PlanOrderFactory(number=f"DD{year}-007")
    secretary = UserFactory(secretary_of=pair.branch_b)
    numbers = [
        claim_answers.claim_accept(claim=propose(pair), actor=secretary, now=timezone.now()).plan_order.number
        for _ in range(2)
    ]
    assert numbers == [f"DD{year}-008", f"DD{year}-009"]


def test_claim_accept_by_the_liaison_is_refused(pair):
    claim = propose(pair)
    liaison = UserFactory(liaison_of=pair.branch_b)
    with pytest.raises(DomainError) as refusal:
        claim_answers.claim_accept(claim=claim, actor=liaison, now=timezone.now())
    assert refusal.value.message == "答复认领要由支部书记操作，请提醒书记登录办理。"


def test_claim_accept_by_the_proposing_side_is_refused(pair):
    claim = propose(pair)
    proposer = UserFactory(secretary_of=pair.branch_a)
    with pytest.raises(DomainError) as refusal:
        claim_answers.claim_accept(claim=claim, actor=proposer, now=timezone.now())
    assert refusal.value.message == f"这条认领正等{pair.branch_b}答复，只有该支部书记能操作。"


def test_claim_accept_twice_makes_one_order(pair):
    claim = propose(pair)
    secretary = UserFactory(secretary_of=pair.branch_b)
    claim_answers.claim_accept(claim=claim, actor=secretary, now=timezone.now())
    with pytest.raises(DomainError) as refusal:
        claim_answers.claim_accept(claim=claim, actor=secretary, now=timezone.now())
    assert refusal.value.message.startswith("这条认领已经是“已确认”")
    assert PlanOrder.objects.count() == 1


def test_claim_decline_opens_the_demand_again_and_tells_why(pair):
    claim = propose(pair)
    secretary = UserFactory(secretary_of=pair.branch_b)
    with pytest.raises(DomainError) as refusal:
        claim_answers.claim_decline(claim=claim, actor=secretary, reason="  ", now=timezone.now())
    assert refusal.value.field == "reason"
    claim = claim_answers.claim_decline(claim=claim, actor=secretary, reason="近期任务重", now=timezone.now())
    claim.demand.refresh_from_db()
    assert (claim.state, claim.demand.state) == (ClaimState.DECLINED, DemandState.OPEN)
    told = Notification.objects.get(subject__contains="婉拒")
    assert (told.recipient, told.body) == (claim.proposer, "理由：近期任务重")


def test_claim_counter_hands_the_answer_over_and_records_old_and_new(pair):
    claim = propose(pair, person="张同志", words="我们来办")
    day = timezone.localdate() + timedelta(days=20)
    theirs = UserFactory(secretary_of=pair.branch_b)
    ours = UserFactory(secretary_of=pair.branch_a)
    claim = claims.claim_counter(
        claim=claim, actor=theirs, now=timezone.now(), visit_count=2, wanted_on=day, person="张同志"
    )
    assert (claim.state, claim.awaiting) == (ClaimState.COUNTERED, pair.branch_a)
    assert entries_of(claim).first().changes == {"visit_count": ["1", "2"], "wanted_on": ["", str(day)]}
    assert claim.words == "我们来办"
    claim = claim_answers.claim_accept(claim=claim, actor=ours, now=timezone.now())
    assert claim.plan_order.tasks.filter(kind=TaskKind.ACTIVITY).count() == 2


def test_claim_counter_without_a_difference_is_refused(pair):
    claim = propose(pair)
    secretary = UserFactory(secretary_of=pair.branch_b)
    with pytest.raises(DomainError) as refusal:
        claims.claim_counter(claim=claim, actor=secretary, now=timezone.now(), visit_count=1, wanted_on=None)
    assert refusal.value.message == "次数、日期和人员都没有改动；同意原提议请直接点“同意认领”。"


def test_claim_counter_counts_its_own_hold_once(pair):
    resource = ResourceFactory(branch=pair.branch_a, capacity_per_month=2)
    claim = propose(pair, resource=resource, visit_count=1)
    secretary = UserFactory(secretary_of=pair.branch_b)
    options = {"claim": claim, "actor": secretary, "now": timezone.now(), "wanted_on": None}
    with pytest.raises(ConflictError):
        claims.claim_counter(visit_count=3, **options)
    assert claims.claim_counter(visit_count=2, **options).visit_count == 2


def test_claim_counter_without_a_day_counts_in_the_month_the_claim_was_made(pair):
    """January holds two more; the answer comes in February, which would have room enough."""
    resource = ResourceFactory(branch=pair.branch_a, capacity_per_month=3)
    with time_machine.travel(datetime(2026, 1, 30, 2, tzinfo=UTC)) as clock:
        propose(pair, resource=resource, visit_count=2, now=timezone.now())
        claim = propose(pair, resource=resource, visit_count=1, now=timezone.now())
        secretary = UserFactory(secretary_of=pair.branch_b)
        clock.move_to(datetime(2026, 2, 2, 2, tzinfo=UTC))
        options = {"claim": claim, "actor": secretary, "now": timezone.now(), "visit_count": 3}
        with pytest.raises(ConflictError, match="2026年1月只剩 1 次"):
            claims.claim_counter(wanted_on=None, **options)
        assert claims.claim_counter(wanted_on=timezone.localdate(), **options).visit_count == 3


def test_claims_expire_lets_only_the_unanswered_lapse(pair):
    late = ClaimFactory(pairing=pair, expires_on=timezone.localdate() - timedelta(days=1))
    fresh = ClaimFactory(pairing=pair)
    assert claim_answers.claims_expire(now=timezone.now()) == 1
    assert claim_answers.claims_expire(now=timezone.now()) == 0
    late.refresh_from_db()
    fresh.refresh_from_db()
    late.demand.refresh_from_db()
    assert (late.state, late.demand.state) == (ClaimState.EXPIRED, DemandState.OPEN)
    assert fresh.state == ClaimState.PROPOSED


def test_claim_accept_after_the_last_day_is_refused(pair):
    claim = ClaimFactory(pairing=pair, expires_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(DomainError) as refusal:
        claim_answers.claim_accept(
            claim=claim, actor=UserFactory(secretary_of=pair.branch_b), now=timezone.now()
        )
    assert refusal.value.message == "答复期限已过，这条认领即将失效，请重新发起认领。"
