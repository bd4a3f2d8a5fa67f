"""Runs of the matching engine and their shards, kept so that an old run stays explainable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Branch
from core.fields import OneOfField
from core.models import TimeStampedModel
from pairing.matching.enums import (
    MATCH_RUN_LIVE,
    MATCH_RUN_OVER,
    MatchRunOrigin,
    MatchRunState,
    MatchScope,
)
from pairing.plans.models import Pairing

if TYPE_CHECKING:
    from branches.models import User


class MatchRunQuerySet(models.QuerySet["MatchRun"]):
    def live(self) -> MatchRunQuerySet:
        return self.filter(state__in=MATCH_RUN_LIVE)

    def visible_to(self, user: User) -> MatchRunQuerySet:
        """Runs of groups and of the county are for the county; a pairing's are for its two branches too."""
        if user.sees_county:
            return self
        return self.filter(
            Q(pairing__branch_a__in=user.branch_ids) | Q(pairing__branch_b__in=user.branch_ids)
        )


class MatchRun(TimeStampedModel):
    """匹配批次: one solved whole-list plan with everything it was solved from, a draft until it is accepted.

    `conditions` is what a person fixed before it was solved (see `Conditions`) and never changes;
    what they would like to change next is kept as MatchEdits. `started_at` is when the ledgers were read.
    A run is done when any of its shards is; what the failed ones leave out can be tried again by itself.
    """

    scope = OneOfField("范围", max_length=10, choices=MatchScope, default=MatchScope.PAIRING)
    scope_key = models.CharField("范围标识", max_length=80, help_text="equal for runs of the same branches")
    pairing = models.ForeignKey(
        Pairing, models.CASCADE, null=True, blank=True, verbose_name="结对", related_name="match_runs"
    )
    area = models.ForeignKey(
        Branch, models.CASCADE, null=True, blank=True, verbose_name="上级组织", related_name="+"
    )
    branch_ids = ArrayField(
        models.BigIntegerField(), default=list, blank=True, verbose_name="支部", help_text="empty: all"
    )
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, verbose_name="上一份方案", related_name="children"
    )
    origin = OneOfField("来由", max_length=10, choices=MatchRunOrigin, default=MatchRunOrigin.NEW)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name="发起人",
        related_name="+",
    )
    state = OneOfField("状态", max_length=10, choices=MatchRunState, default=MatchRunState.QUEUED)
    as_of = models.DateField("统计日")
    weights = models.JSONField("权重", default=dict)
    conditions = models.JSONField("条件", default=dict, blank=True)
    catalogue_version = models.CharField("服务目录版本", max_length=64, blank=True)
    demand_count = models.PositiveIntegerField("需求数", default=0)
    resource_count = models.PositiveIntegerField("资源数", default=0)
    objective = models.FloatField("目标值", null=True, blank=True)
    bound = models.FloatField("理论上界", null=True, blank=True)
    timings_ms = models.JSONField("耗时", default=dict, help_text="step → milliseconds, summed over shards")
    changes = models.JSONField(
        "与上一份的差别",
        default=list,
        blank=True,
        help_text="[{demand_id, demand, before, after, why, cause}]",
    )
    notes = models.JSONField("说明", default=list, blank=True, help_text="sentences a reader must know")
    match_count = models.PositiveIntegerField(
        "已安排", default=0, help_text="demands with a visit planned at least"
    )
    error = models.CharField("失败原因", max_length=300, blank=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)

    objects = MatchRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "匹配批次"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scope_key"], condition=Q(state__in=["queued", "running"]), name="match_run_one_live"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"]) | Q(finished_at__isnull=False),
                name="match_run_over_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.pk} 号方案"

    def get_absolute_url(self) -> str:
        return reverse("match_run_detail", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.state in MATCH_RUN_LIVE

    @property
    def is_done(self) -> bool:
        return self.state == MatchRunState.DONE

    def unsolved_branches(self) -> set[int]:
        """The branches of the parts that could not be solved; a run of one part says nothing of them."""
        failed = self.shards.filter(state=MatchRunState.FAILED).order_by()
        return {pk for branch_ids in failed.values_list("branch_ids", flat=True) for pk in branch_ids}

    @property
    def gap_count(self) -> int:
        """Demands for which nothing is planned."""
        return self.demand_count - self.match_count

    @property
    def percent_of_bound(self) -> float:
        """How much of the best conceivable plan this one reaches, in percent with one digit, rounded down."""
        return int(1000 * (self.objective or 0) / self.bound + 1e-6) / 10 if self.bound else 100.0


class MatchShardQuerySet(models.QuerySet["MatchShard"]):
    def over(self) -> MatchShardQuerySet:
        return self.filter(state__in=MATCH_RUN_OVER)


class MatchShard(models.Model):
    """匹配分片: a part of a run that one worker solves by itself, held under a lease while it is solved.

    Branches of different shards are in no common pairing, so the parts of a plan are independent.
    """

    run = models.ForeignKey(MatchRun, models.CASCADE, verbose_name="批次", related_name="shards")
    position = models.PositiveIntegerField("序号")
    name = models.CharField("名称", max_length=200, help_text="the organisations at its top")
    branch_ids = ArrayField(
        models.BigIntegerField(), default=list, blank=True, verbose_name="支部", help_text="empty: all"
    )
    state = OneOfField("状态", max_length=10, choices=MatchRunState, default=MatchRunState.QUEUED)
    attempt_count = models.PositiveSmallIntegerField("尝试次数", default=0)
    lease_token = models.UUIDField("租约", null=True, blank=True)
    lease_until = models.DateTimeField("租约到期", null=True, blank=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True, help_text="of the last attempt")
    elapsed_ms = models.FloatField("用时（毫秒）", null=True, blank=True)
    error = models.CharField("失败原因", max_length=300, blank=True)

    objects = MatchShardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "匹配分片"
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="match_shard_position"),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False, lease_token__isnull=False),
                name="match_shard_running_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.position}"
