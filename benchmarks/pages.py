"""Pages a second: an answer without database or template, a page with one query, and pages signed in.

They are fetched from the product's own server, one after the other over a kept connection. The seconds are
those that processors work for the server and for its database, so that neither the client nor what else the
computer does counts; what they allow is one processor's pages a second. The same is told for the application
alone, called without a server: a bare answer then has half as much to do, a page nearly as much as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.database import scratch_database, work
from benchmarks.page_server import Server, server
from benchmarks.results import Options, Result, race

BENCH = "pages"
REQUESTS = 10
ROUNDS = 25
ROWS = 25


def cases(options: Options) -> Iterator[Result]:
    """All through the whole stack of middlewares."""
    with scratch_database("bench_pages", "benchmarks.page_settings"):
        _fill()
        cookie = _signed_in()
        pages = (("/bare/", ""), ("/rows/", ""), ("/rows/", cookie), ("/", cookie))
        with server() as served:
            calls = [_fetch(served, *page) for page in pages]
            bare, one, mine, desk = race(*calls, times=ROUNDS, clock=served.work)
        each = {"bare": bare, "one_query": one, "signed_in": mine, "workbench": desk}
        rates = {name: round(REQUESTS / seconds) for name, seconds in each.items()}
        yield Result.at_least(BENCH, "page with one query / bare answer", bare / one, 0.15, **rates)
        yield Result.at_least(BENCH, "signed in / not, the same page", one / mine, 0.5)
        yield Result.figure(BENCH, "workbench / page with one query", one / desk)
        yield from _without_server([_call(*page) for page in pages])


def _without_server(calls: list[Callable[[], None]]) -> Iterator[Result]:
    bare, one, mine, _ = race(*calls, times=ROUNDS, clock=work)
    yield Result.figure(BENCH, "page with one query / bare answer, no server", bare / one)
    yield Result.figure(BENCH, "signed in / not, the same page, no server", one / mine)


def _fill() -> None:
    from branches.models import Branch

    Branch.objects.bulk_create(Branch(name=f"第{n}党支部", serial=n) for n in range(ROWS))


def _signed_in() -> str:
    from django.conf import settings
    from django.test import Client

    from branches.enums import Role
    from branches.models import Branch, Membership, User

    user = User.objects.create(username="secretary")
    Membership.objects.create(user=user, branch=Branch.objects.order_by("pk")[0], role=Role.SECRETARY)
    client = Client()
    client.force_login(user, "branches.backends.PersonBackend")
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def _fetch(served: Server, path: str, cookie: str) -> Callable[[], None]:
    """Return a call that fetches a page many times; it has been fetched before, as any page in service."""

    def fetch() -> None:
        for _ in range(REQUESTS):
            served.ask(path, cookie)

    fetch()
    return fetch


def _call(path: str, cookie: str) -> Callable[[], None]:
    """Return a call that has the application answer many times, as a server would."""
    from django.test import RequestFactory

    from pairing.wsgi import application

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        if not status.startswith("200"):
            raise RuntimeError(f"{path}: {status} {dict(headers).get('Location', '')}")
        return lambda written: None

    def call() -> None:
        for _ in range(REQUESTS):
            headers = {"Host": "127.0.0.1"} | ({"Cookie": cookie} if cookie else {})
            answer: Any = application(RequestFactory(headers=headers).get(path).environ, start)
            b"".join(answer)
            answer.close()

    call()
    return call
