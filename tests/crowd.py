"""Many at once: threads that start together, each with a database connection of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

MOST = 50
# The threads stay, each with its connection, as those of a server do: to connect costs more than to ask.
CROWD = ThreadPoolExecutor(MOST)


def at_once(*calls: Callable[[], Any], refusal: type[Exception] = Exception) -> list[Any]:
    """Make the calls, at most MOST, in threads that start together; give each result or refusal."""
    start = threading.Barrier(len(calls), timeout=60)

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        except refusal as error:
            return error
        finally:
            connection.close_if_unusable_or_obsolete()

    return list(CROWD.map(run, calls, timeout=120))


def refusals_at_once(*calls: Callable[[], Any]) -> list[Exception | None]:
    """The same; give what each raised, or None."""
    return [outcome if isinstance(outcome, Exception) else None for outcome in at_once(*calls)]


def go_home() -> None:
    """Close the connections of all threads, if there are any."""
    if CROWD._threads:
        at_once(*[lambda: connection.close()] * MOST)  # looked up in the thread whose connection it is


def queued(hold: Callable[[], Any], *calls: Callable[[], Any]) -> list[Any]:
    """Let the calls come one after another to a row that `hold` locks, then let go; give results or refusals.

    The next call is made once the one before waits, so that who comes first is no matter of luck.
    """
    with transaction.atomic():
        hold()
        running = []
        for number, call in enumerate(calls, 1):
            running.append(CROWD.submit(_outcome, call))
            _wait_for(lambda number=number: _waiting() + sum(each.done() for each in running) >= number)
    return [each.result(timeout=60) for each in running]


def _outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:
        return error
    finally:
        connection.close_if_unusable_or_obsolete()


def _waiting() -> int:
    """How many sessions of this database wait for a row, a key or an advisory lock at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot() IS NULL, count(DISTINCT pid) FROM pg_locks"
            " JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
            " AND locktype IN ('transactionid', 'tuple', 'advisory')"
        )
        return cursor.fetchone()[1]


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "nobody waits and nobody is done"
        time.sleep(0.01)
