"""Pages a second: an answer without database or template, a page with one query, and pages signed in.

The first goal is missed: the bare answer takes 0.28 ms of processor time, the page 4.2 (5.9 with a new
connection for every request, which service does not make). The profile has no single large entry: it is the
check of the kept connection, the query, and Django's template nodes for the frame and 25 lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.database import scratch_database
from benchmarks.results import Options, Result, race

BENCH = "pages"
REQUESTS = 10
ROWS = 25


def cases(options: Options) -> Iterator[Result]:
    """All through the whole stack of middlewares, called as a WSGI server does."""
    with scratch_database("bench_pages"):
        from django.test import override_settings

        _fill()
        with override_settings(ROOT_URLCONF="benchmarks.page_urls", ALLOWED_HOSTS=["testserver"]):
            cookie = _signed_in()
            calls = [_visit("/bare/"), _visit("/rows/"), _visit("/rows/", cookie), _visit("/", cookie)]
            bare, one, mine, work = (REQUESTS / spent for spent in race(*calls, times=15))
    detail = {
        "bare": round(bare),
        "one_query": round(one),
        "signed_in": round(mine),
        "workbench": round(work),
    }
    yield Result.at_least(BENCH, "page with one query / bare answer", one / bare, 0.15, **detail)
    yield Result.at_least(BENCH, "signed in / not, the same page", mine / one, 0.5)
    yield Result.figure(BENCH, "workbench / page with one query", work / one)


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


def _visit(path: str, cookie: str = "") -> Callable[[], None]:
    """Return a call that asks for a page many times.

    Raises:
        RuntimeError: the answer is not the page – what is measured then would be a redirect.
    """
    from django.core.wsgi import get_wsgi_application
    from django.test import RequestFactory

    application = get_wsgi_application()

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        if not status.startswith("200"):
            raise RuntimeError(f"{path}: {status} {dict(headers).get('Location', '')}")
        return lambda written: None

    def visit() -> None:
        for _ in range(REQUESTS):
            environ = RequestFactory(headers={"Cookie": cookie} if cookie else {}).get(path).environ
            answer = application(environ, start)
            b"".join(answer)
            answer.close()

    return visit
