"""What two branches agree on: the pairing, its agreement, claims on each other's lists, and plan orders."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Least, TruncDate
from django.urls import reverse

from branches.models import Branch
from core.models import TimeStampedModel
from ledgers.models import Demand, Resource
from pairing.plans.enums import (
    CLAIM_PENDING,
    PLAN_ORDER_LIVE,
    AgreementState,
    ClaimState,
    Line,
    PairingState,
    PlanOrderState,
    TaskKind,
)

if TYPE_CHECKING:
    from branches.models import User


class PairingQuerySet(models.QuerySet["Pairing"]):
    def active(self) -> PairingQuerySet:
        return self.filter(state=PairingState.ACTIVE)

    def of_branches(self, branch_ids: object) -> PairingQuerySet:
        return self.filter(Q(branch_a__in=branch_ids) | Q(branch_b__in=branch_ids))

    def between(self, first: Branch | int, second: Branch | int) -> PairingQuerySet:
        """The pairings of two branches, whichever of them is 甲方."""
        return self.filter(Q(branch_a=first, branch_b=second) | Q(branch_a=second, branch_b=first))

    def visible_to(self, user: User) -> PairingQuerySet:
        return self if user.sees_county else self.of_branches(user.branch_ids)


@pghistory.track()
class Pairing(TimeStampedModel):
    """结对: two branches for a term. 甲方 and 乙方 only order the names; a pair is one either way round."""

    branch_a = models.ForeignKey(Branch, models.PROTECT, verbose_name="甲方", related_name="pairings_as_a")
    branch_b = models.ForeignKey(Branch, models.PROTECT, verbose_name="乙方", related_name="pairings_as_b")
    liaison_a = models.CharField("甲方联络员", max_length=60, blank=True)
    liaison_b = models.CharField("乙方联络员", max_length=60, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    aims = models.TextField("共建目标", blank=True)
    state = models.CharField("状态", max_length=10, choices=PairingState, default=PairingState.ACTIVE)
    end_reason = models.CharField("结束说明", max_length=300, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(branch_a=F("branch_b")),
                name="pairing_not_with_itself",
                violation_error_message="支部不能和自己结对，请选择另一个支部。",
            ),
            models.UniqueConstraint(
                Least("branch_a", "branch_b"),
                Greatest("branch_a", "branch_b"),
                condition=Q(state="active"),
                name="pairing_once_while_active",
                violation_error_message="这两个支部已经在结对中，不能重复结对。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="pairing_term",
                violation_error_message="结对结束日期不能早于开始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_a}—{self.branch_b}"

    def get_absolute_url(self) -> str:
        return reverse("pairing_detail", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.state == PairingState.ACTIVE

    def has(self, branch_id: int) -> bool:
        return branch_id in (self.branch_a_id, self.branch_b_id)

    def partner_of(self, branch_id: int) -> Branch:
        """The other side of `branch_id`."""
        return self.branch_b if branch_id == self.branch_a_id else self.branch_a


@pghistory.track()
class Agreement(TimeStampedModel):
    """共建协议: one signed version of what a pairing promises."""

    pairing = models.ForeignKey(Pairing, models.PROTECT, verbose_name="结对", related_name="agreements")
    number = models.CharField("协议编号", max_length=60, unique=True)
    signed_on = models.DateField("签约日期", null=True, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    aims = models.TextField("共建目标", blank=True)
    content = models.TextField("共建内容", blank=True)
    state = models.CharField("状态", max_length=20, choices=AgreementState, default=AgreementState.DRAFT)

    class Meta:
        verbose_name = verbose_name_plural = "共建协议"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="agreement_term",
                violation_error_message="协议结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(signed_on__isnull=False),
                name="agreement_in_force_is_signed",
                violation_error_message="生效的协议必须有签约日期。",
            ),
            models.UniqueConstraint(
                fields=["pairing"], condition=Q(state="in_force"), name="agreement_one_in_force"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ClaimQuerySet(models.QuerySet["Claim"]):
    def pending(self) -> ClaimQuerySet:
        return self.filter(state__in=CLAIM_PENDING)

    def holding_capacity(self) -> ClaimQuerySet:
        """Claims whose visits are promised, each with the local `day` in whose month they count.

        Pending ones hold capacity like accepted ones, unless the order was cancelled; one without a wanted
        day counts in the month it was made.
        """
        held = self.filter(state__in=[*CLAIM_PENDING, ClaimState.ACCEPTED])
        held = held.exclude(plan_order__state=PlanOrderState.CANCELLED)
        return held.annotate(day=Coalesce("wanted_on", TruncDate("created_at")))

    def visible_to(self, user: User) -> ClaimQuerySet:
        if user.sees_county:
            return self
        return self.filter(
            Q(pairing__branch_a__in=user.branch_ids) | Q(pairing__branch_b__in=user.branch_ids)
        )


@pghistory.track()
class Claim(TimeStampedModel):
    """认领: one branch proposes that a resource serve a demand; the other side decides.

    `awaiting` is the branch whose answer is due; a counter-proposal hands it to the other side.
    """

    pairing = models.ForeignKey(Pairing, models.PROTECT, verbose_name="结对", related_name="claims")
    demand = models.ForeignKey(Demand, models.PROTECT, verbose_name="需求", related_name="claims")
    resource = models.ForeignKey(Resource, models.PROTECT, verbose_name="资源", related_name="claims")
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
    state = models.CharField("状态", max_length=10, choices=ClaimState, default=ClaimState.PROPOSED)
    reason = models.CharField("理由", max_length=300, blank=True)
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
                condition=Q(state__in=["proposed", "countered"]),
                name="claim_once_while_pending",
                violation_error_message="这条需求和这项资源已有一个待确认的认领。",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""),
                name="claim_declined_has_reason",
                violation_error_message="婉拒要写明理由。",
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
    def is_pending(self) -> bool:
        return self.state in CLAIM_PENDING


class PlanOrderQuerySet(models.QuerySet["PlanOrder"]):
    def live(self) -> PlanOrderQuerySet:
        return self.filter(state__in=PLAN_ORDER_LIVE)

    def overdue(self, *, on: date) -> PlanOrderQuerySet:
        return self.live().filter(due_on__lt=on)

    def visible_to(self, user: User) -> PlanOrderQuerySet:
        if user.sees_county:
            return self
        return self.filter(
            Q(pairing__branch_a__in=user.branch_ids) | Q(pairing__branch_b__in=user.branch_ids)
        )


@pghistory.track()
class PlanOrder(TimeStampedModel):
    """计划定单: the shared plan by which a resource serves a demand.

    Every edit raises `version`; a side has confirmed only while its confirmed version equals `version`.
    """

    number = models.CharField("定单编号", max_length=40, unique=True)
    pairing = models.ForeignKey(Pairing, models.PROTECT, verbose_name="结对", related_name="plan_orders")
    demand = models.ForeignKey(Demand, models.PROTECT, verbose_name="需求", related_name="plan_orders")
    resource = models.ForeignKey(
        Resource, models.PROTECT, null=True, blank=True, verbose_name="资源", related_name="plan_orders"
    )
    claim = models.OneToOneField(
        Claim, models.PROTECT, null=True, blank=True, verbose_name="认领", related_name="plan_order"
    )
    line = models.CharField("四联类别", max_length=20, choices=Line)
    task = models.TextField("任务", max_length=1000)
    responsible_a = models.CharField("甲方责任人", max_length=60, blank=True)
    responsible_b = models.CharField("乙方责任人", max_length=60, blank=True)
    place = models.CharField("地点意向", max_length=200, blank=True)
    due_on = models.DateField("完成时限")
    state = models.CharField("状态", max_length=20, choices=PlanOrderState, default=PlanOrderState.DRAFT)
    state_reason = models.CharField("状态说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    confirmed_version_a = models.PositiveIntegerField("甲方确认的版本", null=True, blank=True)
    confirmed_version_b = models.PositiveIntegerField("乙方确认的版本", null=True, blank=True)
    completed_on = models.DateField("完成日期", null=True, blank=True)

    objects = PlanOrderQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划定单"
        ordering = ["number"]
        indexes = [models.Index(fields=["state", "due_on"], name="plan_order_state_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_version_a__isnull=True) | Q(confirmed_version_a__lte=F("version")),
                name="plan_order_confirmed_a",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_version_b__isnull=True) | Q(confirmed_version_b__lte=F("version")),
                name="plan_order_confirmed_b",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "in_progress", "awaiting_acceptance"])
                | Q(
                    # Spelled out, because a comparison with null is unknown and a check lets that pass.
                    confirmed_version_a__isnull=False,
                    confirmed_version_b__isnull=False,
                    confirmed_version_a=F("version"),
                    confirmed_version_b=F("version"),
                ),
                name="plan_order_both_confirmed",
                violation_error_message="双方都确认同一版本后，定单才能实施。",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(state_reason=""),
                name="plan_order_cancel_reason",
                violation_error_message="取消定单要写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("plan_order_detail", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.state in PLAN_ORDER_LIVE

    @property
    def is_over(self) -> bool:
        return not self.is_live

    @property
    def is_confirmed_a(self) -> bool:
        return self.confirmed_version_a == self.version

    @property
    def is_confirmed_b(self) -> bool:
        return self.confirmed_version_b == self.version


@pghistory.track()
class PlanTask(TimeStampedModel):
    """定单任务: one step of an order. An ACTIVITY task becomes a scheduled joint activity."""

    plan_order = models.ForeignKey(PlanOrder, models.CASCADE, verbose_name="定单", related_name="tasks")
    position = models.PositiveSmallIntegerField("序号")
    kind = models.CharField("类型", max_length=20, choices=TaskKind)
    title = models.CharField("任务", max_length=200)
    owner = models.ForeignKey(Branch, models.PROTECT, verbose_name="负责支部", related_name="+")
    responsible = models.CharField("责任人", max_length=60, blank=True)
    due_on = models.DateField("完成时限")
    done_on = models.DateField("完成日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定单任务"
        ordering = ["plan_order", "position"]
        constraints = [models.UniqueConstraint(fields=["plan_order", "position"], name="plan_task_position")]

    def __str__(self) -> str:
        return self.title
