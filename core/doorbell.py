"""Ring a background task once the current transaction has committed.

A lower layer names an event; settings.DOORBELLS says which task looks at it. A lost ring costs seconds, never
work, because the same task also runs on every tick.
"""

from __future__ import annotations

import logging

from celery import current_app
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)


def ring(event: str, *ids: int) -> None:
    """Send the task that answers `event` after commit; a dead broker is logged and otherwise ignored.

    Args:
        ids: primary keys of the rows to look at first; the task finds everything else by itself.
    """
    task = settings.DOORBELLS.get(event)
    if task:
        transaction.on_commit(lambda: _send(task, ids), robust=True)


def _send(task: str, ids: tuple[int, ...]) -> None:
    try:
        current_app.send_task(task, args=ids, retry=False)
    except (OSError, current_app.connection_for_write().connection_errors) as error:
        logger.warning("doorbell for %s failed, the next tick will do: %s", task, error)
