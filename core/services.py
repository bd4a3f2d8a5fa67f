"""Writers of core: messages read or settled, and what rows are found by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction

from core import audit
from core.enums import NOTIFICATION_TROUBLED, NotificationState
from core.errors import TransitionError
from core.models import Notification
from core.search.models import Searchable

FILLED_AT_ONCE = 500


def notification_read(*, notification: Notification, now: datetime) -> Notification:
    """Mark one message read; the first reading counts."""
    unread = Notification.objects.filter(pk=notification.pk, read_at=None)
    if unread.update(read_at=now, updated_at=now):
        notification.read_at = notification.updated_at = now
    return notification


def notifications_read_all(*, user: Any, now: datetime) -> int:
    """Mark everything in a person's inbox read, and give how many were not."""
    return Notification.objects.visible_to(user).unread().update(read_at=now, updated_at=now)


@transaction.atomic
def notification_resend(*, notification: Notification, actor: Any, now: datetime) -> Notification:
    """Put a failed or uncertain message back into the outbox, with all its attempts before it.

    Raises:
        TransitionError: when it is neither failed nor uncertain.
    """
    row = _troubled(notification)
    with audit.action("notification.resend", actor=actor, target=row):
        row.state, row.due_at, row.attempt_count = NotificationState.PENDING, now, 0
        row.attempt_started_at = row.lease_token = row.lease_until = None
        row.save()
    return row


@transaction.atomic
def notification_settle(*, notification: Notification, actor: Any, now: datetime) -> Notification:
    """Note that an uncertain message has arrived after all, or that the person was told in another way.

    Raises:
        TransitionError: when it is neither failed nor uncertain.
    """
    row = _troubled(notification)
    with audit.action("notification.settle", actor=actor, target=row):
        row.state, row.sent_at = NotificationState.SENT, now
        row.save(update_fields=["state", "sent_at", "updated_at"])
    return row


def _troubled(notification: Notification) -> Notification:
    row = Notification.objects.select_for_update(of=("self",), no_key=True).get(pk=notification.pk)
    if row.state not in NOTIFICATION_TROUBLED:
        raise TransitionError(f"这条通知现在是“{row.get_state_display()}”，不需要再处理。请刷新页面。")
    return row


def search_fill() -> int:
    """Fill the search columns that writes past the models have left empty; give how many rows that were."""
    return sum(_fill(model) for model in searchable_models())


def search_rebuild() -> int:
    """Fill all search columns anew, as after a change of place_names.txt; give how many rows."""
    for model in searchable_models():
        model._default_manager.update(search=None)
    return search_fill()


def searchable_models() -> list[type[Searchable]]:
    return [model for model in apps.get_models() if issubclass(model, Searchable)]


def _fill(model: type[Searchable]) -> int:
    count = 0
    while done := _fill_some(model):
        count += done
    return count


@transaction.atomic
def _fill_some(model: type[Searchable]) -> int:
    """Fill a batch; rows that somebody holds will be filled by that writer, or on the next tick."""
    empty = model._default_manager.filter(search=None).order_by("pk")
    rows = list(empty.select_for_update(of=("self",), skip_locked=True, no_key=True)[:FILLED_AT_ONCE])
    for row in rows:
        row.index()
    model._default_manager.bulk_update(rows, model.search_columns())
    return len(rows)
