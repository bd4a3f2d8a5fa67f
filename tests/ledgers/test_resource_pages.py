"""The resource list in the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.models import User
from ledgers.enums import ResourceState, Sharing
from ledgers.models import Resource
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import ResourceFactory, ServiceAspectFactory, ServiceItemFactory
from tests.factories.plans import ClaimFactory, PairingFactory

pytestmark = pytest.mark.django_db


def logged_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def branch():
    return BranchFactory(liaison_name="周同志", phone="13800001111")


@pytest.fixture
def page(client, branch):
    return logged_in(client, UserFactory(liaison_of=branch))


def titles(response) -> list[str]:
    return [row.title for row in response.context["page"]]


def form_data(**changes) -> dict[str, object]:
    data = {
        "kind": "professional",
        "title": "公职律师普法讲座",
        "description": "可以到社区讲烟草专卖法",
        "aspects": [ServiceAspectFactory().pk],
        "capacity_per_month": 2,
        "help_kinds": ["lecture", "advice"],
        "sharing": "pair",
    }
    return {**data, **changes}


def test_resource_list_shows_own_partner_and_county_rows_only(page, branch):
    own = ResourceFactory(branch=branch, draft=True)
    partners = ResourceFactory(branch=PairingFactory(branch_a=branch).branch_b)
    shared = ResourceFactory(sharing=Sharing.COUNTY)
    ResourceFactory()

    response = page.get(reverse("resource_list"))

    assert sorted(titles(response)) == sorted([own.title, partners.title, shared.title])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"q": "投影"}, ["活动室"]),
        ({"kind": "position"}, ["活动室"]),
        ({"state": "expired"}, ["政策汇编"]),
        ({"state": "withdrawn"}, ["旧书屋"]),
        ({"sort": "-title"}, ["活动室", "旧书屋", "政策汇编"]),
    ],
)
def test_resource_list_filters_from_the_address(page, branch, query, expected):
    yesterday = timezone.localdate() - timedelta(days=1)
    ResourceFactory(branch=branch, title="活动室", description="有投影", kind="position")
    ResourceFactory(branch=branch, title="政策汇编", valid_to=yesterday)
    ResourceFactory(branch=branch, title="旧书屋", state=ResourceState.WITHDRAWN)

    assert sorted(titles(page.get(reverse("resource_list"), query))) == sorted(expected)


def test_resource_list_filters_by_aspect(page, branch):
    wanted = ServiceAspectFactory(name="乡村振兴")
    chosen = ResourceFactory(branch=branch, aspects=[wanted])
    ResourceFactory(branch=branch, aspects=[ServiceAspectFactory()])

    assert titles(page.get(reverse("resource_list"), {"aspects": wanted.pk})) == [chosen.title]


def test_resource_list_needs_the_same_few_queries_for_any_length(
    page, branch, django_assert_max_num_queries, django_assert_num_queries
):
    aspects = [ServiceAspectFactory()]
    ResourceFactory(branch=branch, aspects=aspects)
    with django_assert_max_num_queries(12) as captured:
        page.get(reverse("resource_list"))
    ResourceFactory.create_batch(10, branch=branch, aspects=aspects)

    with django_assert_num_queries(len(captured)):
        page.get(reverse("resource_list"))


def test_resource_list_without_rows_says_what_to_do_first(page):
    assert "登记第一项资源" in page.get(reverse("resource_list")).content.decode()


def test_resource_detail_shows_what_it_was_used_for(page, branch):
    claim = ClaimFactory(pairing=PairingFactory(branch_a=branch))

    response = page.get(reverse("resource_detail", args=[claim.resource.pk]))

    assert response.context["use"].loose_claims == [claim]
    assert claim.demand.title in response.content.decode()


def test_resource_detail_of_a_stranger_is_not_found(page):
    assert page.get(reverse("resource_detail", args=[ResourceFactory().pk])).status_code == 404


def test_resource_phone_is_masked_for_a_stranger_of_a_county_wide_resource(page):
    shared = ResourceFactory(sharing=Sharing.COUNTY, contact_phone="13812341234")

    response = page.get(reverse("resource_detail", args=[shared.pk]))

    assert response.context["phone"] == "138****1234"
    assert "13812341234" not in response.content.decode()


@pytest.mark.parametrize(("button", "state"), [("publish", "published"), ("draft", "draft")])
def test_resource_new_is_submitted_or_kept_as_a_draft(page, branch, button, state):
    response = page.post(reverse("resource_new"), form_data(**{button: "yes"}))

    resource = Resource.objects.get()
    assert response.url == reverse("resource_detail", args=[resource.pk])
    assert (resource.branch, resource.state) == (branch, state)
    assert resource.help_kinds == ["lecture", "advice"]
    assert [aspect.name for aspect in resource.aspects.all()] == ["市场监管"]


def test_resource_new_suggests_the_contact_of_the_branch(page):
    form = page.get(reverse("resource_new")).context["form"]

    assert (form["contact_name"].value(), form["contact_phone"].value()) == ("周同志", "13800001111")


def test_resource_new_keeps_what_was_typed_beside_the_fault(page):
    response = page.post(reverse("resource_new"), form_data(capacity_per_month=0, publish="yes"))

    form = response.context["form"]
    assert form.errors == {"capacity_per_month": ["每月可承接次数须大于 0；不限次数请留空。"]}
    assert form["title"].value() == "公职律师普法讲座"


def test_resource_new_with_a_title_too_long_is_refused_beside_the_field(page):
    response = page.post(reverse("resource_new"), form_data(title="长" * 121))

    assert list(response.context["form"].errors) == ["title"]


def test_resource_new_is_forbidden_without_a_seat_that_writes(client):
    office = logged_in(client, UserFactory(office=True))

    assert office.get(reverse("resource_new")).status_code == 403


def test_resource_edit_saves(page, branch):
    resource = ResourceFactory(branch=branch, title="旧名")

    page.post(reverse("resource_edit", args=[resource.pk]), form_data())

    resource.refresh_from_db()
    assert (resource.title, resource.state) == ("公职律师普法讲座", "published")


def test_resource_edit_tells_which_directions_and_items_came_and_went(page, branch):
    resource = ResourceFactory(branch=branch)
    old, new = (ServiceAspectFactory(name=name) for name in ("法治宣传", "民生服务"))
    item = ServiceItemFactory(name="普法宣讲")
    resource.aspects.set([old])
    page.post(reverse("resource_edit", args=[resource.pk]), form_data(aspects=[new.pk], items=[item.pk]))

    told = page.get(reverse("resource_detail", args=[resource.pk])).context["trail"][0]["text"].split("；")
    assert {"服务方向：增加民生服务，去掉法治宣传", "服务事项：增加普法宣讲"} <= set(told)


def test_resource_edited_in_two_windows_is_told_once(page, branch):
    resource = ResourceFactory(branch=branch, title="旧名")
    url = reverse("resource_edit", args=[resource.pk])
    opened = form_data(seen=page.get(url).context["form"]["seen"].value())
    page.post(url, opened | {"title": "第一个窗口"})

    told = page.post(url, opened | {"title": "第二个窗口"})
    resource.refresh_from_db()
    assert resource.title == "第一个窗口"
    (sentence,) = told.context["form"].non_field_errors()
    assert "资源名称（现在是“第一个窗口”）" in sentence

    page.post(url, opened | {"title": "第二个窗口", "seen": told.context["form"]["seen"].value()})
    resource.refresh_from_db()
    assert resource.title == "第二个窗口"


@pytest.mark.parametrize("name", ["resource_edit", "resource_withdraw"])
def test_resource_pages_that_write_are_forbidden_to_the_partner(page, branch, name):
    theirs = ResourceFactory(branch=PairingFactory(branch_a=branch).branch_b)

    assert page.get(reverse(name, args=[theirs.pk])).status_code == 403


def test_resource_withdraw_needs_a_reason(page, branch):
    resource = ResourceFactory(branch=branch)
    url = reverse("resource_withdraw", args=[resource.pk])

    refused = page.post(url, {"reason": ""})
    page.post(url, {"reason": "人员调走"})

    resource.refresh_from_db()
    assert refused.context["form"].errors == {"reason": ["请写明理由。"]}
    assert resource.state == "withdrawn"


def test_resource_publish_brings_a_withdrawn_one_back(page, branch):
    resource = ResourceFactory(branch=branch, state=ResourceState.WITHDRAWN)

    page.post(reverse("resource_publish", args=[resource.pk]))

    resource.refresh_from_db()
    assert resource.state == "published"


def test_resource_publish_twice_is_refused_with_a_sentence(page, branch):
    resource = ResourceFactory(branch=branch)

    response = page.post(reverse("resource_publish", args=[resource.pk]), follow=True)

    assert [str(each) for each in response.context["messages"]] == [
        "这项资源已经是“可用”，这一步办过了，不必再办。"
    ]


def test_resource_detail_needs_few_queries(page, branch, django_assert_max_num_queries):
    claim = ClaimFactory(pairing=PairingFactory(branch_a=branch))

    with django_assert_max_num_queries(12):
        page.get(reverse("resource_detail", args=[claim.resource.pk]))


def test_resource_form_needs_few_queries(page, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page.get(reverse("resource_new"))


def test_resource_whose_month_is_promised_is_full_in_list_filter_and_detail(page, branch):
    """Neither a declined claim, another month, nor a month without a limit makes a resource full."""
    pairing, today = PairingFactory(branch_a=branch), timezone.localdate()
    full, half, free, later, unlimited = (
        ResourceFactory(branch=branch, title=title, capacity_per_month=limit)
        for title, limit in (("满", 3), ("半", 4), ("闲", 1), ("下月", 1), ("不限", None))
    )
    for resource in (full, half, unlimited):
        ClaimFactory(pairing=pairing, resource=resource, visit_count=2)
        ClaimFactory(pairing=pairing, resource=resource, visit_count=1, wanted_on=today)
    ClaimFactory(pairing=pairing, resource=free, declined=True)
    ClaimFactory(pairing=pairing, resource=later, wanted_on=today + timedelta(days=40))

    listed = page.get(reverse("resource_list"))
    filtered = page.get(reverse("resource_list"), {"state": "full"})

    assert {row.title for row in listed.context["page"] if row.is_full} == {"满"}
    assert listed.content.decode().count("</i>已占满</span>") == 1
    assert titles(filtered) == ["满"]
    details = [page.get(reverse("resource_detail", args=[each.pk])) for each in (full, half)]
    assert [each.context["resource"].is_full for each in details] == [True, False]


@pytest.mark.parametrize(
    ("longitude", "latitude", "faults"),
    [
        ("112.193", "27.457", {}),
        ("", "", {}),
        ("112.193", "", {"latitude": ["经度、纬度要一起填：请补上纬度，或者两个都清空。"]}),
        ("181", "27", {"longitude": ["经度须在 -180 到 180 之间。"]}),
        ("112", "-91", {"latitude": ["纬度须在 -90 到 90 之间。"]}),
        ("27.457", "112.193", {"latitude": ["纬度须在 -90 到 90 之间。"]}),
        ("112.1934567", "27", {"longitude": ["经度最多写 6 位小数，例如 27.457。"]}),
    ],
)
def test_coordinates_are_refused_beside_their_fields_which_open(page, longitude, latitude, faults):
    response = page.post(reverse("resource_new"), form_data(longitude=longitude, latitude=latitude))

    assert (response.status_code == 302, Resource.objects.count()) == (not faults, int(not faults))
    if faults:
        assert response.context["form"].errors == faults
        assert '<details class="more-fields" open>' in response.content.decode()


@pytest.mark.parametrize(
    ("phone", "is_fine"),
    [("abc", False), ("1234", False), ("138****1234", True), ("办公室 0738-6821234", True)],
)
def test_telephone_number_that_is_none_is_refused_beside_its_field(page, phone, is_fine):
    response = page.post(reverse("resource_new"), form_data(contact_phone=phone))

    assert (response.status_code == 302, Resource.objects.count()) == (is_fine, int(is_fine))
    if not is_fine:
        assert response.context["form"].errors == {
            "contact_phone": ["没有认出电话号码：至少要有 5 位数字，请核对，或留空。"]
        }


def test_words_a_row_holds_in_place_of_a_number_stay_when_something_else_is_changed(page, branch):
    resource = ResourceFactory(branch=branch, contact_phone="同上")

    page.post(reverse("resource_edit", args=[resource.pk]), form_data(title="新名称", contact_phone="同上"))

    resource.refresh_from_db()
    assert (resource.title, resource.contact_phone) == ("新名称", "同上")
