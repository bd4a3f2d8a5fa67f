"""Delivery of the outbox: e-mail rows are claimed, sent outside any transaction, and settled by their lease.

Every step is committed before the next begins, so a process may die anywhere:

* claimed, not started – the lease runs out and the row is claimed again;
* started, not settled – SMTP cannot say whether the message left, so the row becomes 结果未知 for a person to
  settle, and is never silently sent again;
* a process that wakes up after its lease finds that the row is no longer its own and leaves it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from core.enums import Channel, NotificationState
from core.models import Notification, NotificationQuerySet
from pairing.reminders.channels import NotDeliveredError, OutcomeUnknownError, deliver

LEASE = timedelta(seconds=60)
BATCH_SIZE = 20
BACK_OFF_MINUTES = (1, 3, 10, 30, 120, 360)  # after each failed attempt; then the row has failed


@dataclass
class DispatchReport:
    """How many rows one run settled each way."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    uncertain: int = 0


def dispatch(*, limit: int = 500) -> DispatchReport:
    """Deliver up to `limit` due e-mails; any number of processes may run at once."""
    report = DispatchReport(uncertain=leases_settle())
    while limit > 0 and (batch := notifications_claim(count=min(limit, BATCH_SIZE))):
        limit -= len(batch)
        for notification in batch:
            _deliver(notification, report)
    return report


@transaction.atomic
def leases_settle() -> int:
    """Free the rows whose holder died: unstarted ones wait again, started ones become uncertain.

    Returns:
        The number of rows that became uncertain.
    """
    expired = Notification.objects.filter(
        channel=Channel.EMAIL, state=NotificationState.CLAIMED, lease_until__lt=Now()
    )
    expired.filter(attempt_started_at=None).update(state=NotificationState.PENDING, lease_token=None)
    return expired.filter(attempt_started_at__isnull=False).update(
        state=NotificationState.UNCERTAIN, last_error="发送途中程序中断，不知道是否已发出。"
    )


@transaction.atomic
def notifications_claim(*, count: int) -> list[Notification]:
    """Lease up to `count` due e-mails to this process, skipping rows another one is claiming."""
    token = uuid4()
    due = (
        Notification.objects.filter(channel=Channel.EMAIL, state=NotificationState.PENDING, due_at__lte=Now())
        .order_by("due_at", "pk")
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .values_list("pk", flat=True)[:count]
    )
    Notification.objects.filter(pk__in=list(due)).update(
        state=NotificationState.CLAIMED,
        lease_token=token,
        lease_until=Now() + LEASE,
        attempt_started_at=None,
    )
    return list(
        Notification.objects.filter(lease_token=token).select_related("recipient").order_by("due_at", "pk")
    )


def _deliver(notification: Notification, report: DispatchReport) -> None:
    if not _start(notification):
        return
    try:
        deliver(notification)
    except NotDeliveredError as error:
        _postpone_or_fail(notification, error, report)
    except OutcomeUnknownError as error:
        _settle(notification, state=NotificationState.UNCERTAIN, last_error=str(error))
        report.uncertain += 1
    else:
        _settle(notification, state=NotificationState.SENT, sent_at=Now(), last_error="")
        report.sent += 1


def _start(notification: Notification) -> bool:
    """Commit that an attempt begins, with a fresh lease; false when the row was taken away meanwhile."""
    return bool(
        _mine(notification.pk, notification.lease_token)
        .filter(state=NotificationState.CLAIMED, lease_until__gt=Now())
        .update(attempt_started_at=Now(), attempt_count=F("attempt_count") + 1, lease_until=Now() + LEASE)
    )


def _postpone_or_fail(notification: Notification, error: NotDeliveredError, report: DispatchReport) -> None:
    attempts = notification.attempt_count + 1
    if error.is_final or attempts > len(BACK_OFF_MINUTES):
        _settle(notification, state=NotificationState.FAILED, last_error=str(error))
        report.failed += 1
        return
    pause = timedelta(minutes=BACK_OFF_MINUTES[attempts - 1])
    _settle(notification, state=NotificationState.PENDING, due_at=Now() + pause, last_error=str(error))
    report.postponed += 1


def _settle(notification: Notification, **fields: object) -> None:
    """Write the result if the row still carries this process's token.

    A row that went to uncertain while the call hung is settled too: its token is unchanged, so nobody else
    has touched it, and the caller knows what happened.
    """
    _mine(notification.pk, notification.lease_token).filter(
        state__in=[NotificationState.CLAIMED, NotificationState.UNCERTAIN]
    ).update(**fields)


def _mine(pk: int, token: UUID | None) -> NotificationQuerySet:
    return Notification.objects.filter(pk=pk, lease_token=token)
