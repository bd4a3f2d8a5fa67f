"""The two ledgers with 100,000 rows each: list pages, search and export, for the office and a secretary.

The goals are held against the processor time that the program and its database spend: the wall clock of a
shared computer measures its neighbours. The wall clock and the load are told beside it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.database import ledger_database, set_up, work
from benchmarks.results import MEGABYTE, Options, Result, in_new_process

ROUNDS = 20  # requests of each page; the first one, which fills caches, is not counted
PAGES = {
    "first page": "/resources/",
    "by pinyin": "/demands/?sort=title",
    "by deadline": "/demands/?sort=deadline",
    "filtered": "/resources/?kind=goods&state=published",
    "own rows": "/demands/?mine=on",
    "overdue": "/demands/?overdue=on",
    "by urgency": "/demands/?sort=-urgency",
    "page 2000": "/resources/?page=2000",
    "page 2000 by branch": "/resources/?page=2000&sort=branch",
    "last page by pinyin": "/demands/?page=4000&sort=title",
    "search cbsq": "/resources/?q=cbsq",
    "search 城北": "/resources/?q=城北",
    "search two words": "/demands/?q=ldwx+城南",
    "search everything": "/search/?q=cbsq",
}
QUERIES = 12  # a page may ask at most
PAGE_TIME = 0.2  # seconds of work at p95
EXPORT_TIME = 60  # seconds of work
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
    client.force_login(User.objects.get(username=reader), backend="branches.backends.PersonBackend")
    return client


@dataclass(frozen=True)
class Spent:
    """Seconds on the wall, and seconds in which a processor worked for the program or for its database."""

    wall: float
    work: float


def _spent(call: Callable[[], Any]) -> Spent:
    wall, worked = time.perf_counter(), work()
    call()
    return Spent(time.perf_counter() - wall, work() - worked)


def _page(client: Any, case: str, url: str) -> Iterator[Result]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    queries = len(asked)  # the next request empties the log
    rounds = [_spent(lambda: client.get(url)) for _ in range(ROUNDS)]
    works, walls = (sorted(getattr(each, name) for each in rounds) for name in ("work", "wall"))
    last = int(0.95 * ROUNDS) - 1
    detail: dict[str, Any] = {
        "median": round(works[ROUNDS // 2], 4),
        "wall_median": round(walls[ROUNDS // 2], 4),
        "wall_p95": round(walls[last], 4),
        "load": round(os.getloadavg()[0], 1),  # what the wall clock is worth
    }
    yield Result.at_most("ledgers", f"{case}: seconds of work at p95", works[last], PAGE_TIME, **detail)
    yield Result.at_most("ledgers", f"{case}: queries", queries, QUERIES)


def _export() -> Iterator[Result]:
    """Every row of each ledger as a workbook, in a process of its own."""
    idle, _ = in_new_process(export_all, "")
    for name in ("resource_export", "demand_export"):
        peak, spent = in_new_process(export_all, name)
        case = f"{name} of 100,000 rows: seconds of work"
        yield Result.at_most("ledgers", case, spent.work, EXPORT_TIME, wall=round(spent.wall, 1))
        case = f"{name} of 100,000 rows: megabytes beyond the program's own"
        yield Result.at_most("ledgers", case, peak - idle, EXPORT_MEMORY, whole=round(peak))


def export_all(name: str) -> Spent:
    """Fetch one export as the office and read it to its end; with no name, only start the program."""
    set_up()
    from django.urls import reverse

    client = _client("office")
    if not name:
        return Spent(0, 0)
    sizes: list[int] = []
    spent = _spent(lambda: sizes.extend(len(part) for part in client.get(reverse(name))))
    assert sum(sizes) > MEGABYTE
    return spent
