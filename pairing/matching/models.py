"""Runs of the matching engine and the matches each produced, kept so that an old run stays explainable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import TimeStampedModel
from ledgers.models import Demand, Resource
from pairing.matching.engine import Weights
from pairing.matching.enums import MatchRunState
from pairing.plans.models import Pairing

if TYPE_CHECKING:
    from branches.models import User


class ScoreWeights(models.Model):
    """匹配权重: one version of what each term counts and of the floor; the last one made is in force.

    `weights` holds every number of the engine's `Weights` but the floor. Older versions stay as they were, so
    that the runs made with them can be explained.
    """

    weights = models.JSONField("权重", help_text="term → weight, as Weights.as_dict() without the floor")
    floor = models.FloatField("推荐下限")
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
                violation_error_message="推荐下限须在 0 到 1 之间。",
            ),
            models.CheckConstraint(condition=~Q(note=""), name="score_weights_note"),
        ]

    def __str__(self) -> str:
        return f"第 {self.pk} 版匹配权重"

    def as_weights(self) -> Weights:
        """What the engine is given: a term added to it since takes its default, one taken out is left out."""
        kept = {name: self.weights[name] for name in Weights.default().as_dict() if name in self.weights}
        return Weights.from_dict({**kept, "floor": self.floor})


class MatchRun(TimeStampedModel):
    """匹配批次: one solved whole-list plan, for one pairing or (without one) for the county."""

    pairing = models.ForeignKey(
        Pairing, models.CASCADE, null=True, blank=True, verbose_name="结对", related_name="match_runs"
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name="发起人",
        related_name="+",
    )
    state = models.CharField("状态", max_length=10, choices=MatchRunState, default=MatchRunState.RUNNING)
    as_of = models.DateField("统计日")
    weights = models.JSONField("权重", default=dict)
    demand_count = models.PositiveIntegerField("需求数", default=0)
    resource_count = models.PositiveIntegerField("资源数", default=0)
    objective = models.FloatField("目标值", null=True, blank=True)
    bound = models.FloatField("理论上界", null=True, blank=True)
    timings_ms = models.JSONField("耗时", default=dict, help_text="step → milliseconds")
    unserved = models.JSONField("未匹配", default=list, help_text="[{demand_id, code, sentence}]")

    class Meta:
        verbose_name = verbose_name_plural = "匹配批次"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"匹配批次 {self.pk}"


class MatchQuerySet(models.QuerySet["Match"]):
    def visible_to(self, user: User) -> MatchQuerySet:
        if user.sees_county:
            return self
        return self.filter(Q(demand__branch__in=user.branch_ids) | Q(resource__branch__in=user.branch_ids))


class Match(models.Model):
    """匹配: a resource assigned to a demand in a run, with its score in [0, 1] and the reasons."""

    run = models.ForeignKey(MatchRun, models.CASCADE, verbose_name="批次", related_name="matches")
    demand = models.ForeignKey(Demand, models.CASCADE, verbose_name="需求", related_name="matches")
    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="matches")
    score = models.FloatField("匹配分")
    terms = models.JSONField("分项", default=list, help_text="[{name, value, weight, sentence}]")
    explanation = models.TextField("理由", blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "匹配"
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "demand", "resource"], name="match_once"),
            models.CheckConstraint(condition=Q(score__range=(0, 1)), name="match_score"),
        ]

    def __str__(self) -> str:
        return f"{self.resource}→{self.demand}"
