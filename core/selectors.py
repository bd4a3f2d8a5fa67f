"""What the notification, audit and health pages read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from core.enums import NOTIFICATION_TROUBLED, NOTIFICATION_WAITING, NotificationState
from core.models import AuditEntry, Heartbeat, Notification

OLDEST_DUE_LIMIT = timedelta(minutes=15)
TICK_LIMIT = timedelta(minutes=5)


def notification_inbox(user: Any, *, only_unread: bool = False) -> QuerySet[Notification]:
    """A person's in-app messages, newest first."""
    rows = Notification.objects.visible_to(user)
    return rows.unread() if only_unread else rows


def delivery_troubles() -> QuerySet[Notification]:
    """Messages that did not arrive or may not have arrived, newest first."""
    return Notification.objects.filter(state__in=NOTIFICATION_TROUBLED).select_related("recipient")


def audit_actions() -> list[AuditEntry]:
    """The latest entry of every action on record, by one look into the index for each action."""
    return list(
        AuditEntry.objects.raw(
            """
            WITH RECURSIVE latest AS (
                (SELECT id, action, target_type FROM "core_auditentry" ORDER BY action, at DESC LIMIT 1)
                UNION ALL
                SELECT following.* FROM latest CROSS JOIN LATERAL (
                    SELECT id, action, target_type FROM "core_auditentry"
                    WHERE action > latest.action ORDER BY action, at DESC LIMIT 1
                ) AS following
            )
            SELECT id, action, target_type FROM latest ORDER BY action
            """
        )
    )


def audit_entries() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.select_related("actor")


@dataclass(frozen=True)
class Health:
    """Whether reminders flow: looked at without the task queue, so that a silent stop is seen."""

    oldest_due_at: datetime | None
    tick_at: datetime | None
    failed_count: int
    uncertain_count: int
    now: datetime

    @property
    def problems(self) -> list[str]:
        """What is wrong, as sentences. Failed mails are counted apart: they do not make the site unfit."""
        found = []
        if self.oldest_due_at and self.now - self.oldest_due_at > OLDEST_DUE_LIMIT:
            minutes = int((self.now - self.oldest_due_at).total_seconds() // 60)
            found.append(f"最早一封待发的邮件已等了 {minutes} 分钟，请检查后台任务和邮件服务器。")
        if self.tick_at is None:
            found.append("提醒任务还没有运行过，请启动后台任务（Celery worker 和 beat）。")
        elif self.now - self.tick_at > TICK_LIMIT:
            minutes = int((self.now - self.tick_at).total_seconds() // 60)
            found.append(f"提醒任务已有 {minutes} 分钟没有运行，请检查后台任务（Celery worker 和 beat）。")
        return found


def health(*, now: datetime) -> Health:
    """Measure the outbox and the tick; two queries."""
    unsettled = Notification.objects.filter(state__in=[*NOTIFICATION_WAITING, *NOTIFICATION_TROUBLED])
    outbox = unsettled.aggregate(
        oldest=Min("due_at", filter=Q(state__in=NOTIFICATION_WAITING)),
        failed=Count("pk", filter=Q(state=NotificationState.FAILED)),
        uncertain=Count("pk", filter=Q(state=NotificationState.UNCERTAIN)),
    )
    tick = Heartbeat.objects.filter(name="tick").values_list("beat_at", flat=True).first()
    return Health(outbox["oldest"], tick, outbox["failed"], outbox["uncertain"], now)
