"""What each term of a score counts, in versions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class ScoreWeights(models.Model):
    """匹配权重: one version of what each term counts and of the floor; the last one made is in force.

    `weights` holds every number of the engine's `Weights` but the floor. Older versions stay as they were, so
    that the runs made with them can be explained.
    """

    weights = models.JSONField("权重", help_text="term → weight, as Weights.as_dict() without the floor")
    floor = models.FloatField("推荐线")
    note = models.CharField("调整说明", max_length=300)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="调整人", related_name="+"
    )
    made_at = models.DateTimeField("调整时间")
    is_current = models.BooleanField("现行", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "匹配权重"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="score_weights_one_current"
            ),
            models.CheckConstraint(
                condition=Q(floor__range=(0, 1)),
                name="score_weights_floor",
                violation_error_message="推荐线须在 0 到 1 之间。",
            ),
            models.CheckConstraint(condition=~Q(note=""), name="score_weights_note"),
        ]

    def __str__(self) -> str:
        return f"第 {self.pk} 版匹配权重"
