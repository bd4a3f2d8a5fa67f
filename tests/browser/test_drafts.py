"""What was typed outlives a form that the server no longer takes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ledgers.models import Demand
from tests.browser.test_journey import follow
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory
from tests.factories.reviews import ReviewFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
PASSWORD = "typed-words-stay-2026"
PASTE = """(field, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text", text);
  field.dispatchEvent(new ClipboardEvent("paste", {bubbles: true, clipboardData}));
}"""


def signed_in(window, name, branch, *, size="phone"):
    """A window in which the secretary of a branch has signed in."""
    user = UserFactory(username=name, secretary_of=branch)
    user.set_password(PASSWORD)
    user.save()
    watched = window(size)
    watched.login(name, PASSWORD)
    return watched


def test_login_in_another_tab_loses_no_words(window):
    watched = signed_in(window, "types", BranchFactory(name="城东社区党支部"), size="desktop")
    watched.expected_statuses = {403}
    watched.goto("/demands/new/")
    watched.page.fill("input[name=title]", "独居老人手机缴费")
    watched.page.wait_for_timeout(1000)  # the form asks about the text 0.7 s later: before the logout
    watched.settle()

    other = watched.context.new_page()
    other.goto(f"{watched.origin}/account/")
    other.locator("form[data-logout]").first.evaluate("form => form.requestSubmit()")
    other.wait_for_url("**/login/**")
    other.fill("input[name=username]", "types")
    other.fill("input[name=password]", PASSWORD)
    other.click("main button[type=submit]")
    other.wait_for_url(lambda url: "/login/" not in url)

    watched.page.locator("main button[name=draft]").click()
    expect(watched.page.locator("h1")).to_have_text("页面已过期，没有提交")
    watched.look()
    follow(watched, "返回再提交")
    expect(watched.page.locator("input[name=title]")).to_have_value("独居老人手机缴费")
    expect(watched.page.locator(".draft-note")).to_contain_text("已恢复")


def test_half_day_chosen_while_the_list_is_drawn_anew_stays_chosen(window):
    pairing = PairingFactory()
    watched = signed_in(window, "chooses", pairing.branch_a)
    watched.goto("/activities/new/")
    watched.page.fill("input[name=venue]", "城东社区小广场")
    second = watched.page.locator("#slots input[name=slot]").nth(1)
    value = second.get_attribute("value")
    with watched.page.expect_response(lambda answer: "venue=" in answer.url):
        second.check()  # leaves the place, which sends for the half-days that are free there
    watched.settle()
    expect(watched.page.locator(f'#slots input[value="{value}"]')).to_be_checked()


def test_words_outlive_a_lost_network_and_are_sent_once(window):
    watched = signed_in(window, "rides", BranchFactory(name="城东社区党支部"))
    watched.goto("/demands/new/")
    title, submit = watched.page.locator("input[name=title]"), watched.page.locator("main button[name=draft]")
    title.fill("独居老人手机缴费")
    title.evaluate(PASTE, "长" * 130)
    expect(watched.page.locator("#toasts .tone-warning")).to_contain_text(
        "最多 120 个字，最后 18 个字没有放下"
    )
    watched.page.select_option("select[name=aspect]", index=1)
    watched.settle()

    watched.context.set_offline(True)
    submit.click()
    submit.click()
    expect(watched.page.locator("#toasts .tone-error")).to_have_count(1)  # said again, not piled up
    expect(watched.page.locator("#toasts .tone-error")).to_contain_text("网络不通")
    expect(title).to_have_value("独居老人手机缴费")
    watched.context.set_offline(False)

    # A dead line that the browser takes for a live one: the request fails, the browser shows its own page.
    address = f"{watched.origin}/demands/new/"
    watched.context.route(
        address, lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    with watched.page.expect_event("requestfailed"):
        submit.click()
    watched.context.unroute(address)
    watched.goto("/demands/")
    watched.goto("/demands/new/")
    expect(title).to_have_value("独居老人手机缴费")
    submit.click()
    watched.page.wait_for_url(lambda url: url != address)
    assert [demand.title for demand in Demand.objects.all()] == ["独居老人手机缴费"]
    watched.goto("/demands/new/")
    expect(title).to_have_value("")


def test_refused_form_is_refilled_on_reload_and_back_never_asks_to_send_it_again(window):
    review = ReviewFactory()
    watched = signed_in(window, "records", review.series.pairing.branch_a)
    watched.expected_statuses = {409, 422}
    for path, words, name in (
        (review.get_absolute_url(), "minutes", "held_on"),  # sent to an address that takes forms only
        ("/demands/new/", "description", "raised_on"),  # sent to its own address
    ):
        watched.goto(path)
        watched.page.fill(f"main [name={words}]", "商量了独居老人的事")
        watched.page.locator(f"main [name={name}]").evaluate("field => field.form.requestSubmit()")
        watched.page.locator(".error-summary").wait_for()
        assert watched.page.url == f"{watched.origin}{path}"
        watched.page.reload()
        expect(watched.page.locator(f"main [name={words}]")).to_have_value("商量了独居老人的事")
        expect(watched.page.locator(".draft-note")).to_contain_text("已恢复")
        watched.goto("/account/")
        watched.page.go_back()
        expect(watched.page.locator(f"main [name={words}]")).to_have_value("商量了独居老人的事")


def test_part_drawn_anew_while_the_form_is_under_way_leaves_no_draft_of_what_was_sent(window):
    watched = signed_in(window, "hurries", BranchFactory(name="城东社区党支部"))
    watched.goto("/demands/new/")
    watched.page.fill("input[name=title]", "独居老人手机缴费")
    watched.page.select_option("select[name=aspect]", index=1)
    watched.settle()
    watched.page.locator("main button[name=draft]").evaluate(
        "button => { button.form.requestSubmit(button); button.form.dispatchEvent(new Event('input')); }"
    )
    watched.page.wait_for_url(lambda url: not url.endswith("/demands/new/"))
    watched.goto("/demands/new/")
    expect(watched.page.locator("input[name=title]")).to_have_value("")


def test_word_longer_than_the_screen_is_broken(window):
    order = PlanOrderFactory(completed=True, satisfaction=5, acceptance_words="https://" + 30 * "example/")
    watched = signed_in(window, "reads", order.pairing.branch_a)
    watched.goto(order.get_absolute_url())
    expect(watched.page.locator("main")).to_contain_text("example/example")
    watched.look()
