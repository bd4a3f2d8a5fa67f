"""The demand ledger in the browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.models import User
from core.models import AuditEntry, Notification
from ledgers.enums import DemandState
from ledgers.models import Demand, ServiceItem
from tests.factories.activities import ActivityFactory
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ServiceAspectFactory, ServiceItemFactory
from tests.factories.plans import ClaimFactory, PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db
LONG_NAME = "双峰县人力资源和社会保障局机关委员会离退休干部第一党支部" * 3


def logged_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def branch():
    return BranchFactory(name=LONG_NAME[:100])


@pytest.fixture
def secretary(branch):
    return UserFactory(secretary_of=branch)


@pytest.fixture
def page(client, secretary):
    return logged_in(client, secretary)


def titles(response) -> list[str]:
    return [row.title for row in response.context["page"]]


def form_data(**changes) -> dict[str, object]:
    data = {
        "aspect": ServiceAspectFactory().pk,
        "title": "集镇夜间巡防人手不够",
        "description": "逢集那几天缺人",
        "urgency": 1,
        "nature": "problem",
        "source": "visit",
        "raised_on": timezone.localdate().isoformat(),
        "deadline_on": "",
    }
    return {**data, **changes}


def test_demand_list_shows_own_and_partner_rows_only(page, branch):
    own = DemandFactory(branch=branch, draft=True)
    partner = PairingFactory(branch_a=branch).branch_b
    theirs = DemandFactory(branch=partner)
    DemandFactory(branch=partner, draft=True)
    DemandFactory()

    response = page.get(reverse("demand_list"))

    assert sorted(titles(response)) == sorted([own.title, theirs.title])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "流动"}, ["办证难"]),
        ({"q": "流动 夜间"}, []),
        ({"state": "suspended"}, ["路灯"]),
        ({"urgency": "2"}, ["路灯"]),
        ({"overdue": "on"}, ["办证难"]),
        ({"mine": "on"}, ["办证难", "路灯"]),
        ({"sort": "-title", "mine": "on"}, ["路灯", "办证难"]),
    ],
)
def test_demand_list_filters_from_the_address(page, branch, query, expected):
    today = timezone.localdate()
    DemandFactory(
        branch=branch, title="办证难", description="盼着流动车进村", deadline_on=today - timedelta(days=1)
    )
    DemandFactory(branch=branch, title="路灯", urgency=2, state=DemandState.SUSPENDED, state_reason="等经费")
    DemandFactory(branch=PairingFactory(branch_b=branch).branch_a, title="直播带货")

    assert titles(page.get(reverse("demand_list"), query)) == expected


def test_demand_list_needs_the_same_few_queries_for_any_length(
    page, branch, django_assert_max_num_queries, django_assert_num_queries
):
    DemandFactory(branch=branch)
    with django_assert_max_num_queries(12) as captured:
        page.get(reverse("demand_list"))
    DemandFactory.create_batch(24, branch=branch)

    with django_assert_num_queries(len(captured)):
        response = page.get(reverse("demand_list"))
    assert len(titles(response)) == 25


def test_demand_list_without_rows_says_what_to_do_first(page):
    response = page.get(reverse("demand_list"))

    assert response.context["page"].paginator.count == 0
    assert "登记第一条需求" in response.content.decode()


def test_demand_detail_shows_the_whole_chain(page, branch):
    order = PlanOrderFactory(in_progress=True, pairing__branch_b=branch)
    claim = ClaimFactory(pairing=order.pairing, demand=order.demand, resource=order.resource, accepted=True)
    order.claim = claim
    order.save()
    activity = ActivityFactory(pairing=order.pairing, plan_order=order, announced=True)

    response = page.get(reverse("demand_detail", args=[order.demand.pk]))

    chain = response.context["chain"]
    assert [step["state"] for step in chain.steps] == ["done", "done", "done", "current", "todo"]
    assert [step["note"] for step in chain.steps][2:4] == [order.number, "0 / 1 场"]
    assert (chain.orders, chain.loose_claims) == ([order], [])
    html = response.content.decode()
    assert [text in html for text in (order.number, activity.title, order.resource.title)] == [True] * 3


def test_demand_detail_says_how_much_is_left_of_a_demand_served_in_parts(
    page, branch, django_assert_max_num_queries
):
    demand = DemandFactory(branch=branch, visits_wanted=6)
    pairing = PairingFactory(branch_b=branch)
    ClaimFactory(pairing=pairing, demand=demand, visit_count=2)
    ClaimFactory(pairing=pairing, demand=demand, visit_count=3, declined=True)
    PlanOrderFactory(pairing=pairing, demand=demand, in_progress=True, visit_count=1)
    PlanOrderFactory(pairing=pairing, demand=demand, cancelled=True)
    with django_assert_max_num_queries(12):
        text = page.get(reverse("demand_detail", args=[demand.pk])).content.decode()
    assert "已有支部承接一部分，还差 3 次等支部认领。" in text
    assert "6 次，还差 3 次没有人承接" in text


def test_demand_detail_of_a_stranger_is_not_found(page):
    assert page.get(reverse("demand_detail", args=[DemandFactory().pk])).status_code == 404


def test_demand_phone_is_masked_for_the_auditor_and_open_for_the_partner(client, branch):
    demand = DemandFactory(branch=branch, contact_phone="13812341234")
    partner = PairingFactory(branch_a=branch).branch_b
    url = reverse("demand_detail", args=[demand.pk])

    seen_by_partner = logged_in(client, UserFactory(liaison_of=partner)).get(url).context["phone"]
    seen_by_auditor = logged_in(client, UserFactory(auditor=True)).get(url).context["phone"]
    seen_by_office = logged_in(client, UserFactory(office=True)).get(url).context["phone"]

    assert (seen_by_partner, seen_by_auditor, seen_by_office) == (
        "13812341234",
        "138****1234",
        "13812341234",
    )


@pytest.mark.parametrize(("button", "state"), [("publish", "open"), ("draft", "draft")])
def test_demand_new_is_submitted_or_kept_as_a_draft(page, branch, button, state):
    response = page.post(reverse("demand_new"), form_data(**{button: "yes"}))

    demand = Demand.objects.get()
    assert response.url == reverse("demand_detail", args=[demand.pk])
    assert (demand.branch, demand.state, demand.serial) == (branch, state, 1)


def test_demand_new_keeps_what_was_typed_beside_the_fault(page):
    yesterday = timezone.localdate() - timedelta(days=1)

    response = page.post(reverse("demand_new"), form_data(deadline_on=yesterday.isoformat(), publish="yes"))

    form = response.context["form"]
    assert form.errors == {"deadline_on": ["期望完成时限不能早于提出日期。"]}
    assert form["title"].value() == "集镇夜间巡防人手不够"
    assert not Demand.objects.exists()


def test_demand_new_asks_for_the_branch_of_people_who_write_for_several(page, secretary):
    second = BranchFactory()
    MembershipFactory(user=secretary, branch=second, role="liaison")

    page.post(reverse("demand_new"), form_data(branch=second.pk))

    assert Demand.objects.get().branch == second


def test_demand_new_for_a_foreign_branch_is_refused(page, secretary):
    MembershipFactory(user=secretary, role="liaison")

    response = page.post(reverse("demand_new"), form_data(branch=BranchFactory().pk))

    assert list(response.context["form"].errors) == ["branch"]


def test_demand_new_is_forbidden_without_a_seat_that_writes(client, branch):
    member = logged_in(client, UserFactory(member_of=branch))

    assert member.get(reverse("demand_new")).status_code == 403


def test_demand_form_shows_at_most_seven_fields_first(page, secretary):
    MembershipFactory(user=secretary, role="liaison")

    form = page.get(reverse("demand_new")).context["form"]

    assert len(form.fields) - len(form.more_fields) == 7


def test_demand_form_gives_the_title_the_whole_width_below_the_choice_of_a_branch(page, secretary):
    MembershipFactory(user=secretary, role="liaison")

    html = page.get(reverse("demand_new")).content.decode()

    widths = re.findall(r'<div class="(field[^"]*)">\s*<div id="div_id_(branch|title)"', html)
    assert widths == [("field", "branch"), ("field field-wide", "title")]


def test_demand_edit_saves_and_leaves_a_trail(page, branch):
    demand = DemandFactory(branch=branch, title="旧的说法", draft=True)

    page.post(reverse("demand_edit", args=[demand.pk]), form_data())

    demand.refresh_from_db()
    trail = page.get(reverse("demand_detail", args=[demand.pk])).context["trail"]
    assert demand.title == "集镇夜间巡防人手不够"
    assert trail[0]["title"] == "修改"
    assert "需求内容：旧的说法 → 集镇夜间巡防人手不够" in trail[0]["text"]


def test_demand_edit_tells_which_service_items_came_and_went(page, branch):
    kept, gone, come = (ServiceItemFactory(name=name) for name in ("理发", "义诊", "送餐"))
    demand = DemandFactory(branch=branch, draft=True)
    demand.items.set([kept, gone])
    edit, detail = (reverse(name, args=[demand.pk]) for name in ("demand_edit", "demand_detail"))

    page.post(edit, form_data(items=[kept.pk, come.pk]))
    assert "服务事项：增加送餐，去掉义诊" in page.get(detail).context["trail"][0]["text"]
    entry = AuditEntry.objects.get(action="demand.update")
    assert "服务事项：增加送餐，去掉义诊" in entry.changes_in_words

    page.post(edit, form_data(title="只改了内容", items=[kept.pk, come.pk]))
    newest = page.get(detail).context["trail"][0]["text"]
    assert ("只改了内容" in newest, "服务事项" in newest) == (True, False)


def test_demand_edited_in_two_windows_is_told_once_and_keeps_what_was_typed(page, branch):
    demand = DemandFactory(branch=branch, title="旧的说法", draft=True)
    url = reverse("demand_edit", args=[demand.pk])
    seen = page.get(url).context["form"]["seen"].value()
    raised_on = demand.raised_on.isoformat()
    opened = form_data(seen=seen, title="第二个窗口", raised_on=raised_on) | {"initial-raised_on": raised_on}
    assert page.post(url, opened | {"title": "第一个窗口", "description": "写了一大段"}).status_code == 302

    told = page.post(url, opened)
    demand.refresh_from_db()
    assert (demand.title, demand.description) == ("第一个窗口", "写了一大段")
    assert told.context["form"].non_field_errors() == [
        "您打开之后有人改过这一条，这次没有保存。和您填的不同的有：需求内容（现在是“第一个窗口”）、"
        "具体描述（现在是“写了一大段”）。核对后再点“保存”，就按您填的存。"
    ]
    form = told.context["form"]
    assert form["title"].value() == "第二个窗口"
    assert page.post(url, opened | {"seen": form["seen"].value()}).status_code == 302
    demand.refresh_from_db()
    assert demand.title == "第二个窗口"


def test_demand_edit_of_a_claimed_demand_is_refused_with_a_sentence(page, branch):
    demand = DemandFactory(branch=branch, title="原文", state=DemandState.CLAIMED)

    response = page.post(reverse("demand_edit", args=[demand.pk]), form_data())

    demand.refresh_from_db()
    assert demand.title == "原文"
    assert len(response.context["form"].non_field_errors()) == 1
    assert "不能单方修改" in response.content.decode()


def test_demand_edit_by_the_partner_is_forbidden(client, branch):
    demand = DemandFactory(branch=branch)
    partner = PairingFactory(branch_a=branch).branch_b
    page = logged_in(client, UserFactory(secretary_of=partner))

    assert page.get(reverse("demand_edit", args=[demand.pk])).status_code == 403


@pytest.mark.parametrize(
    ("step", "before", "after", "reason"),
    [
        ("publish", "draft", "open", ""),
        ("publish", "returned", "open", ""),
        ("reopen", "suspended", "open", ""),
        ("suspend", "open", "suspended", "等经费"),
        ("withdraw", "open", "withdrawn", "已自行解决"),
        ("close", "open", "closed", "镇里统一办了"),
    ],
)
def test_demand_step_moves_the_demand(page, branch, step, before, after, reason):
    demand = DemandFactory(branch=branch, state=before, state_reason="先前的理由")

    response = page.post(reverse(f"demand_{step}", args=[demand.pk]), {"reason": reason})

    demand.refresh_from_db()
    assert response.url == reverse("demand_detail", args=[demand.pk])
    assert (demand.state, demand.state_reason) == (after, reason)


def test_demand_step_without_a_reason_says_so_beside_the_field(page, branch):
    demand = DemandFactory(branch=branch)

    response = page.post(reverse("demand_suspend", args=[demand.pk]), {"reason": " "})

    demand.refresh_from_db()
    assert response.context["form"].errors == {"reason": ["请写明理由。"]}
    assert demand.state == "open"


@pytest.mark.parametrize("step", ["reopen", "suspend", "withdraw", "close"])
def test_demand_step_out_of_turn_is_refused(page, branch, step):
    demand = DemandFactory(branch=branch, state=DemandState.IN_PROGRESS)

    page.post(reverse(f"demand_{step}", args=[demand.pk]), {"reason": "不办了"})

    demand.refresh_from_db()
    assert demand.state == "in_progress"


def test_demand_step_out_of_turn_shows_the_way_out(page, branch):
    demand = DemandFactory(branch=branch, state=DemandState.IN_PROGRESS)

    response = page.get(reverse("demand_withdraw", args=[demand.pk]))

    assert response.context["blockers"] == [
        "只有“草稿”、“待认领”、“退回”、“挂起”的需求可以撤销，这条现在是“办理中”。请在计划定单里办理或取消定单。"
    ]


def test_demand_close_needs_the_secretary(client, branch):
    demand = DemandFactory(branch=branch)
    liaison = logged_in(client, UserFactory(liaison_of=branch))

    response = liaison.post(reverse("demand_close", args=[demand.pk]), {"reason": "办完了"})

    assert response.status_code == 403


def test_demand_is_closed_without_an_order_only_with_a_stated_reason(client, branch, secretary):
    demand = DemandFactory(branch=branch)
    page, url = logged_in(client, secretary), reverse("demand_close", args=[demand.pk])

    refused = page.post(url, {"reason": "  "})
    demand.refresh_from_db()
    assert (list(refused.context["form"].errors), demand.state) == (["reason"], "open")

    page.post(url, {"reason": "村里自己办好了"})
    demand.refresh_from_db()
    assert (demand.state, demand.state_reason) == ("closed", "村里自己办好了")


def test_demand_return_is_for_the_office_and_told_to_the_branch(client, branch, secretary):
    demand = DemandFactory(branch=branch)
    office = logged_in(client, UserFactory(office=True))

    office.post(reverse("demand_return", args=[demand.pk]), {"reason": "请写具体些"})

    demand.refresh_from_db()
    assert (demand.state, demand.state_reason) == ("returned", "请写具体些")
    notice = Notification.objects.get(recipient=secretary)
    assert (notice.subject, notice.url) == (
        f"需求被退回：{demand.title}",
        reverse("demand_detail", args=[demand.pk]),
    )


def test_demand_step_of_a_stranger_is_not_found(page):
    url = reverse("demand_withdraw", args=[DemandFactory().pk])

    assert page.post(url, {"reason": "试试"}).status_code == 404


def test_demand_new_levels_line_ends_as_an_import_does(page):
    page.post(reverse("demand_new"), form_data(description="第一行\r\n第二行\u200b"))

    assert Demand.objects.get().description == "第一行\n第二行"


def test_demand_detail_needs_few_queries(page, branch, django_assert_max_num_queries):
    order = PlanOrderFactory(in_progress=True, pairing__branch_b=branch)
    ActivityFactory.create_batch(3, pairing=order.pairing, plan_order=order)

    with django_assert_max_num_queries(12):
        page.get(reverse("demand_detail", args=[order.demand.pk]))


@pytest.mark.parametrize("state", DemandState)
def test_demand_detail_opens_in_every_state(page, branch, state):
    demand = DemandFactory(
        branch=branch,
        state=state,
        state_reason="有缘由",
        closed_on=timezone.localdate() if state == DemandState.CLOSED else None,
    )

    assert page.get(reverse("demand_detail", args=[demand.pk])).status_code == 200


def test_demand_form_asks_for_little_first_and_keeps_the_rest_under_more(page):
    """One answer and a tick are enough; the rest has good defaults, the right keyboard, or can wait."""
    form = page.get(reverse("demand_new")).context["form"]

    seen = [field for field in form.visible_fields() if field.name not in form.more_fields]
    assert [field.name for field in seen] == [
        "title", "aspect", "urgency", "description", "deadline_on", "expected_people",
    ]  # fmt: skip
    unanswered = {field.name for field in seen if field.field.required and field.value() in (None, "")}
    assert unanswered == {"title"}
    assert form["contact_phone"].field.widget.attrs["autocomplete"] == "tel"
    assert form["expected_people"].field.widget.attrs["inputmode"] == "numeric"


def test_demand_takes_the_aspect_of_its_item_when_none_is_chosen(page):
    item = ServiceItem.objects.get(name="普法宣讲")
    page.post(reverse("demand_new"), form_data(publish="yes", aspect="", items=[item.pk]))
    assert Demand.objects.get().aspect == item.aspect

    neither = page.post(reverse("demand_new"), form_data(publish="yes", aspect=""))
    assert neither.context["form"].errors == {"aspect": ["请选择需求方面，或勾选一个服务事项。"]}
    wrong = page.post(reverse("demand_new"), form_data(publish="yes", aspect="0", items=[item.pk]))
    assert list(wrong.context["form"].errors) == ["aspect"]
    assert Demand.objects.count() == 1


def test_demand_raised_on_a_day_to_come_is_refused(page, branch):
    told = ["提出日期不能晚于今天，请核对。"]
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    answer = page.post(reverse("demand_new"), form_data(publish="yes", raised_on=tomorrow))
    assert answer.context["form"].errors == {"raised_on": told}

    demand = DemandFactory(branch=branch, draft=True)
    answer = page.post(reverse("demand_edit", args=[demand.pk]), form_data(raised_on=tomorrow))
    assert answer.context["form"].errors == {"raised_on": told}
    demand.refresh_from_db()
    assert demand.raised_on < timezone.localdate()


def test_demand_keeps_where_it_came_from_when_and_where_it_is_wanted(page):
    told = {
        "source": "symposium",
        "source_event": "零售户座谈会",
        "source_on": "2026-01-08",
        "raised_on": "2026-01-09",
        "preferred_time": "周末上午",
        "place": "城北社区",
    }

    page.post(reverse("demand_new"), form_data(publish="yes", **told))

    demand = Demand.objects.get()
    assert (demand.source_event, demand.preferred_time, demand.place) == (
        "零售户座谈会",
        "周末上午",
        "城北社区",
    )
    shown = page.get(reverse("demand_detail", args=[demand.pk])).content.decode()
    assert "2026年1月8日 零售户座谈会" in shown


def test_demand_raised_before_the_meeting_it_came_from_is_refused(page):
    response = page.post(reverse("demand_new"), form_data(raised_on="2026-01-08", source_on="2026-01-09"))

    assert response.context["form"].errors == {"raised_on": ["提出日期不能早于来源日期。"]}
