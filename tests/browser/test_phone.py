"""On a phone, counted in taps and keys: a demand is entered, a resource found by two letters of pinyin."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from ledgers.models import Demand
from pairing.plans.models import Pairing
from tests.browser.watch import VIEWPORTS, Watched
from tests.factories.activities import ActivityFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import ResourceFactory
from tests.factories.plans import PairingFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
PASSWORD = "two-letters-2026"
BOTTOM_BAR, TITLE = ".bottom-bar", "村民不懂防诈骗，想请人来讲"


@dataclass
class Hand:
    """One thumb on the screen. It taps only what it sees: nothing has to be looked for by scrolling."""

    watched: Watched
    taps: int = 0
    keys: int = 0

    def tap(self, place: Locator | str) -> None:
        target = self.watched.page.locator(place) if isinstance(place, str) else place
        expect(target).to_be_visible()
        box = target.bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= box["y"] + box["height"] <= VIEWPORTS["phone"][1], f"scroll to {place}"
        target.tap()
        self.taps += 1

    def type(self, text: str) -> None:
        self.watched.page.keyboard.type(text)
        self.keys += len(text)

    def press(self, key: str) -> None:
        self.watched.page.keyboard.press(key)
        self.keys += 1


@pytest.fixture
def watched(window) -> Watched:
    pairing = PairingFactory(branch_a=BranchFactory(name="和谐村党支部"))
    person = UserFactory(secretary_of=pairing.branch_a)
    person.set_password(PASSWORD)
    person.save()
    for title in ("普法讲座", "投影仪", "义诊服务"):
        ResourceFactory(branch=pairing.branch_a, title=title)
    phone = window("phone")
    phone.login(person.username, PASSWORD)
    return phone


def test_demand_is_entered_and_a_resource_found_in_a_few_taps(watched):
    page, hand = watched.page, Hand(watched)
    hand.tap(page.locator(BOTTOM_BAR).get_by_role("link", name="三单"))
    hand.tap(page.locator(".ledger-tabs").get_by_role("link", name="需求账单"))
    hand.tap(page.get_by_role("link", name="登记需求", exact=True))
    hand.tap("#id_title")
    hand.type(TITLE)
    hand.tap(page.locator("#suggested label", has_text="反诈").first)
    hand.tap(page.locator("button[name=publish]"))
    expect(page.locator("h1")).to_have_text(TITLE)
    watched.look()
    demand = Demand.objects.get()
    [item] = demand.items.all()
    assert (demand.state, demand.aspect, demand.title) == ("open", item.aspect, TITLE)
    entered = (hand.taps, hand.keys)

    hand = Hand(watched)
    hand.tap(".topbar-search input")
    hand.type("pf")
    hand.press("Enter")
    page.wait_for_url("**/search/?q=pf")
    watched.look()
    assert page.locator(".row-list a").all_inner_texts() == ["普法讲座"]
    hand.tap(page.get_by_role("link", name="普法讲座"))
    expect(page.locator("h1")).to_have_text("普法讲座")

    assert (entered, hand.taps, hand.keys) == ((6, len(TITLE)), 2, 3)


def test_calendar_lists_the_coming_days_and_turns_back_to_the_past(watched):
    pairing = Pairing.objects.get()
    for title, when in (("下周的党课", "announced"), ("上周的座谈", "archived")):
        ActivityFactory(pairing=pairing, title=title, **{when: True})
    page, hand = watched.page, Hand(watched)

    watched.goto("/calendar/")
    calendar = page.locator("#calendar")
    expect(calendar).to_contain_text("下周的党课")
    expect(calendar).not_to_contain_text("上周的座谈")
    watched.look()
    buttons = calendar.locator("button")
    assert buttons.all_inner_texts()[2:] == ["今天", "30 天", "整月"]
    sizes = buttons.evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    assert min(sizes) >= 40

    hand.tap(calendar.get_by_role("button").first)
    expect(calendar).to_contain_text("上周的座谈")
    page.reload()
    expect(calendar).to_contain_text("上周的座谈")
    expect(calendar).not_to_contain_text("下周的党课")
