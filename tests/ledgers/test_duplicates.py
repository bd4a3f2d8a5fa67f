"""Rows that look alike: shown side by side, merged with their history, or told apart for good."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.models import AuditEntry
from ledgers.selectors.duplicates import likely_duplicates
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory
from tests.factories.plans import PairingFactory

pytestmark = pytest.mark.django_db
URL = "duplicate_settle"


@pytest.fixture
def pairing():
    return PairingFactory()


@pytest.fixture
def person(pairing):
    return UserFactory(secretary_of=pairing.branch_a)


@pytest.fixture
def page(client, person):
    client.force_login(person)
    return client


def shown(person) -> list[tuple[str, str]]:
    return [(pair.first.title, pair.second.title) for pair in likely_duplicates(person)]


def test_duplicates_need_a_likeness_a_common_topic_and_an_own_row(
    pairing, person, django_assert_max_num_queries
):
    law, farm = ServiceAspectFactory(name="法律"), ServiceAspectFactory(name="农业")
    own, partner = pairing.branch_a, pairing.branch_b
    DemandFactory(branch=own, title="村口路灯坏了需要维修", aspect=law)
    DemandFactory(branch=own, title="村口路灯坏了，需要维修！", aspect=law)
    DemandFactory(branch=own, title="村口路灯坏了需要维修", aspect=farm)
    DemandFactory(branch=partner, title="村口 路灯坏了需维修", aspect=farm)
    DemandFactory(branch=partner, title="请律师讲课", aspect=law)
    DemandFactory(title="村口路灯坏了需要维修", aspect=law)
    ResourceFactory(branch=partner, title="普法讲座", aspects=[law])
    ResourceFactory(branch=partner, title="普法讲座", aspects=[law])

    with django_assert_max_num_queries(10):
        found = shown(person)

    assert sorted(found) == [
        ("村口路灯坏了需要维修", "村口 路灯坏了需维修"),
        ("村口路灯坏了需要维修", "村口路灯坏了，需要维修！"),
    ]


def test_resources_that_name_no_aspect_are_compared_by_their_kind(pairing, person):
    for kind, title in (("position", "会议室"), ("position", "会 议室"), ("goods", "会议室")):
        ResourceFactory(branch=pairing.branch_a, kind=kind, title=title, aspects=[])
    assert shown(person) == [("会议室", "会 议室")]


def test_rows_told_apart_are_shown_no_more(page, person, pairing):
    first, second = DemandFactory.create_batch(2, branch=pairing.branch_a, title="修路灯")
    data = {"page": "demand_list", "first": first.pk, "second": second.pk, "action": "apart"}

    assert "修路灯" in page.get(reverse("duplicate_list")).content.decode()
    for _ in range(2):
        page.post(reverse(URL), data)

    assert shown(person) == []


def test_resources_are_merged_with_both_histories(page, person, pairing):
    law, farm = ServiceAspectFactory(name="法律"), ServiceAspectFactory(name="农业")
    kept = ResourceFactory(branch=pairing.branch_a, title="普法讲座", aspects=[law], help_kinds=["lecture"])
    other = ResourceFactory(
        branch=pairing.branch_a, title="普法讲座", aspects=[law, farm], help_kinds=["advice", "lecture"]
    )
    data = {"page": "resource_list", "first": kept.pk, "second": other.pk, "action": "keep_first"}

    refused = page.post(reverse(URL), data, follow=True)
    assert [str(message) for message in refused.context["messages"]] == ["请写明合并的理由。"]
    page.post(reverse(URL), data | {"reason": "登记了两遍"})

    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.help_kinds, other.state) == (["lecture", "advice"], "withdrawn")
    assert sorted(aspect.name for aspect in kept.aspects.all()) == ["农业", "法律"]
    trails = AuditEntry.objects.filter(target_id__in=[kept.pk, other.pk]).values_list("target_id", "action")
    assert set(trails) == {(kept.pk, "resource.merge"), (other.pk, "resource.withdrawn")}
    assert shown(person) == []


def test_demands_are_merged_by_the_ledgers_own_merge(page, pairing):
    first, second = DemandFactory.create_batch(2, branch=pairing.branch_a, title="修路灯")
    data = {"page": "demand_list", "first": first.pk, "second": second.pk, "action": "keep_second"}

    page.post(reverse(URL), data | {"reason": "重复"})

    first.refresh_from_db()
    assert (first.state, second.origins.get().origin) == ("withdrawn", first)


@pytest.mark.parametrize("action", ["keep_first", "apart"])
def test_rows_of_others_cannot_be_settled(page, pairing, action):
    own = ResourceFactory(branch=pairing.branch_a)
    partners = ResourceFactory(branch=pairing.branch_b)
    strangers = ResourceFactory(sharing="county")
    data = {"page": "resource_list", "first": own.pk, "action": action, "reason": "重复"}

    for other in (partners, strangers) if action == "keep_first" else (strangers,):
        page.post(reverse(URL), data | {"second": other.pk})
        other.refresh_from_db()
        assert other.state == "published"
    assert not AuditEntry.objects.filter(action="resource.merge").exists()
