"""What a run planned, what it left open and why, and what a person wants different."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.fields import OneOfField
from core.models import TimeStampedModel
from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand, Resource
from pairing.matching.enums import MatchEditKind
from pairing.matching.models.runs import MatchRun
from pairing.plans.enums import CLAIM_PENDING, ClaimState
from pairing.plans.models import Claim

if TYPE_CHECKING:
    from branches.models import User

STANDING = (*CLAIM_PENDING, ClaimState.ACCEPTED)


class MatchQuerySet(models.QuerySet["Match"]):
    def visible_to(self, user: User) -> MatchQuerySet:
        if user.sees_county:
            return self
        return self.filter(Q(demand__branch__in=user.branch_ids) | Q(resource__branch__in=user.branch_ids))

    def unclaimed(self) -> MatchQuerySet:
        """Those that accepting has not led to a claim that stands."""
        return self.filter(Q(claim=None) | ~Q(claim__state__in=STANDING))

    def acceptable(self, *, on: date) -> MatchQuerySet:
        """Unclaimed ones whose demand is open and whose resource is to be had on a day.

        Not those that a person has excluded, nor a demand and a resource that wait for an answer already.
        """
        ends = {"demand": OuterRef("demand"), "resource": OuterRef("resource")}
        excluded = MatchEdit.objects.filter(run=OuterRef("run"), kind=MatchEditKind.FORBID, **ends)
        return self.unclaimed().filter(
            Q(resource__valid_to=None) | Q(resource__valid_to__gte=on),
            ~Exists(excluded),
            ~Exists(Claim.objects.undecided().filter(**ends)),
            demand__state=DemandState.OPEN,
            resource__state=ResourceState.PUBLISHED,
        )


class Match(models.Model):
    """匹配: a resource assigned to a demand in a run, with its score in [0, 1] and the reasons.

    `month` is the first day of the month its `visit_count` visits are planned for; a demand that wants
    several has a row for each resource and month. The titles are those that were read: the rows may be called
    otherwise by now. `claim` is what accepting it led to.
    """

    run = models.ForeignKey(MatchRun, models.CASCADE, verbose_name="批次", related_name="matches")
    demand = models.ForeignKey(Demand, models.CASCADE, verbose_name="需求", related_name="matches")
    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="matches")
    demand_title = models.CharField("当时的需求内容", max_length=120)
    resource_title = models.CharField("当时的资源名称", max_length=120)
    month = models.DateField("安排月份", null=True, blank=True)
    visit_count = models.PositiveSmallIntegerField("次数", default=1)
    score = models.FloatField("匹配分")
    terms = models.JSONField("分项", default=list, help_text="[{name, value, weight, sentence}]")
    explanation = models.TextField("理由", blank=True)
    alternatives = models.JSONField(
        "其他候选", default=list, blank=True, help_text="best first, as Candidate"
    )
    claim = models.ForeignKey(
        Claim, models.SET_NULL, null=True, blank=True, verbose_name="认领", related_name="matches"
    )

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "匹配"
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "demand", "resource", "month"], name="match_once"),
            models.CheckConstraint(condition=Q(visit_count__range=(1, 50)), name="match_visit_count"),
            models.CheckConstraint(condition=Q(score__range=(0, 1)), name="match_score"),
        ]

    def __str__(self) -> str:
        return f"{self.resource}→{self.demand}"


class MatchGap(models.Model):
    """未安排: a demand that a run leaves open, with the true reason and what would free it.

    `visit_count` are the visits left open; the rest of them may be planned.
    """

    run = models.ForeignKey(MatchRun, models.CASCADE, verbose_name="批次", related_name="gaps")
    demand = models.ForeignKey(Demand, models.CASCADE, verbose_name="需求", related_name="match_gaps")
    demand_title = models.CharField("当时的需求内容", max_length=120)
    visit_count = models.PositiveSmallIntegerField("差几次", default=1)
    code = models.CharField("原因", max_length=20)
    sentence = models.TextField("说明")
    alternatives = models.JSONField("候选", default=list, blank=True, help_text="best first, as Candidate")

    class Meta:
        verbose_name = verbose_name_plural = "未安排"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "demand"], name="match_gap_once")]

    def __str__(self) -> str:
        return str(self.demand)


class MatchEdit(TimeStampedModel):
    """方案意见: what a person wants different when the plan is solved again."""

    run = models.ForeignKey(MatchRun, models.CASCADE, verbose_name="批次", related_name="edits")
    demand = models.ForeignKey(Demand, models.CASCADE, verbose_name="需求", related_name="+")
    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="+")
    kind = OneOfField("意见", max_length=10, choices=MatchEditKind)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name="提出人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "方案意见"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "demand", "resource"], name="match_edit_once"),
            models.UniqueConstraint(
                fields=["run", "demand"], condition=Q(kind="pin"), name="match_edit_one_pin"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.resource}→{self.demand}"
