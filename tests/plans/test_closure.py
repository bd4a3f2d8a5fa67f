"""销号: a result first, then acceptance or return; what was solved outside the ledger stands apart."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError
from core.wording import cn_date, cn_datetime
from ledgers.enums import DemandState
from pairing.activities.models import Activity
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import SolvedProblem
from pairing.plans.services import orders
from pairing.plans.services.solved import solved_problem_record
from pairing.reports.metrics.measure import Window, values
from pairing.reports.metrics.pulse import PULSE
from tests.factories.activities import ActivityFactory, ActivityKindFactory, MetricFactory, OutcomeFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def test_order_is_handed_in_with_a_recorded_activity_or_with_its_result_in_words():
    now = timezone.now()
    order = PlanOrderFactory(in_progress=True)
    with pytest.raises(DomainError) as refusal:
        orders.plan_order_hand_in(order=order, now=now, result="  ")
    assert (refusal.value.field, refusal.value.message) == (
        "result",
        "这张定单还没有已归档的活动，请写明办理结果，对方据此验收。",
    )
    assert orders.plan_order_hand_in(order=order, now=now, result="送证到店").result == "送证到店"
    with_activity = PlanOrderFactory(in_progress=True)
    kind = ActivityKindFactory()
    ActivityFactory(pairing=with_activity.pairing, plan_order=with_activity, kind=kind, archived=True)
    done = orders.plan_order_hand_in(order=with_activity, now=now)
    assert (done.state, done.result) == (PlanOrderState.AWAITING_ACCEPTANCE, "")


def test_order_is_not_handed_in_while_a_visit_is_announced(client):
    order = PlanOrderFactory(in_progress=True)
    visit = ActivityFactory(pairing=order.pairing, plan_order=order, announced=True)
    client.force_login(UserFactory(secretary_of=order.pairing.branch_a))
    sentence = (
        f"活动“{visit}”定在{cn_datetime(visit.starts_at)}，还没有办完：办完补了记录会自动提交验收；"
        "不再办的，请先取消那场活动，再提交。"
    )
    with pytest.raises(DomainError) as refusal:
        orders.plan_order_hand_in(order=order, now=timezone.now(), result="送证到店")
    hand_in = reverse("plan_order_hand_in", args=[order.pk])
    assert (refusal.value.message, client.get(hand_in).context["blockers"]) == (sentence, [sentence])
    assert client.get(order.get_absolute_url()).content.decode().count(f'href="{hand_in}"') == 0
    Activity.objects.update(state="cancelled", state_reason="改为电话辅导")
    assert client.get(order.get_absolute_url()).content.decode().count(f'href="{hand_in}"') == 1
    done = orders.plan_order_hand_in(order=order, now=timezone.now(), result="送证到店")
    assert done.state == PlanOrderState.AWAITING_ACCEPTANCE


def test_work_returned_is_mended_handed_in_again_and_accepted():
    order = PlanOrderFactory(in_progress=True)
    giving, asking = Client(), Client()
    giving.force_login(UserFactory(secretary_of=order.pairing.branch_a))
    asking.force_login(UserFactory(secretary_of=order.pairing.branch_b))
    steps = {name: reverse(f"plan_order_{name}", args=[order.pk]) for name in ("hand_in", "return", "accept")}
    empty = giving.post(steps["hand_in"], {"result": ""})
    assert empty.context["form"].errors == {"result": ["还没有已归档的活动，请写明办理结果，对方据此验收。"]}
    giving.post(steps["hand_in"], {"result": "上门一次"})
    asking.post(steps["return"], {"reason": "还差一户"})
    order.refresh_from_db()
    assert (order.state, order.demand.state) == ("in_progress", "in_progress")
    assert giving.get(steps["hand_in"]).context["form"]["result"].value() == "上门一次"
    giving.post(steps["hand_in"], {"result": "两户都办好了"})
    refused = asking.post(steps["accept"], {"words": "办好了"}).content.decode()
    last_choice = refused.split('value="1"')[1].split("请选择满意度")[0]
    assert last_choice.count("</div>") == 2, "the sentence stands inside the last choice"
    asking.post(steps["accept"], {"satisfaction": 4, "words": "办好了"})
    order.refresh_from_db()
    order.demand.refresh_from_db()
    assert (order.result, order.satisfaction, order.acceptance_words) == ("两户都办好了", 4, "办好了")
    assert (order.demand.state, order.demand.satisfaction) == (DemandState.CLOSED, 4)


def test_pages_of_a_part_say_that_the_demand_stays_until_all_are_accepted(client):
    first = PlanOrderFactory(awaiting_acceptance=True, demand__visits_wanted=2)
    last = PlanOrderFactory(pairing=first.pairing, demand=first.demand, awaiting_acceptance=True)
    client.force_login(UserFactory(secretary_of=first.demand.branch))
    rest = "这条需求还有其他部分没有办完，都验收后才销号。"
    said = []
    for order in (first, last):
        url = reverse("plan_order_accept", args=[order.pk])
        effect = client.get(url).context["effects"][0]
        answer = client.post(url, {"satisfaction": 4}, follow=True)
        said.append((effect, [str(message) for message in answer.context["messages"]]))
    assert said == [
        (f"定单记为已完成。{rest}", [f"验收通过。{rest}"]),
        ("定单记为已完成，需求销号，之后不能再改。", ["验收通过，需求已销号。谢谢！"]),
    ]
    first.demand.refresh_from_db()
    assert first.demand.state == DemandState.CLOSED


def test_chain_page_shows_people_dates_and_evidence_from_both_sides():
    order = PlanOrderFactory(completed=True, result="两户都办好了", satisfaction=5)
    kind, metric = ActivityKindFactory(), MetricFactory(name="帮扶户", unit="户")
    activity = ActivityFactory(
        pairing=order.pairing, plan_order=order, kind=kind, archived=True, record="上门两次，当场办结"
    )
    OutcomeFactory(activity=activity, metric=metric, value=2)
    client = Client()
    client.force_login(UserFactory(secretary_of=order.pairing.branch_b))
    pages = [("demand_detail", order.demand), ("resource_detail", order.resource)]
    for name, row in pages:
        page = client.get(reverse(name, args=[row.pk])).content.decode()
        for words in (
            "两户都办好了",
            "责任人 张同志、李同志",
            "满意度 5 分",
            "上门两次，当场办结",
            "帮扶户 2户",
        ):
            assert (name, words, words in page) == (name, words, True)


def test_problem_solved_outside_the_ledger_is_recorded_and_counted_apart():
    pair = PairingFactory()
    client = Client()
    client.force_login(UserFactory(liaison_of=pair.branch_b))
    url = reverse("solved_problem_new")
    form = {"title": "路灯不亮", "how": "当天换了灯泡", "solved_on": TODAY.isoformat()}
    late = client.post(url, form | {"solved_on": (TODAY + timedelta(days=1)).isoformat()})
    assert late.context["form"].errors == {"solved_on": ["解决日期不能晚于今天；还没解决的，请登记为需求。"]}
    early = pair.starts_on - timedelta(days=1)
    wrong_year = client.post(url, form | {"solved_on": early.isoformat()})
    assert wrong_year.context["form"].errors == {
        "solved_on": [
            f"{cn_date(early)}早于{pair.branch_b}第一次结对的日子（{cn_date(pair.starts_on)}），请核对年份。"
        ]
    }
    client.post(url, form | {"helper": pair.branch_a.pk, "people_count": 30})
    [problem] = SolvedProblem.objects.all()
    assert (problem.branch, problem.helper, problem.people_count) == (pair.branch_b, pair.branch_a, 30)
    closed = {"state": "closed", "closed_on": TODAY, "raised_on": TODAY}
    DemandFactory(state_reason="自己办了", **closed)
    DemandFactory(satisfaction=5, **closed)
    month = Window(TODAY - timedelta(days=7), TODAY)
    keys = ("demands_closed", "demands_closed_directly", "problems_solved_outside")
    found = values([PULSE.figures[key] for key in keys], month)
    assert [found[key] for key in keys] == [2, 1, 1]
    assert "路灯不亮" in client.get(reverse("solved_problem_list")).content.decode()
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    assert "路灯不亮" not in client.get(reverse("solved_problem_list")).content.decode()


def test_problem_of_another_branch_cannot_be_recorded():
    own = BranchFactory()
    person = UserFactory(secretary_of=own)
    terms = {"title": "x", "how": "y", "solved_on": TODAY, "actor": person, "now": timezone.now()}
    with pytest.raises(DomainError, match="书记或联络员能登记它的问题"):
        solved_problem_record(branch=BranchFactory(), **terms)
    with pytest.raises(DomainError, match="帮忙的支部不能是本支部"):
        solved_problem_record(branch=own, helper=own, **terms)
