"""Suggestions on the forms, and the page that confirms them in bulk."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.models import AuditEntry
from ledgers.models import Demand, ServiceItem
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory

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
