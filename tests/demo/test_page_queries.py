"""Every page that links reach on the demo's year asks at most twelve queries, whoever looks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from branches.models import User

MOST = 12
LINK = re.compile(r'\bhref="(/[^"#]*)"')
ONCE_A_PROCESS = ('"django_content_type"', '"matching_textcontext"')  # kept in memory from then on


def route_of(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).url_name or ""
    except Resolver404:
        return ""


def pages(client: Client, seen: set[str]) -> Iterator[tuple[str, int]]:
    """(address, queries) of the first page of every route not seen yet that can be reached by links."""
    queue = ["/"]
    while queue:
        url = queue.pop(0)
        route = route_of(url)
        if route in seen:
            continue
        seen.add(route)
        with CaptureQueriesContext(connection) as asked:
            response = client.get(url)
        if response.streaming or "html" not in response.headers["Content-Type"]:
            b"".join(response)
            continue
        assert response.status_code == 200, url
        queue += [html.unescape(link) for link in LINK.findall(response.content.decode())]
        yield url, sum(not any(each in query["sql"] for each in ONCE_A_PROCESS) for query in asked)


@pytest.mark.django_db
def test_every_page_of_the_demo_asks_at_most_twelve_queries(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    call_command("load_demo", accounts=tmp_path / "accounts.txt", verbosity=0)
    User.objects.update(must_change_password=False)
    too_many, count, seen = [], 0, set()
    for name in ("zhuanmai", "office", "admin"):
        # The administrator reads the rows of the office: only the workbench and pages of their own differ.
        seen = seen - {"workbench"} if name == "admin" else {"", "logout"}
        client = Client()
        client.force_login(User.objects.get(username=name))
        client.get("/")  # the first page of a session also writes when it was last seen
        for url, queries in pages(client, seen):
            count += 1
            if queries > MOST:
                too_many.append((name, url, queries))
    assert too_many == []
    assert count >= 80
