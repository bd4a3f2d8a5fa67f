"""Reminders: which stage of which duty is owed to which seat, exactly once."""

from __future__ import annotations

from django.db import models

from branches.enums import Role
from branches.models import Branch
from core.fields import OneOfField
from core.models import TimeStampedModel
from pairing.reminders.enums import ReminderState


class Reminder(TimeStampedModel):
    """提醒: one stage (days from the due date) of one duty, for one seat.

    The key names the seat, not the person: whoever holds it when the reminder is sent is told.
    """

    dedupe_key = models.CharField(
        "去重键", max_length=120, unique=True, help_text="rule:object@due date:stage:branch:role"
    )
    rule = models.CharField("规则", max_length=40)
    object_id = models.BigIntegerField("对象编号")
    stage_days = models.SmallIntegerField("阶段", help_text="-7, -1, 0, 3, 7 days from the due date")
    due_on = models.DateField("到期日")
    remind_on = models.DateField("提醒日")
    branch = models.ForeignKey(
        Branch, models.CASCADE, null=True, blank=True, verbose_name="支部", related_name="reminders"
    )
    role = OneOfField("角色", max_length=20, choices=Role)
    state = OneOfField("状态", max_length=10, choices=ReminderState, default=ReminderState.PENDING)
    is_late = models.BooleanField("补发", default=False)
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "提醒"
        ordering = ["remind_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="pending", settled_at__isnull=True)
                | ~models.Q(state="pending") & models.Q(settled_at__isnull=False),
                name="reminder_settled_has_time",
            )
        ]
        indexes = [
            models.Index(fields=["remind_on"], condition=models.Q(state="pending"), name="reminder_pending"),
            models.Index(fields=["rule", "object_id"], name="reminder_object"),
        ]

    def __str__(self) -> str:
        return self.dedupe_key
