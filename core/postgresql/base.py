"""A kept connection is looked at before it is asked: a server that has gone has closed it, as shows here.

A network that broke in silence does not show, so a server that was not asked lately is asked all the same.
"""

from __future__ import annotations

from select import POLLIN, poll
from time import monotonic
from typing import Any

from django.db.backends.postgresql import base

from core.postgresql.schema import SchemaEditor

_LATELY = 2.0  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, which begins every request that needs the database with `SELECT 1`."""

    SchemaEditorClass = SchemaEditor
    health_check_enabled: bool
    health_check_done: bool
    asked_at = 0.0

    def connect(self) -> None:
        super().connect()
        self.asked_at = monotonic()

    def close_if_health_check_failed(self) -> None:
        """Take a quiet connection for a sound one, if its server answered lately; else ask."""
        if self.connection is None or not self.health_check_enabled or self.health_check_done:
            return
        if monotonic() - self.asked_at < _LATELY and _is_quiet(self.connection):
            self.health_check_done = True
            return
        super().close_if_health_check_failed()
        self.asked_at = monotonic()


def _is_quiet(connection: Any) -> bool:
    """Tell whether the other side has neither hung up nor sent anything, a farewell for instance."""
    if connection.closed:
        return False
    watched = poll()
    watched.register(connection.fileno(), POLLIN)  # an end of the connection is told in any case
    return not watched.poll(0)
