"""Pages of plans: the happy path, the stranger, the refusal, and the same query count at any size."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from ledgers.enums import DemandState
from pairing.plans.enums import ClaimState, PairingState, PlanOrderState
from pairing.plans.models import Claim, Pairing
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import (
    AgreementFactory,
    ChangeRequestFactory,
    ClaimFactory,
    PairingFactory,
    PlanOrderFactory,
    PlanTaskFactory,
    days_ahead,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return AgreementFactory().pairing


def log_in(client, **seat):
    user = UserFactory(**seat)
    client.force_login(user)
    return user


def flashed(response):
    return [str(message) for message in response.context["messages"]]


def claim_terms(**changes):
    return {"visit_count": 1, "wanted_on": "", "person": "", "words": ""} | changes


def test_claim_joint_shows_resources_of_other_partners_to_the_demands_branch_and_the_office_alone(
    client, pair
):
    third = AgreementFactory(pairing__branch_a=pair.branch_a).pairing
    resource = ResourceFactory(branch=third.branch_b)
    url = f"{reverse('claim_joint')}?demand={DemandFactory(branch=pair.branch_a).pk}"
    for seat in ({"secretary_of": pair.branch_a}, {"office": True}):
        log_in(client, **seat)
        page = client.get(url)
        assert (page.context["blockers"], str(resource) in page.content.decode()) == ([], True)
    for seat in ({"secretary_of": pair.branch_b}, {"auditor": True}):
        log_in(client, **seat)
        refused = [f"联合认领由提出需求的{pair.branch_a}发起，请各支部分别承担自己的一份。"]
        for page in (client.get(url), client.post(url, {"resources": [resource.pk], "visit_count": "1"})):
            assert page.context["blockers"] == refused
            assert str(resource) not in page.content.decode()


# the way through -----------------------------------------------------------------------------------


def test_claim_new_shows_both_sides_and_proposes(client, pair):
    log_in(client, liaison_of=pair.branch_a)
    demand, resource = DemandFactory(branch=pair.branch_b), ResourceFactory(branch=pair.branch_a)
    url = f"{reverse('claim_new')}?demand={demand.pk}&resource={resource.pk}"
    page = client.get(url)
    assert (page.status_code, page.context["blockers"]) == (200, [])
    response = client.post(url, claim_terms(words="我们来办"), follow=True)
    claim = Claim.objects.get()
    assert response.redirect_chain == [(claim.get_absolute_url(), 302)]
    assert flashed(response) == [f"已向{pair.branch_b}发起认领，对方答复后会通知您。"]
    assert (claim.words, claim.awaiting) == ("我们来办", pair.branch_b)


def test_claim_pages_say_the_days_to_answer_that_are_set(client, pair, settings):
    settings.CLAIM_EXPIRY_WORKING_DAYS = 7
    log_in(client, liaison_of=pair.branch_a)
    demand, resource = DemandFactory(branch=pair.branch_b), ResourceFactory(branch=pair.branch_a)
    new = f"{reverse('claim_new')}?demand={demand.pk}&resource={resource.pk}"
    for url in (new, reverse("claim_list")):
        assert "方 7 个工作日内答复" in client.get(url).content.decode()


def test_claim_new_keeps_what_was_typed_when_refused(client, pair):
    log_in(client, liaison_of=pair.branch_a)
    demand = DemandFactory(branch=pair.branch_b)
    resource = ResourceFactory(branch=pair.branch_a, capacity_per_month=1)
    url = f"{reverse('claim_new')}?demand={demand.pk}&resource={resource.pk}"
    response = client.post(url, claim_terms(visit_count=2, words="辛苦了"))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["visit_count"]
    assert response.context["form"]["words"].value() == "辛苦了"
    assert Claim.objects.count() == 0


def test_claim_new_says_why_a_match_cannot_be_claimed(client, pair):
    log_in(client, liaison_of=pair.branch_a)
    demand = DemandFactory(branch=pair.branch_b, state=DemandState.CLAIMED, title="修路灯")
    resource = ResourceFactory(branch=pair.branch_a)
    page = client.get(f"{reverse('claim_new')}?demand={demand.pk}&resource={resource.pk}")
    assert page.context["blockers"] == ["需求“修路灯”现在是“已认领待确认”，只有待认领的需求才能认领。"]


def test_claim_new_of_what_is_being_claimed_leads_to_that_claim(client, pair):
    log_in(client, liaison_of=pair.branch_a)
    claim = ClaimFactory(pairing=pair)
    page = client.get(f"{reverse('claim_new')}?demand={claim.demand_id}&resource={claim.resource_id}")
    words = f'href="{claim.get_absolute_url()}">查看{claim.proposed_by}发起的认领</a>'
    assert page.content.decode().count(words) == 1


@pytest.mark.parametrize("query", ["", "?demand=x&resource=1", "?demand=999999&resource=999999"])
def test_claim_new_of_nothing_is_not_found(client, pair, query):
    log_in(client, liaison_of=pair.branch_a)
    assert client.get(reverse("claim_new") + query).status_code == 404


def test_claim_is_countered_then_accepted_and_the_order_opens(client, pair):
    claim = ClaimFactory(pairing=pair)
    log_in(client, secretary_of=pair.branch_b)
    client.post(reverse("claim_counter", args=[claim.pk]), claim_terms(visit_count=2))
    claim.refresh_from_db()
    assert (claim.state, claim.awaiting) == (ClaimState.COUNTERED, pair.branch_a)
    log_in(client, secretary_of=pair.branch_a)
    response = client.post(reverse("claim_accept", args=[claim.pk]), follow=True)
    claim.refresh_from_db()
    assert response.redirect_chain == [(claim.plan_order.get_absolute_url(), 302)]


def test_claim_accept_twice_says_so(client, pair):
    claim = ClaimFactory(pairing=pair)
    log_in(client, secretary_of=pair.branch_b)
    url = reverse("claim_accept", args=[claim.pk])
    client.post(url)
    page = {"HTTP_REFERER": f"http://testserver{claim.get_absolute_url()}"}
    response = client.post(url, follow=True, **page)
    assert flashed(response)[-1] == "这条认领已经是“已确认”，这一步办过了，不必再办。"


def test_claim_decline_asks_for_a_reason(client, pair):
    claim = ClaimFactory(pairing=pair)
    log_in(client, secretary_of=pair.branch_b)
    url = reverse("claim_decline", args=[claim.pk])
    assert "智能匹配不再给这条需求推荐这项资源。" in client.get(url).context["effects"]
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "没有这样的师傅", "is_unfit": "on"}).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.reason, claim.is_unfit) == (ClaimState.DECLINED, "没有这样的师傅", True)


def test_plan_order_from_confirmation_to_acceptance(client):
    order = PlanOrderFactory(to_confirm=True)
    log_in(client, secretary_of=order.pairing.branch_b)
    confirm = reverse("plan_order_confirm", args=[order.pk])
    assert flashed(client.post(confirm, {"version": "1"}, follow=True)) == [
        "双方都已确认，系统正在安排联办活动，排好后会通知双方。"
    ]
    order.refresh_from_db()
    assert order.state == PlanOrderState.CONFIRMED
    order.state = PlanOrderState.IN_PROGRESS
    order.save()
    hand_in, result = reverse("plan_order_hand_in", args=[order.pk]), {"result": "证已送到店主手中。"}
    activity, _follow_up = (
        PlanTaskFactory(plan_order=order, kind=kind) for kind in ("activity", "follow_up")
    )
    effects = client.get(hand_in).context["effects"]
    assert [words for words in effects if "任务" in words] == [
        f"任务“{activity}”还没有活动记录，将记为今天完成。"
    ]
    client.post(hand_in, result)
    client.post(reverse("plan_order_return", args=[order.pk]), {"reason": "缺回访"})
    client.post(hand_in, result)
    response = client.post(reverse("plan_order_accept", args=[order.pk]), {"satisfaction": "5"}, follow=True)
    order.refresh_from_db()
    assert flashed(response)[-1] == "验收通过，需求已销号。谢谢！"
    assert (order.state, order.demand.state) == (PlanOrderState.COMPLETED, DemandState.CLOSED)


def test_plan_order_confirm_twice_has_one_effect_and_says_so(client):
    order = PlanOrderFactory()
    log_in(client, secretary_of=order.pairing.branch_a)
    page = {"HTTP_REFERER": f"http://testserver{order.get_absolute_url()}"}
    answers = [
        flashed(
            client.post(reverse("plan_order_confirm", args=[order.pk]), {"version": 1}, follow=True, **page)
        )
        for _ in range(2)
    ]
    assert answers == [
        ["已确认第 1 版，正在等对方确认。"],
        ["本支部已确认过第 1 版，不必重复确认，正在等对方。"],
    ]


@pytest.mark.parametrize("version", ["", "x", "9" * 30])
def test_plan_order_confirm_without_a_version_is_refused(client, version):
    order = PlanOrderFactory()
    log_in(client, secretary_of=order.pairing.branch_a)
    response = client.post(
        reverse("plan_order_confirm", args=[order.pk]), {"version": version}, HTTP_ACCEPT="application/json"
    )
    assert response.json()["error"] == "没有收到要确认的版本号，请刷新页面后再确认。"


def test_plan_order_confirm_by_the_liaison_is_refused_and_the_page_says_so(client):
    order = PlanOrderFactory()
    log_in(client, liaison_of=order.pairing.branch_a)
    page = client.get(order.get_absolute_url())
    words = "确认定单要由支部书记操作，请提醒本支部书记登录确认。"
    assert page.context["confirm_blockers"] == [words]
    response = client.post(
        reverse("plan_order_confirm", args=[order.pk]), {"version": 1}, HTTP_ACCEPT="application/json"
    )
    assert (response.status_code, response.json()["error"]) == (409, words)


def order_form(order, **changes):
    fields = ("task", "line", "due_on", "responsible_a", "responsible_b", "place", "version")
    return {name: getattr(order, name) for name in fields} | changes


def test_plan_order_edit_saves_a_new_version(client):
    order = PlanOrderFactory(to_confirm=True)
    log_in(client, liaison_of=order.pairing.branch_b)
    client.post(reverse("plan_order_edit", args=[order.pk]), order_form(order, place="村部"))
    order.refresh_from_db()
    assert (order.version, order.place, order.state) == (2, "村部", PlanOrderState.DRAFT)


def test_plan_order_edit_of_a_stale_version_shows_both_and_loses_nothing(client):
    order = PlanOrderFactory()
    mine = order_form(order, place="村部")
    log_in(client, liaison_of=order.pairing.branch_a)
    url = reverse("plan_order_edit", args=[order.pk])
    client.post(url, order_form(order, place="镇政府", responsible_b="赵同志"))
    response = client.post(url, mine)
    form = response.context["form"]
    assert response.status_code == 409
    assert [(row["mine"], row["theirs"], row["keeps_mine"]) for row in response.context["differences"]] == [
        ("李同志", "赵同志", False),
        ("村部", "镇政府", True),
    ]
    assert {name: form[name].value() for name in ("place", "responsible_b", "version")} == {
        "place": "村部",
        "responsible_b": "赵同志",
        "version": 2,
    }
    order.refresh_from_db()
    assert (order.version, order.place) == (2, "镇政府")


def test_plan_order_edit_keeps_input_when_the_deadline_is_past(client):
    order = PlanOrderFactory()
    log_in(client, liaison_of=order.pairing.branch_a)
    late = timezone.localdate() - timedelta(days=1)
    response = client.post(
        reverse("plan_order_edit", args=[order.pk]), order_form(order, due_on=late, place="村部")
    )
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["due_on"]
    assert response.context["form"]["place"].value() == "村部"


def test_plan_order_cancel_needs_a_reason(client):
    order = PlanOrderFactory(confirmed=True)
    log_in(client, liaison_of=order.pairing.branch_a)
    url = reverse("plan_order_cancel", args=[order.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "条件不具备"})
    order.refresh_from_db()
    assert order.state == PlanOrderState.CANCELLED


def test_plan_order_accept_needs_a_satisfaction(client):
    order = PlanOrderFactory(awaiting_acceptance=True)
    log_in(client, secretary_of=order.pairing.branch_b)
    response = client.post(reverse("plan_order_accept", args=[order.pk]), {"satisfaction": "", "words": "好"})
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["satisfaction"])


def test_plan_order_accept_names_the_tasks_that_nobody_ticked_off(client):
    order = PlanOrderFactory(awaiting_acceptance=True)
    PlanTaskFactory(plan_order=order, title="送资料", done_on=days_ahead(-1))
    PlanTaskFactory(plan_order=order, title="回访")
    log_in(client, secretary_of=order.pairing.branch_b)
    effects = client.get(reverse("plan_order_accept", args=[order.pk])).context["effects"]
    assert [line for line in effects if "任务" in line] == ["任务“回访”还没有登记完成，之后不能再登记。"]


def test_plan_order_accept_of_one_accepted_already_says_so_once_and_announces_nothing(client):
    order = PlanOrderFactory(completed=True)
    log_in(client, secretary_of=order.pairing.branch_b)
    response = client.post(reverse("plan_order_accept", args=[order.pk]), {"satisfaction": "5"})
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count("这张定单已经是“已完成”，这一步办过了，不必再办。") == 1
    assert [words in page for words in ("没有办完", "确定后会发生什么")] == [False, False]


def test_plan_order_new_asks_with_which_partner_where_there_are_several(client, pair):
    other = AgreementFactory(pairing__branch_a=pair.branch_a).pairing
    log_in(client, secretary_of=pair.branch_a)
    page = client.get(reverse("plan_order_new"))
    assert (page.context["pairing"], page.context["pairings"]) == (None, [pair, other])
    page = client.get(reverse("plan_order_new"), {"pairing": other.pk})
    assert page.context["pairing"] == other

    client.logout()
    log_in(client, secretary_of=pair.branch_b)
    assert client.get(reverse("plan_order_new")).context["pairing"] == pair


def test_plan_order_new_with_a_resource_of_the_side_in_need_is_refused_beside_it(client, pair):
    log_in(client, secretary_of=pair.branch_a)
    demand, own = DemandFactory(branch=pair.branch_b), ResourceFactory(branch=pair.branch_b)
    url = f"{reverse('plan_order_new')}?pairing={pair.pk}"
    response = client.post(url, {"demand": demand.pk, "resource": own.pk, "visit_count": "1"})
    words = f"需求是{pair.branch_b}的，资源要由另一方提供，请另选资源，或留空。"
    assert (response.status_code, response.context["form"].errors) == (422, {"resource": [words]})


def test_change_request_withdraw_says_whose_reason_it_was(client):
    change = ChangeRequestFactory()
    order = change.plan_order
    log_in(client, secretary_of=change.asked_by)
    page = client.get(reverse("change_request_withdraw", args=[order.pk, change.pk]))
    assert page.context["effects"][1] == f"{change.asked_by}要变更的理由：原场地维修"


def test_plan_task_done_ticks_off_only_tasks_of_the_order(client):
    order = PlanOrderFactory(in_progress=True)
    task, foreign = PlanTaskFactory(plan_order=order), PlanTaskFactory()
    log_in(client, liaison_of=order.pairing.branch_a)
    assert client.post(reverse("plan_task_done", args=[order.pk, task.pk])).status_code == 302
    assert client.post(reverse("plan_task_done", args=[order.pk, foreign.pk])).status_code == 404
    task.refresh_from_db()
    assert task.done_on == timezone.localdate()


@pytest.mark.parametrize(("trait", "words"), [("completed", "定单已完成"), ("cancelled", "定单取消")])
def test_open_task_of_an_order_that_is_over_is_neither_asked_for_nor_overdue(client, trait, words):
    order = PlanOrderFactory(**{trait: True}, due_on=timezone.localdate())
    PlanTaskFactory(plan_order=order, due_on=timezone.localdate() - timedelta(days=9), kind="preparation")
    log_in(client, secretary_of=order.pairing.branch_a)
    page = client.get(order.get_absolute_url()).content.decode()
    tasks = page[page.index("定单任务") :]
    assert words in tasks
    assert "9 天" not in page
    assert reverse("plan_task_done", args=[order.pk, order.tasks.get().pk]) not in page


def test_plan_order_list_filters_by_the_address(client, pair):
    log_in(client, liaison_of=pair.branch_a)
    late = PlanOrderFactory(pairing=pair, in_progress=True, due_on=timezone.localdate() - timedelta(days=3))
    PlanOrderFactory(pairing=pair, line="talent")
    PlanOrderFactory(pairing=pair, completed=True, due_on=timezone.localdate() - timedelta(days=3))
    PlanOrderFactory()
    url = reverse("plan_order_list")
    counts = {q: client.get(url + q).context["count"] for q in ("", "?line=talent", "?state=completed")}
    assert counts == {"": 3, "?line=talent": 1, "?state=completed": 1}
    assert list(client.get(url + "?overdue=on").context["page"]) == [late]
    board = client.get(url + "?view=board").context["columns"]
    assert {column.state.value: column.count for column in board} == {
        "draft": 1,
        "to_confirm": 0,
        "confirmed": 0,
        "in_progress": 1,
        "awaiting_acceptance": 0,
        "completed": 1,
    }


def test_pairing_new_and_end_by_the_admin(client):
    log_in(client, admin=True)
    one, two = BranchFactory(), BranchFactory()
    terms = {
        "branch_a": one.pk,
        "branch_b": two.pk,
        "starts_on": "2026-01-01",
        "ends_on": "",
        "number": "XY-1",
        "signed_on": "2026-01-01",
        "aims": "资源共享",
    }
    client.post(reverse("pairing_new"), terms)
    pairing = Pairing.objects.get()
    again = client.post(reverse("pairing_new"), terms | {"number": "XY-2"})
    assert again.context["form"].errors == {"branch_b": [f"{one}和{two}已经在结对中，不能重复结对。"]}
    client.post(reverse("pairing_end", args=[pairing.pk]), {"reason": "期满", "summary": "办成实事"})
    pairing.refresh_from_db()
    assert pairing.state == PairingState.ENDED


def test_pairing_new_by_a_secretary_is_refused(client, pair):
    log_in(client, secretary_of=pair.branch_a)
    assert client.get(reverse("pairing_new")).status_code == 409
    response = client.post(reverse("pairing_end", args=[pair.pk]), {"reason": "不想了", "summary": "无"})
    assert response.context["form"].non_field_errors() == [
        "结对的登记、修改和结束由系统管理员操作，请联系县党建办的系统管理员。"
    ]


# strangers -----------------------------------------------------------------------------------------

PAGES = {
    "pairing_detail": "pairing",
    "pairing_edit": "pairing",
    "pairing_end": "pairing",
    "claim_detail": "claim",
    "claim_accept": "claim",
    "claim_counter": "claim",
    "claim_decline": "claim",
    "plan_order_detail": "order",
    "plan_order_edit": "order",
    "plan_order_confirm": "order",
    "plan_order_hand_in": "order",
    "plan_order_accept": "order",
    "plan_order_return": "order",
    "plan_order_cancel": "order",
}
POST_ONLY = {"claim_accept", "plan_order_confirm"}
READ_ONLY = {"pairing_detail", "claim_detail", "plan_order_detail"}


@pytest.mark.parametrize("name", PAGES)
def test_page_of_other_branches_is_not_found(client, name):
    order = PlanOrderFactory()
    claim = ClaimFactory(pairing=order.pairing)
    row = {"pairing": order.pairing, "claim": claim, "order": order}[PAGES[name]]
    log_in(client, secretary_of=PairingFactory().branch_a)
    url = reverse(name, args=[row.pk])
    assert client.post(url, {"version": 1, "reason": "x"}).status_code == (405 if name in READ_ONLY else 404)
    assert client.get(url).status_code == (405 if name in POST_ONLY else 404)


def test_claim_new_with_a_demand_of_other_branches_is_not_found(client, pair):
    log_in(client, secretary_of=pair.branch_a)
    own, foreign = ResourceFactory(branch=pair.branch_a), DemandFactory()
    response = client.get(f"{reverse('claim_new')}?demand={foreign.pk}&resource={own.pk}")
    assert response.status_code == 404


@pytest.mark.parametrize("seat", ["office", "auditor"])
def test_county_seats_read_everything_and_change_nothing(client, seat):
    order = PlanOrderFactory()
    claim = ClaimFactory(pairing=order.pairing)
    log_in(client, **{seat: True})
    for row in (order, claim, order.pairing):
        assert client.get(row.get_absolute_url()).status_code == 200
    response = client.post(
        reverse("plan_order_confirm", args=[order.pk]), {"version": 1}, HTTP_ACCEPT="application/json"
    )
    assert response.json()["error"] == "只有结对双方的支部书记能确认这张定单。"


# query counts --------------------------------------------------------------------------------------


def busy(pair):
    """One more of everything in a pair."""
    order = PlanOrderFactory(pairing=pair, in_progress=True)
    PlanTaskFactory(plan_order=order)
    PlanTaskFactory(plan_order=order)
    ClaimFactory(pairing=pair)
    ClaimFactory(pairing=pair, declined=True)
    ResourceFactory(branch=pair.branch_a)
    DemandFactory(branch=pair.branch_b)
    return order


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/pairings/", 7),
        ("/claims/", 8),
        ("/claims/{claim}/", 6),
        ("/plan-orders/", 5),
        ("/plan-orders/?view=board", 5),
        ("/plan-orders/{order}/", 11),
        ("/plan-orders/{order}/edit/", 7),
        ("/plan-orders/{order}/cancel/", 4),
    ],
)
def test_page_takes_the_same_queries_at_one_and_three_rows(
    client, pair, path, queries, django_assert_num_queries
):
    log_in(client, secretary_of=pair.branch_a)
    order = busy(pair)
    claim = Claim.objects.pending().get(pairing=pair)
    url = path.format(pairing=pair.pk, claim=claim.pk, order=order.pk)
    client.get(url)  # what a process asks once
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200
    for _ in range(2):
        busy(pair)
        PlanTaskFactory(plan_order=order)
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("month", ["2026-13", "9999-12", "1900-12", "0001-01", "2026-3", "下月"])
def test_plan_order_gantt_of_a_month_that_is_none_begins_today(client, pair, month):
    log_in(client, office=True)
    page = client.get(reverse("plan_order_list"), {"view": "gantt", "from": month})
    today = timezone.localdate()
    assert (page.status_code, page.context["gantt"].months[0].label) == (200, f"{today.month}月")


@pytest.mark.parametrize(("due", "over"), [(-300, -300), (-200, -300), (-300, -200)])
def test_plan_order_gantt_shows_what_was_over_before_it_came_from_a_workbook(client, pair, due, over):
    log_in(client, office=True)
    due_on, over_on = (timezone.localdate() + timedelta(days=days) for days in (due, over))
    order = PlanOrderFactory(pairing=pair, completed=True, due_on=due_on, completed_on=over_on)
    page = client.get(reverse("plan_order_list"), {"view": "gantt", "from": f"{min(due_on, over_on):%Y-%m}"})
    assert [bar.order for bar in page.context["gantt"].bars] == [order]
    page = client.get(reverse("plan_order_list"), {"view": "gantt"})
    assert page.context["gantt"].bars == []


def test_plan_order_list_gives_equal_rows_one_order(client, pair):
    log_in(client, office=True)
    PlanOrderFactory.create_batch(3, pairing=pair, demand__branch=pair.branch_b)
    for sort, sign in (("state", 1), ("-state", -1)):
        rows = client.get(reverse("plan_order_list"), {"sort": sort}).context["page"]
        keys = [row.pk for row in rows]
        assert keys == sorted(keys)[::sign]


def test_plan_order_list_puts_the_thousandth_order_of_a_year_before_the_ones_drawn_earlier(client, pair):
    log_in(client, office=True)
    newest_first = (
        "DD2027-001",
        "DD2026-1000",
        "DD2026-999",
        "DD2026-010",
        "DD2025-1001",
        "甲-2",
        "甲",
        "乙",
    )
    for number in sorted(newest_first):
        PlanOrderFactory(number=number, pairing=pair, demand__branch=pair.branch_b)

    def listed(**query):
        return [order.number for order in client.get(reverse("plan_order_list"), query).context["page"]]

    drawn = listed()
    assert [number for number in drawn if number.startswith("DD")] == list(newest_first[:5])
    assert listed(sort="number") == drawn[::-1]
