"""Walk every page every role can reach, as wide as an office PC and as a phone."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.urls import Resolver404, resolve

from branches.models import User
from tests.browser.watch import VIEWPORTS, Watched

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
PASSWORD = "walking-every-page-2026"
OWN_LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"]*)"')
ROLES = ("zhuanmai", "office", "admin", "auditor")
DRAWN_BY_WIDTH = {"calendar"}  # its script chooses month or list when the page is loaded
NOT_PAGES = {
    "logout",
    "resource_export",
    "demand_export",
    "closure_export",
    "service_item_export",
    "import_template",
    "calendar_feed",
    "agreement_word",
    "on_behalf_scan",
    "attachment_file",
    "attachment_thumbnail",
    "attachment_picture",
}


def route_of(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).url_name or ""
    except Resolver404:
        return ""


def walk(watched: Watched, judged: set[str]) -> set[str]:
    """Follow links until every route reachable by one has been opened once; return the routes.

    `judged` holds the routes looked at already. For another role the same page differs in rows, not in its
    make, so there it is fetched and read for links, not drawn, which takes much longer.
    """
    seen: set[str] = set()
    queue = ["/"]
    while queue:
        url = queue.pop(0)
        route = route_of(url)
        if route in seen or route in NOT_PAGES:
            continue
        seen.add(route)
        turn = len(judged) % len(VIEWPORTS)
        queue += links_of(watched, url) if route in judged else links_drawn(watched, url, turn)
        judged.add(route)
    return seen


def links_of(watched: Watched, url: str) -> list[str]:
    response = watched.fetch(url)
    assert response.status == 200, f"{response.status} {url}"
    return [html.unescape(link).split("#")[0] for link in OWN_LINK.findall(response.text())]


def links_drawn(watched: Watched, url: str, coloured: int) -> list[str]:
    """Look at a page in both sizes, at its colours in one of them; give the links that stand on it."""
    for nth, viewport in enumerate(VIEWPORTS):
        watched.resize(viewport)
        if nth == 0 or route_of(url) in DRAWN_BY_WIDTH:
            response = watched.goto(url)
            assert response.status == 200, f"{response.status} {url}"
        watched.settle()
        watched.look(at_colours=nth == coloured)
    links = watched.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    return [link.split("#")[0] for link in links if link.startswith(watched.origin)]


@pytest.fixture
def county(settings, tmp_path):
    """The demo county, with one password for everybody."""
    settings.MEDIA_ROOT = tmp_path / "media"
    call_command("load_demo", accounts=tmp_path / "accounts.txt", verbosity=0)
    User.objects.update(password=make_password(PASSWORD), must_change_password=False)


def test_every_page_is_clean(county, window):
    reached, judged = {}, set[str]()
    for role in ROLES:
        watched = window("desktop")
        watched.login(role, PASSWORD)
        reached[role] = walk(watched, judged)
    everyone = {"workbench", "resource_list", "demand_list", "plan_order_list", "matching", "calendar"}
    assert {role: everyone - routes for role, routes in reached.items()} == {role: set() for role in ROLES}
    assert {"dashboard", "figure_detail", "dashboard_pairings"} <= reached["office"]
    assert "dashboard" not in reached["zhuanmai"]
