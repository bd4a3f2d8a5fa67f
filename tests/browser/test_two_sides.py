"""One order in two windows: other terms, a voided confirmation, a change, a return, a second acceptance."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from ledgers.models import Demand
from pairing.plans.models import PlanOrder
from pairing.plans.services.orders import plan_order_start
from tests.browser.test_journey import agree, follow
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
PASSWORD = "two-sides-of-one-order-2026"


@pytest.fixture
def pair():
    made = PairingFactory(
        branch_a=BranchFactory(name="税务局党支部"), branch_b=BranchFactory(name="城东社区党支部")
    )
    for name, branch in (("gives", made.branch_a), ("asks", made.branch_b)):
        user = UserFactory(username=name, secretary_of=branch)
        user.set_password(PASSWORD)
        user.save()
    return made


def test_two_secretaries_settle_terms_versions_and_acceptance(pair, window):
    demand = DemandFactory(branch=pair.branch_b, title="独居老人手机缴费", contact_name="李同志")
    resource = ResourceFactory(branch=pair.branch_a, title="税务便民服务队", contact_name="张同志")
    asks, gives = window("phone"), window("desktop")
    for watched, name in ((asks, "asks"), (gives, "gives")):
        watched.login(name, PASSWORD)

    asks.goto(f"/claims/new/?demand={demand.pk}&resource={resource.pk}")
    follow(asks, "发起认领")
    claim_path = asks.page.url
    gives.goto("/claims/")
    gives.page.get_by_role("link", name=demand.title).first.click()
    follow(gives, "改议")
    gives.page.fill("input[name=visit_count]", "2")
    gives.page.fill("input[name=wanted_on]", (timezone.localdate() + timedelta(days=20)).isoformat())
    follow(gives, "送对方答复")
    asks.goto(claim_path)
    expect(asks.page.locator("main")).to_contain_text("改了什么")
    asks.look()
    agree(asks, "同意认领")
    order = PlanOrder.objects.get()

    follow(asks, "确认定单")
    gives.goto(order.get_absolute_url())
    follow(gives, "修改")
    gives.page.locator(".task-row summary").first.click()
    gives.look()
    asks.goto(f"{order.get_absolute_url()}edit/")
    asks.page.locator(".task-row summary").first.click()
    asks.look()
    gives.page.fill("textarea[name=task]", "两次上门，教会缴费")
    follow(gives, "保存")
    asks.goto(order.get_absolute_url())
    expect(asks.page.locator("main")).to_contain_text("待确认")
    for watched in (asks, gives):
        watched.goto(order.get_absolute_url())
        follow(watched, "确认定单")
    order.refresh_from_db()
    assert (order.state, order.version) == ("confirmed", 2)

    plan_order_start(order=order, now=timezone.now())
    gives.goto(order.get_absolute_url())
    follow(gives, "申请变更")
    gives.page.fill("textarea[name=task]", "三次上门，教会缴费")
    gives.page.fill("textarea[name=reason]", "老人要多教一次")
    follow(gives, "送对方答复")
    gives.look()
    asks.goto(order.get_absolute_url())
    asks.look()
    agree(asks, "同意变更")
    order.refresh_from_db()
    assert (order.version, order.task, order.is_confirmed_b) == (3, "三次上门，教会缴费", True)

    for result, verdict in (("教了两位老人", "退回"), ("五位老人都会了", "验收销号")):
        gives.goto(order.get_absolute_url())
        follow(gives, "提交验收")
        gives.page.fill("textarea[name=result]", result)
        gives.page.locator("main button[type=submit]").click()
        expect(gives.page.locator("main")).to_contain_text("待验收")
        asks.goto(order.get_absolute_url())
        follow(asks, verdict)
        if verdict == "退回":
            asks.page.fill("textarea[name=reason]", "还有三位没教")
        else:
            asks.page.locator("input[name=satisfaction][value='5']").check()
        with asks.page.expect_navigation():
            asks.page.locator("main button[type=submit]").click()
    expect(asks.page.locator("main")).to_contain_text("已完成")
    assert Demand.objects.get().satisfaction == 5
    asks.goto(f"/demands/{demand.pk}/")
    asks.look()
    for layout in ("gantt", "board"):
        for watched in (asks, gives):
            watched.goto(f"/plan-orders/?view={layout}")
            watched.look()
    Demand.objects.update(state="open", closed_on=None, satisfaction=None, hall_on=timezone.localdate())
    for path in ("/hall/", f"/hall/{demand.pk}/"):
        for watched in (asks, gives):
            watched.goto(path)
            expect(watched.page.locator("main")).to_contain_text(demand.title)
            watched.look()
