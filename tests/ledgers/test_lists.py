"""The two lists: pinyin, columns, saved views, and steps for many rows at once."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry
from core.pages import KeysFirst
from ledgers.enums import DemandState, ResourceState, Sharing
from ledgers.models import Resource, SavedView
from ledgers.selectors.usage import with_full
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch():
    return BranchFactory(name="城北社区党支部")


@pytest.fixture
def person(branch):
    return UserFactory(secretary_of=branch)


@pytest.fixture
def page(client, person):
    client.force_login(person)
    return client


def titles(response) -> list[str]:
    return [row.title for row in response.context["page"]]


def sentences(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_list_is_searched_by_pinyin_of_row_and_branch_and_sorted_by_it(page, branch):
    for title in ("重庆火锅食材捐赠", "长沙参观学习", "安全用电检查"):
        ResourceFactory(branch=branch, title=title)
    ResourceFactory(branch=BranchFactory(name="城南社区党支部"), title="安全检查", sharing=Sharing.COUNTY)

    assert titles(page.get(reverse("resource_list"), {"q": "aq"})) == ["安全用电检查", "安全检查"]
    assert titles(page.get(reverse("resource_list"), {"q": "cbsq aq"})) == ["安全用电检查"]
    assert titles(page.get(reverse("resource_list"), {"q": "城南 安全"})) == ["安全检查"]
    assert titles(page.get(reverse("resource_list"), {"sort": "title", "mine": "on"})) == [
        "安全用电检查",
        "长沙参观学习",
        "重庆火锅食材捐赠",
    ]


@pytest.mark.parametrize("kind", ["resource", "demand"])
def test_list_leads_those_who_keep_it_to_the_import_of_their_sheet(kind, page, client, branch):
    link = f'href="{reverse("import_upload", args=[f"{kind}s"])}"'
    assert link in page.get(reverse(f"{kind}_list")).content.decode()
    client.force_login(UserFactory(auditor=True))
    assert link not in client.get(reverse(f"{kind}_list")).content.decode()


@pytest.mark.parametrize("few", [0, 2000])
def test_pages_hold_every_row_once_and_in_order(branch, few):
    for number, title in enumerate(("丁", "甲", "丙", "乙", "甲"), start=1):
        ResourceFactory(branch=branch, serial=number, title=title, state=ResourceState.PUBLISHED)
    ResourceFactory(branch=branch, title="草稿", draft=True)
    rows = with_full(Resource.objects.published(), today=timezone.localdate())
    paginator = KeysFirst(rows.order_by("-title_key", "pk"), 2)
    paginator.few = few

    pages = [list(paginator.page(number)) for number in paginator.page_range]

    assert [[row.serial for row in page] for page in pages] == [[4, 2], [5, 1], [3]]
    assert {row.is_full for page in pages for row in page} == {False}
    assert list(KeysFirst(rows.none(), 2).get_page(7)) == []


def test_list_shows_the_columns_of_the_address(page, branch):
    ResourceFactory(branch=branch, place="三楼活动室")
    url = reverse("resource_list")

    usual = page.get(url).content.decode()
    chosen = page.get(url, {"col": ["place", "nonsense"]})

    assert ("三楼活动室" in usual, 'data-label="类别"' in usual) == (False, True)
    assert chosen.context["columns"] == {"place"}
    assert "三楼活动室" in chosen.content.decode()


def test_saved_view_opens_by_itself_and_can_be_left(page, person, branch):
    ResourceFactory(branch=branch, title="活动室", kind="position")
    ResourceFactory(branch=branch, title="律师")
    save, url = reverse("resource_view_save"), reverse("resource_list")

    saved = page.post(save, {"name": "阵地", "query": "kind=position&page=3&q=", "is_default": "on"})

    assert saved.url == f"{url}?kind=position"
    assert titles(page.get(url, follow=True)) == ["活动室"]
    assert len(titles(page.get(url, {"all": 1}))) == 2
    page.post(save, {"name": "律师", "query": "q=lvshi", "is_default": "on"})
    assert [view.name for view in person.saved_views.filter(is_default=True)] == ["律师"]
    page.post(reverse("saved_view_remove", args=[SavedView.objects.get(name="律师").pk]))
    assert [view.name for view in person.saved_views.all()] == ["阵地"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": " ", "query": "kind=goods"}, "请给这个视图起个名字。"),
        (
            {"name": "空", "query": "page=2&q="},
            "现在没有筛选、排序或选列，没有什么可保存的。请先筛选，再保存。",
        ),
    ],
)
def test_saved_view_without_name_or_condition_is_refused(page, data, sentence):
    response = page.post(reverse("demand_view_save"), data, follow=True)

    assert sentences(response) == [sentence]
    assert not SavedView.objects.exists()


def test_bulk_says_how_many_were_done_and_which_were_not_and_why(page, branch):
    rows = ResourceFactory.create_batch(2, branch=branch)
    draft = ResourceFactory(branch=branch, title="草稿资源", draft=True)
    withdrawn = ResourceFactory(branch=branch, title="旧书屋", state=ResourceState.WITHDRAWN)
    ids = [row.pk for row in (*rows, draft, withdrawn)]
    data = {"action": "withdraw", "reason": "人员调走", "row": ids, "back": "kind=professional"}

    response = page.post(reverse("resource_bulk"), data, follow=True)

    assert response.redirect_chain == [(reverse("resource_list") + "?kind=professional", 302)]
    done, refused = sentences(response)
    assert done == "停用：办好 3 行。"
    assert refused.startswith("停用：有 1 行没有办。“旧书屋”：这项资源已经是“停用”")
    assert set(Resource.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert AuditEntry.objects.filter(action="resource.withdrawn", reason="人员调走").count() == 3


@pytest.mark.parametrize("foreign", ["partners_own", "hidden", "not_there"])
def test_bulk_with_one_foreign_row_among_ten_does_nothing_at_all(page, branch, foreign):
    rows = DemandFactory.create_batch(9, branch=branch)
    others = {"partners_own": shared_demand(branch), "hidden": DemandFactory().pk, "not_there": 10**9}
    ids = [*(row.pk for row in rows), others[foreign]]
    data = {"action": "suspend", "reason": "等经费", "row": ids}

    response = page.post(reverse("demand_bulk"), data, follow=True)

    assert sentences(response) == ["选中的 10 行里有 1 行不归您办理，整批都没有办理。请去掉这些行再办。"]
    for row in rows:
        row.refresh_from_db()
    assert {row.state for row in rows} == {DemandState.OPEN}


def shared_demand(branch) -> int:
    from tests.factories.plans import PairingFactory

    return DemandFactory(branch=PairingFactory(branch_a=branch).branch_b).pk


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"action": "suspend", "reason": "等经费"}, "还没有选中任何一行，请先在列表左边打勾。"),
        ({"action": "suspend", "reason": " "}, "请写明理由，再办理选中的行。"),
        ({"action": "return", "reason": "不全"}, "没有这种办理方式，请重新选择。"),
        ({"reason": "等经费"}, "请选择要怎样办理。"),
    ],
)
def test_bulk_without_rows_reason_or_right_is_refused(page, branch, data, sentence):
    row = DemandFactory(branch=branch)
    if sentence[:2] != "还没":
        data = data | {"row": [row.pk]}

    assert sentences(page.post(reverse("demand_bulk"), data, follow=True)) == [sentence]


@pytest.mark.parametrize("name", ["resource_list", "demand_list"])
def test_list_needs_the_same_few_queries_for_any_length(
    page, person, branch, name, django_assert_max_num_queries, django_assert_num_queries
):
    aspect = ServiceAspectFactory()
    SavedView.objects.create(user=person, page=name, name="常用", query="mine=on")

    def more(count: int) -> None:
        ResourceFactory.create_batch(count, branch=branch, aspects=[aspect])
        DemandFactory.create_batch(count, branch=branch, aspect=aspect)

    more(1)
    with django_assert_max_num_queries(12) as captured:
        page.get(reverse(name), {"q": "cbsq", "sort": "title"})
    more(10)
    with django_assert_num_queries(len(captured)):
        page.get(reverse(name), {"q": "cbsq", "sort": "title"})
