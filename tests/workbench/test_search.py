"""The search above every page: all kinds, by pinyin too, and only what one may see."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.activities import ActivityFactory, ParticipationFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory(
        branch_a=BranchFactory(name="城北社区党支部"), branch_b=BranchFactory(name="烟草党支部")
    )


@pytest.fixture
def page(client, pairing):
    client.force_login(UserFactory(secretary_of=pairing.branch_a))
    return client


def found(response) -> dict[str, list[str]]:
    return {group.label: [hit.title for hit in group.hits] for group in response.context["groups"]}


def test_search_finds_every_kind_by_pinyin_within_few_queries(page, pairing, django_assert_max_num_queries):
    demand = DemandFactory(branch=pairing.branch_b, title="路灯维修")
    order = PlanOrderFactory(pairing=pairing, demand=demand)
    ActivityFactory(pairing=pairing, plan_order=order, title="晚上修灯", announced=True)
    ResourceFactory(branch=pairing.branch_a, title="路灯维修队")

    with django_assert_max_num_queries(12):
        response = page.get(reverse("search"), {"q": "ldwx"})

    assert found(response) == {
        "需求": ["路灯维修"],
        "资源": ["路灯维修队"],
        "计划定单": [f"{order.number} 路灯维修"],
        "活动": ["晚上修灯"],
    }
    everywhere = found(page.get(reverse("search"), {"q": "cbsq"}))
    assert everywhere["党组织"] == ["城北社区党支部"]
    assert "路灯维修队" in everywhere["资源"]


def test_search_shows_nothing_of_strangers(page, pairing):
    stranger = PlanOrderFactory(demand__title="路灯维修")
    ActivityFactory(pairing=stranger.pairing, plan_order=stranger, title="路灯维修", announced=True)
    ResourceFactory(title="路灯维修")
    DemandFactory(branch=pairing.branch_b, title="路灯维修", draft=True)

    assert found(page.get(reverse("search"), {"q": "路灯"})) == {}


def test_guest_of_an_activity_finds_it_by_its_title_but_not_by_the_demand(page, pairing):
    order = PlanOrderFactory(demand__title="路灯维修", demand__description="欠着电费")
    visit = ActivityFactory(pairing=order.pairing, plan_order=order, title="晚上修灯", announced=True)
    ParticipationFactory(activity=visit, branch=pairing.branch_a)

    assert found(page.get(reverse("search"), {"q": "修灯"})) == {"活动": ["晚上修灯"]}
    assert found(page.get(reverse("search"), {"q": "电费"})) == {}


def test_search_names_the_list_with_the_rest(page, pairing):
    ResourceFactory.create_batch(8, branch=pairing.branch_a, title="路灯维修")

    [group] = page.get(reverse("search"), {"q": "路灯"}).context["groups"]

    assert len(group.hits) == 6
    assert group.more_url == reverse("resource_list") + "?q=%E8%B7%AF%E7%81%AF"


@pytest.mark.parametrize("typed", ["", "   ", "，", "\x00", "a" * 5000, "'"])
def test_search_for_nothing_finds_nothing(page, typed):
    assert found(page.get(reverse("search"), {"q": typed})) == {}
