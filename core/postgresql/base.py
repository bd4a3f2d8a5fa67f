"""A kept connection is looked at before it is asked: a server that has gone has closed it, as shows here."""

from __future__ import annotations

from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, which begins every request that needs the database with `SELECT 1`."""

    health_check_enabled: bool
    health_check_done: bool

    def close_if_health_check_failed(self) -> None:
        """Take a quiet connection for a sound one; ask the server only where something came unasked."""
        due = self.health_check_enabled and not self.health_check_done
        if due and self.connection is not None and _is_quiet(self.connection):
            self.health_check_done = True
        super().close_if_health_check_failed()


def _is_quiet(connection: Any) -> bool:
    """Tell whether the other side has neither hung up nor sent anything, a farewell for instance."""
    if connection.closed:
        return False
    watched = poll()
    watched.register(connection.fileno(), POLLIN)  # an end of the connection is told in any case
    return not watched.poll(0)
