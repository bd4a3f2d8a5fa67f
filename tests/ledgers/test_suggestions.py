"""Suggestions on the forms, and the page that confirms them in bulk."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.models import AuditEntry
from ledgers.models import Demand, ServiceItem
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import (
    DemandFactory,
    ResourceFactory,
    ServiceAspectFactory,
    ServiceItemFactory,
)

pytestmark = pytest.mark.django_db
TALK = {"title": "零售户法律意识薄弱", "description": "不少店主说不清哪些做法违法，想请人来宣讲"}


@pytest.fixture
def branch():
    return BranchFactory()


@pytest.fixture
def mine(client, branch):
    client.force_login(UserFactory(secretary_of=branch))
    return client


@pytest.fixture
def law():
    return ServiceItem.objects.get(name="普法宣讲")


@pytest.mark.parametrize("name", ["demand_new", "resource_new"])
def test_form_suggests_while_one_types_and_keeps_what_is_ticked(mine, law, name):
    answer = mine.post(reverse(name), TALK | {"suggest": "yes", "items": [law.pk]})
    [first, *_] = answer.context["found"].items
    assert (first.value, first.is_ticked, first.percent >= 50) == (law.pk, True, True)
    assert "因为“" in answer.content.decode()
    assert Demand.objects.count() == 0


def test_form_asks_for_suggestions_under_its_text(mine):
    assert 'id="suggested"' in mine.get(reverse("demand_new")).content.decode()


def test_nothing_is_suggested_for_an_empty_text(mine):
    assert mine.post(reverse("demand_new"), {"suggest": "yes"}).content.decode().strip() == ""


def test_page_lists_rows_without_an_item_and_confirms_the_ticked_ones(mine, branch, law):
    told = DemandFactory(branch=branch, **TALK)
    left = DemandFactory(branch=branch, title="果树生虫")
    named = DemandFactory(branch=branch, title="已确认")
    named.items.add(law)
    offer = ResourceFactory(branch=branch, title="农技员下田指导")
    DemandFactory(title="别家的")
    page = mine.get(reverse("item_confirm"))
    assert [each.row.title for each in page.context["rows"]] == [told.title, left.title, offer.title]
    assert page.context["rows"][0].items[0].value == law.pk
    mine.post(
        reverse("item_confirm"),
        {
            "row": [f"demand-{told.pk}", f"resource-{offer.pk}"],
            f"demand-{told.pk}": law.pk,
            f"resource-{offer.pk}": ServiceItem.objects.get(name="农技指导").pk,
            f"demand-{left.pk}": law.pk,
        },
    )
    assert [[item.name for item in row.items.all()] for row in (told, left, named, offer)] == [
        ["普法宣讲"],
        [],
        ["普法宣讲"],
        ["农技指导"],
    ]
    assert AuditEntry.objects.filter(action="demand.item_confirm").count() == 1


def test_foreign_row_and_retired_item_are_refused(mine, branch, law):
    foreign, own = DemandFactory(), DemandFactory(branch=branch)
    mine.post(reverse("item_confirm"), {"row": f"demand-{foreign.pk}", f"demand-{foreign.pk}": law.pk})
    law.retired_on, law.retired_reason = "2026-01-01", "并入别的事项"
    law.save()
    mine.post(reverse("item_confirm"), {"row": f"demand-{own.pk}", f"demand-{own.pk}": law.pk})
    assert (foreign.items.count(), own.items.count()) == (0, 0)


def test_page_asks_the_same_few_queries_for_more_rows(mine, branch, django_assert_max_num_queries):
    for _ in range(5):
        DemandFactory(branch=branch, **TALK)
    with django_assert_max_num_queries(12):
        mine.get(reverse("item_confirm"))


def test_every_row_can_be_given_any_item_in_use(mine, branch, law):
    aspect = ServiceAspectFactory(name="产业“发展”")
    ServiceItemFactory(aspect=aspect, name="修<渠>")
    for _ in range(2):
        DemandFactory(branch=branch, **TALK)
    html = mine.get(reverse("item_confirm")).content.decode()
    assert html.count(f'<option value="{law.pk}">{law.aspect.name} · {law.name}</option>') == 2
    assert html.count("产业“发展” · 修&lt;渠&gt;</option>") == 2


def test_one_click_confirms_item_kind_and_audience_of_one_row(mine, branch, law):
    told, other = (DemandFactory(branch=branch, **TALK) for _ in range(2))
    [first, _] = mine.get(reverse("item_confirm")).context["rows"]
    assert ([each.value for each in first.help_kinds], [each.value for each in first.audiences]) == (
        ["lecture", "advice"],
        ["merchants"],
    )
    assert all(each.words for each in (*first.items, *first.help_kinds, *first.audiences))
    key = f"demand-{told.pk}"
    mine.post(
        reverse("item_confirm"),
        {
            "only": key,
            "row": [f"demand-{other.pk}"],
            key: law.pk,
            f"demand-{other.pk}": law.pk,
            f"{key}-help_kinds": "lecture",
            f"{key}-audiences": "merchants",
        },
    )
    told.refresh_from_db()
    assert (
        [item.name for item in told.items.all()],
        told.help_kinds,
        told.audiences,
        other.items.count(),
    ) == (
        ["普法宣讲"],
        ["lecture"],
        ["merchants"],
        0,
    )
    [entry] = AuditEntry.objects.filter(action="demand.item_confirm")
    assert entry.changes == {
        "items": [[], ["普法宣讲"]],
        "服务方式": ["", "宣讲"],
        "服务对象类别": ["", "商户经营者"],
    }


def test_filled_field_is_not_suggested_nor_overwritten_and_odd_choice_is_refused(mine, branch, law):
    row = DemandFactory(branch=branch, help_kinds=["advice"], **TALK)
    [shown] = mine.get(reverse("item_confirm")).context["rows"]
    assert shown.help_kinds == []
    key = f"demand-{row.pk}"
    odd = mine.post(
        reverse("item_confirm"), {"only": key, key: law.pk, f"{key}-audiences": "martians"}, follow=True
    )
    assert "不在可选范围内" in str(next(iter(odd.context["messages"])))
    assert row.items.count() == 0
    mine.post(reverse("item_confirm"), {"only": key, key: law.pk, f"{key}-help_kinds": "lecture"})
    row.refresh_from_db()
    assert (row.items.count(), row.help_kinds) == (1, ["advice"])


def test_rows_nobody_can_name_do_not_hide_those_behind_them(mine, branch):
    DemandFactory.create_batch(14, branch=branch, title="无")
    ResourceFactory.create_batch(3, branch=branch)
    pages = [mine.get(reverse("item_confirm"), {"page": page}).context["rows"] for page in (1, 2)]
    assert [[each.kind for each in rows] for rows in pages] == [
        ["demand"] * 14 + ["resource"],
        ["resource"] * 2,
    ]
    assert len({each.key for rows in pages for each in rows}) == 17


def test_nothing_ticked_is_told(mine, branch):
    DemandFactory(branch=branch, **TALK)
    answer = mine.post(reverse("item_confirm"), {}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "没有确认任何条目：请先勾选，并给每条选好服务事项。"
    ]


@pytest.mark.parametrize(
    ("name", "factory", "words"),
    [
        ("demand_list", DemandFactory, "有 2 条需求还没有"),
        ("resource_list", ResourceFactory, "有 2 项资源还没有"),
    ],
)
def test_ledger_leads_to_what_wants_an_item(
    mine, branch, law, django_assert_max_num_queries, name, factory, words
):
    rows = factory.create_batch(2, branch=branch)
    factory()
    with django_assert_max_num_queries(12):
        page = mine.get(reverse(name)).content.decode()
    assert (words in page, reverse("item_confirm") in page) == (True, True)
    for row in rows:
        row.items.add(law)
    assert reverse("item_confirm") not in mine.get(reverse(name)).content.decode()
