"""What the county's own re-ranking endpoint was asked, and what it said."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q


class SecondOpinionQuerySet(models.QuerySet["SecondOpinion"]):
    def due(self, *, now: datetime) -> SecondOpinionQuerySet:
        """Questions nobody has answered, whose turn it is: the least often asked first."""
        waiting = self.filter(order__isnull=True, due_at__lte=now, attempt_count__lt=SecondOpinion.ATTEMPTS)
        return waiting.order_by("attempt_count", "pk")


class SecondOpinion(models.Model):
    """次序意见: one question to the endpoint, written by a page and answered in the background.

    `question` holds no personal data and no keys of rows: texts and running numbers. `order` lists those
    numbers, best first, and is empty until the endpoint has answered.
    """

    ATTEMPTS = 3

    digest = models.CharField("摘要", max_length=64, unique=True, help_text="of endpoint and question")
    question = models.TextField("问题")
    resource_count = models.PositiveSmallIntegerField("资源数")
    order = models.JSONField("次序", null=True, blank=True, help_text="running numbers, best first")
    asked_at = models.DateTimeField("提问时间")
    due_at = models.DateTimeField("应问时间", help_text="nobody else asks before this")
    attempt_count = models.PositiveSmallIntegerField("已问次数", default=0)

    objects = SecondOpinionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "次序意见"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(resource_count__gte=2), name="second_opinion_has_a_choice")
        ]

    def __str__(self) -> str:
        return f"次序意见 {self.digest[:8]}"
