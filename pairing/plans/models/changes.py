"""A change of an order that both sides have confirmed, until the other side has answered."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Branch
from core.fields import OneOfField
from core.models import TimeStampedModel
from pairing.plans.enums import ChangeState
from pairing.plans.models.orders import PlanOrder


@pghistory.track()
class ChangeRequest(TimeStampedModel):
    """变更申请: what one side wants to say differently in a confirmed order, and the other's answer.

    `fields`, `tasks` and `targets` hold the new values as JSON, dates as ISO strings, targets as metric id →
    decimal string; `tasks` and `targets` are null when they stay.
    """

    plan_order = models.ForeignKey(PlanOrder, models.PROTECT, verbose_name="定单", related_name="changes")
    version = models.PositiveIntegerField("所依据的版本")
    fields = models.JSONField("改动", default=dict)
    tasks = models.JSONField("任务", null=True, blank=True)
    targets = models.JSONField("预期指标", null=True, blank=True)
    reason = models.CharField("变更理由", max_length=300)
    asked_by = models.ForeignKey(Branch, models.PROTECT, verbose_name="申请支部", related_name="+")
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="申请人", related_name="+"
    )
    state = OneOfField("状态", max_length=10, choices=ChangeState, default=ChangeState.PROPOSED)
    answer = models.CharField("答复", max_length=300, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "变更申请"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan_order"],
                condition=Q(state="proposed"),
                name="change_request_one_open",
                violation_error_message="这张定单已有一项变更申请在等答复。",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="change_request_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "withdrawn", "lapsed"]) | ~Q(answer=""),
                name="change_request_refusal_has_reason",
                violation_error_message="不同意变更要写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", answered_at__isnull=True)
                | (~Q(state="proposed") & Q(answered_at__isnull=False)),
                name="change_request_answered_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_order} 第 {self.version} 版变更"

    @property
    def is_open(self) -> bool:
        return self.state == ChangeState.PROPOSED
