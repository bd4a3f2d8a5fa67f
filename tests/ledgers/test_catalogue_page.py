"""The service catalogue in the browser."""

from __future__ import annotations

import pytest
from django.urls import reverse

from ledgers.models import LexiconTerm
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import ServiceAspectFactory, ServiceItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    return client


def items_shown(response) -> list[str]:
    return [item.name for aspect in response.context["shown"] for item in aspect.shown_items]


def test_service_item_list_shows_one_aspect_at_a_time(page):
    aspect = ServiceAspectFactory(name="临时方面", position=999)
    item = ServiceItemFactory(aspect=aspect)

    response = page.get(reverse("service_item_list"), {"aspect": aspect.pk})

    assert items_shown(response) == [item.name]


def test_service_item_list_finds_items_by_their_lexicon(page):
    item = ServiceItemFactory(aspect=ServiceAspectFactory(name="临时方面"))
    LexiconTerm.objects.create(item=item, relation="colloquial", text="屋场夜话会")

    assert items_shown(page.get(reverse("service_item_list"), {"q": "夜话"})) == [item.name]


def test_service_item_list_needs_few_queries(page, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page.get(reverse("service_item_list"))
