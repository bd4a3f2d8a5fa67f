"""The two ledgers with 100,000 rows each: list pages, search and export, for the office and a secretary."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.database import ledger_database, set_up
from benchmarks.results import MEGABYTE, Options, Result, peak_memory

ROUNDS = 20  # requests of each page; the first one, which fills caches, is not counted
PAGES = {
    "first page": "/resources/",
    "by pinyin": "/demands/?sort=title",
    "by deadline": "/demands/?sort=deadline",
    "filtered": "/resources/?kind=goods&state=published",
    "own rows": "/demands/?mine=on",
    "overdue": "/demands/?overdue=on",
    "page 2000": "/resources/?page=2000",
    "search cbsq": "/resources/?q=cbsq",
    "search 城北": "/resources/?q=城北",
    "search two words": "/demands/?q=ldwx+城南",
    "search everything": "/search/?q=cbsq",
}
QUERIES = 12  # a page may ask at most
PAGE_TIME = 0.2  # seconds at p95
EXPORT_TIME = 60  # seconds
EXPORT_MEMORY = 200  # megabytes


def cases(options: Options) -> Iterator[Result]:
    """Time at p95 and queries of every page for two readers, then the export of everything."""
    with ledger_database():
        for reader in ("office", "secretary"):
            client = _client(reader)
            for label, url in PAGES.items():
                yield from _page(client, f"{reader}: {label}", url)
        yield from _export()


def _client(reader: str) -> Any:
    from django.conf import settings
    from django.test import Client

    from branches.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(username=reader), backend="django.contrib.auth.backends.ModelBackend")
    return client


def _page(client: Any, case: str, url: str) -> Iterator[Result]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    queries = len(asked)  # the next request empties the log
    times, bare = [], []
    for _ in range(ROUNDS):
        times.append(_seconds(lambda: client.get(url)))
        bare.append(_seconds(_count))
    p95 = sorted(times)[int(0.95 * ROUNDS) - 1]
    detail: dict[str, Any] = {
        "load": round(os.getloadavg()[0], 1),  # of a shared computer: what the seconds are worth
        "median": round(sorted(times)[ROUNDS // 2], 4),
        "bare_count": round(sorted(bare)[ROUNDS // 2], 4),
    }
    yield Result.at_most("ledgers", f"{case}: seconds at p95", p95, PAGE_TIME, **detail)
    yield Result.at_most("ledgers", f"{case}: queries", queries, QUERIES)


def _count() -> None:
    """The least that a list of all rows can cost: counting them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledgers_resource")
        cursor.fetchone()


def _seconds(call: Any) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _export() -> Iterator[Result]:
    """Every row of each ledger as a workbook, in a process of its own."""
    idle = peak_memory(export_all, "")
    for name in ("resource_export", "demand_export"):
        started = time.perf_counter()
        peak = peak_memory(export_all, name)
        spent = time.perf_counter() - started
        yield Result.at_most("ledgers", f"{name} of 100,000 rows: seconds", spent, EXPORT_TIME)
        case = f"{name} of 100,000 rows: megabytes beyond the program's own"
        yield Result.at_most("ledgers", case, peak - idle, EXPORT_MEMORY, whole=round(peak))


def export_all(name: str) -> None:
    """Fetch one export as the office and read it to its end; with no name, only start the program."""
    set_up()
    from django.urls import reverse

    client = _client("office")
    if name:
        size = sum(len(part) for part in client.get(reverse(name)))
        assert size > MEGABYTE
