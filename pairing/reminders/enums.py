"""States of a reminder."""

from django.db.models import TextChoices


class ReminderState(TextChoices):
    PENDING = "pending", "待提醒"
    SENT = "sent", "已提醒"
    MERGED = "merged", "合并补发"
    OBSOLETE = "obsolete", "已不需要"
