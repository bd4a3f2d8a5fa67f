"""The story in two windows of a real browser: one secretary on a phone, the other on an office PC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from branches.enums import Role
from branches.models import Branch
from ledgers.models import Demand
from pairing.activities.models import Activity
from pairing.activities.tasks import schedule
from pairing.imports.registry import BOOKS
from pairing.imports.services.intake import ledger_import
from pairing.plans.models import PlanOrder
from tests.browser.watch import Watched
from tests.factories.branches import MembershipFactory, UserFactory
from tests.imports.workbooks import TERMS, demo_book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
MONDAY = datetime(2025, 12, 1, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
DEMAND = "独自开店的残疾店主续期快到，出门不方便"
PASSWORD = "two-windows-one-story-2025"


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY) as traveller:
        yield traveller


@pytest.fixture
def county(clock, settings) -> None:
    for kind in BOOKS:
        content = demo_book(kind).read_bytes()
        ledger_import(kind=kind, file_name=f"{kind}.xlsx", content=content, actor=None, terms=TERMS)
    for name, branch, role in (
        ("chengbei", "城北社区党支部", Role.SECRETARY),
        ("zhuanmai", "专卖党支部", Role.SECRETARY),
        ("office", "双峰县烟草专卖局（分公司）党总支", Role.COUNTY_OFFICE),
    ):
        user = UserFactory(username=name)
        user.set_password(PASSWORD)
        user.save()
        MembershipFactory(user=user, branch=Branch.objects.get(name=branch), role=role)


def follow(watched: Watched, text: str) -> None:
    """Press the link or button with this text and wait for the page it leads to."""
    whole = re.compile(rf"^\s*{text}\s*$")
    target = watched.page.locator("main").locator("a:visible, button:visible").filter(has_text=whole).first
    with watched.page.expect_navigation():
        target.click()


def agree(watched: Watched, text: str) -> None:
    """Press a button that asks first, and say yes."""
    watched.page.locator("main").get_by_role("button", name=text).click()
    with watched.page.expect_navigation():
        watched.page.locator("#ask button[value=yes]").click()


def todo(watched: Watched, word: str, title: str) -> None:
    """Open the to-do of the workbench that speaks of `title`."""
    watched.goto("/")
    row = watched.page.locator("li", has_text=title).filter(has=watched.page.get_by_text(word, exact=True))
    with watched.page.expect_navigation():
        row.get_by_text(word, exact=True).click()


@pytest.mark.parametrize(("asks_on", "gives_on"), [("phone", "desktop"), ("desktop", "phone")])
def test_two_secretaries_carry_a_demand_to_its_end(county, clock, window, asks_on, gives_on):
    asking, giving, office = window(asks_on), window(gives_on), window("desktop")
    for watched, name in ((asking, "chengbei"), (giving, "zhuanmai"), (office, "office")):
        watched.login(name, PASSWORD)
    office.goto("/dashboard/")
    expect(office.page.locator(".stats")).to_contain_text("32")

    asking.goto("/")
    follow(asking, "看看谁能办")
    panel = asking.page.locator(".panel", has_text=DEMAND)
    expect(panel).to_contain_text("同一结对")
    with asking.page.expect_navigation():
        panel.get_by_text("请对方来办").first.click()
    asking.page.fill("textarea[name=words]", "店主坐轮椅，请派人上门")
    follow(asking, "发起认领")
    expect(asking.page.locator("#flash")).to_contain_text("已向专卖党支部发起认领")

    todo(giving, "去答复", DEMAND)
    expect(giving.page.locator("main")).to_contain_text("店主坐轮椅，请派人上门")
    giving.look()
    agree(giving, "同意认领")
    follow(giving, "确认定单")
    expect(giving.page.locator("main")).to_contain_text("待双方确认")
    todo(asking, "去确认", DEMAND)
    asking.look()
    follow(asking, "确认定单")
    expect(asking.page.locator("#flash")).to_contain_text("双方都已确认")

    schedule()
    order = PlanOrder.objects.get(demand__title=DEMAND)
    activity = Activity.objects.get(plan_order=order)
    asking.goto(f"/calendar/?month={timezone.localtime(activity.starts_at):%Y-%m}&view=listMonth")
    expect(asking.page.locator("#calendar")).to_contain_text(activity.title)

    clock.move_to(activity.ends_at + timedelta(hours=1))
    schedule()
    for watched, name in ((asking, "chengbei"), (giving, "zhuanmai"), (office, "office")):
        watched.login(name, PASSWORD)
    todo(giving, "补记录", activity.title)
    for row in activity.participations.all():
        giving.page.fill(f"input[name=expected_{row.branch_id}]", "5")
        giving.page.fill(f"input[name=attended_{row.branch_id}]", "4")
    giving.page.fill("textarea[name=record]", "窗口党员上门受理，两天后送证到店。")
    giving.look()
    follow(giving, "保存并归档")
    expect(giving.page.locator("main")).to_contain_text("已归档")

    todo(asking, "验收", DEMAND)
    follow(asking, "验收销号")
    asking.page.locator("input[name=satisfaction][value='5']").check()
    asking.page.locator("main button[type=submit]").click()
    expect(asking.page.locator("main")).to_contain_text("已完成")
    assert Demand.objects.get(title=DEMAND).satisfaction == 5

    office.goto("/dashboard/")
    expect(office.page.locator(".stats a", has_text="解决急难愁盼问题")).to_have_text(re.compile("33"))
