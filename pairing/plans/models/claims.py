"""A proposal that a resource serve a demand, until the other side has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse

from branches.models import Branch
from core.fields import OneOfField
from core.models import TimeStampedModel
from ledgers.models import Demand, Resource
from pairing.plans.enums import CLAIM_PENDING, CLAIM_UNDECIDED, ClaimState, PlanOrderState
from pairing.plans.models.pairings import Pairing

if TYPE_CHECKING:
    from branches.models import User


class ClaimQuerySet(models.QuerySet["Claim"]):
    def pending(self) -> ClaimQuerySet:
        """Claims that wait for somebody's answer."""
        return self.filter(state__in=CLAIM_PENDING)

    def undecided(self) -> ClaimQuerySet:
        """The pending ones, and parts of a joint claim that wait for the other parts."""
        return self.filter(state__in=CLAIM_UNDECIDED)

    def holding_capacity(self) -> models.QuerySet[Any]:
        """Claims whose visits are promised, each with the local `day` in whose month they count.

        Undecided ones hold capacity like accepted ones, unless the order was cancelled; the order's wanted
        day goes before the claim's, and without either it counts in the month it was made.
        """
        held = self.filter(state__in=[*CLAIM_UNDECIDED, ClaimState.ACCEPTED])
        held = held.exclude(plan_order__state=PlanOrderState.CANCELLED)
        return held.annotate(day=Coalesce("plan_order__wanted_on", "wanted_on", TruncDate("created_at")))

    def with_office_steps(self) -> ClaimQuerySet:
        """Each with `has_office_step`: whether the county office answered it for a branch."""
        steps: Any = self.model._meta.get_field("on_behalf").related_model
        return self.annotate(has_office_step=Exists(steps.objects.filter(claim=OuterRef("pk"))))

    def visible_to(self, user: User) -> ClaimQuerySet:
        if user.sees_county:
            return self
        return self.filter(
            Q(pairing__branch_a__in=user.branch_ids) | Q(pairing__branch_b__in=user.branch_ids)
        )


@pghistory.track()
class Series(TimeStampedModel):
    """系列: claims or orders that belong together. Claims of one series are a joint claim: all or none."""

    title = models.CharField("系列名称", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "系列"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title


@pghistory.track()
class Claim(TimeStampedModel):
    """认领: one branch proposes that a resource serve a demand; the other side decides.

    `awaiting` is the branch whose answer is due; a counter-proposal hands it to the other side.
    """

    pairing = models.ForeignKey(Pairing, models.PROTECT, verbose_name="结对", related_name="claims")
    demand = models.ForeignKey(Demand, models.PROTECT, verbose_name="需求", related_name="claims")
    resource = models.ForeignKey(Resource, models.PROTECT, verbose_name="资源", related_name="claims")
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, verbose_name="联合认领", related_name="claims"
    )
    proposed_by = models.ForeignKey(Branch, models.PROTECT, verbose_name="发起支部", related_name="+")
    proposer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="发起人",
        related_name="+",
    )
    awaiting = models.ForeignKey(
        Branch, models.PROTECT, verbose_name="待答复支部", related_name="claims_to_answer"
    )
    visit_count = models.PositiveSmallIntegerField(
        "承接次数", default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    wanted_on = models.DateField("希望日期", null=True, blank=True)
    person = models.CharField("派出人员", max_length=60, blank=True)
    words = models.CharField("留言", max_length=300, blank=True)
    state = OneOfField("状态", max_length=10, choices=ClaimState, default=ClaimState.PROPOSED)
    reason = models.CharField("理由", max_length=300, blank=True)
    is_unfit = models.BooleanField("办不了这件事", default=False)  # said when declining; else it was the time
    expires_on = models.DateField("有效期至")
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    score = models.FloatField("匹配分", null=True, blank=True)
    explanation = models.TextField("匹配理由", blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "认领"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "resource"],
                condition=Q(state__in=["proposed", "countered", "agreed"]),
                name="claim_once_while_pending",
                violation_error_message="这条需求和这项资源已有一个待确认的认领。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "withdrawn"]) | ~Q(reason=""),
                name="claim_refusal_has_reason",
                violation_error_message="婉拒、撤回要写明理由。",
            ),
            models.CheckConstraint(
                condition=Q(is_unfit=False) | Q(state="declined"), name="claim_unfit_is_declined"
            ),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(series__isnull=False),
                name="claim_agreed_is_joint",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "countered"], decided_at__isnull=True)
                | ~Q(state__in=["proposed", "countered"]) & Q(decided_at__isnull=False),
                name="claim_decided_has_time",
            ),
            models.CheckConstraint(condition=Q(visit_count__range=(1, 50)), name="claim_visit_count"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 1)), name="claim_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource}→{self.demand}"

    def get_absolute_url(self) -> str:
        return reverse("claim_detail", args=[self.pk])

    @property
    def offering(self) -> Branch:
        """The branch whose terms are on the table: the other side of the one whose answer is due."""
        return self.pairing.partner_of(self.awaiting_id)

    @property
    def is_pending(self) -> bool:
        return self.state in CLAIM_PENDING
