"""Many at once: threads that start together, each with a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

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
