"""On a phone: a resource is found by two letters of pinyin."""

from __future__ import annotations

import pytest

from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import ResourceFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
PASSWORD = "two-letters-2026"


def test_resource_is_found_by_two_pinyin_letters_on_a_phone(window):
    branch = BranchFactory()
    person = UserFactory(secretary_of=branch)
    person.set_password(PASSWORD)
    person.save()
    for title in ("普法讲座", "投影仪", "义诊服务"):
        ResourceFactory(branch=branch, title=title)
    watched = window("phone")
    watched.login(person.username, PASSWORD)

    watched.page.fill(".topbar-search input", "pf")
    watched.page.press(".topbar-search input", "Enter")
    watched.page.wait_for_url("**/search/?q=pf")
    watched.look()
    found = watched.page.locator(".row-list a").all_inner_texts()
    watched.page.click("text=普法讲座")
    watched.page.wait_for_selector("h1:has-text('普法讲座')")

    assert found == ["普法讲座"]
