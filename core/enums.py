"""Choices of the outbox and the working calendar."""

from django.db.models import TextChoices


class Channel(TextChoices):
    IN_APP = "in_app", "站内"
    EMAIL = "email", "邮件"


class NotificationState(TextChoices):
    PENDING = "pending", "待发送"
    CLAIMED = "claimed", "发送中"
    SENT = "sent", "已送达"
    UNCERTAIN = "uncertain", "结果未知"
    FAILED = "failed", "发送失败"
    CANCELLED = "cancelled", "已取消"


# Not delivered yet, and what a person has to settle: failed, or nobody knows.
NOTIFICATION_WAITING = (NotificationState.PENDING, NotificationState.CLAIMED)
NOTIFICATION_TROUBLED = (NotificationState.FAILED, NotificationState.UNCERTAIN)
