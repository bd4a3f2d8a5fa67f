"""Putting messages into the outbox. Delivery of outside channels happens elsewhere, after commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from core.enums import Channel, NotificationState
from core.models import Notification


def notify(
    recipients: Iterable[Any],
    *,
    key: str,
    subject: str,
    now: datetime,
    body: str = "",
    url: str = "",
) -> list[Notification]:
    """Queue one message for each recipient: in the app at once, by e-mail when they have an address.

    `key` names the event ("plan_order:12:confirmed:3"); the same key never notifies the same person twice.
    Call it inside the transaction of the event, so that message and event stand or fall together.
    """
    rows = []
    for person in {user.pk: user for user in recipients if user.is_active}.values():
        common = {"recipient": person, "subject": subject[:200], "body": body, "url": url, "due_at": now}
        rows.append(
            Notification(
                channel=Channel.IN_APP,
                dedupe_key=f"{key}:{person.pk}:in_app",
                state=NotificationState.SENT,
                sent_at=now,
                **common,
            )
        )
        if person.email:
            rows.append(Notification(channel=Channel.EMAIL, dedupe_key=f"{key}:{person.pk}:email", **common))
    return Notification.objects.bulk_create(rows, ignore_conflicts=True)
