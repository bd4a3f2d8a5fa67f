"""The shared plan by which a resource serves a demand, and its tasks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse

from branches.models import Branch
from core.fields import OneOfField
from core.models import TimeStampedModel
from ledgers.models import Demand, Resource
from pairing.plans.enums import CONFIRMING_STEPS, PLAN_ORDER_LIVE, Line, PlanOrderState, TaskKind
from pairing.plans.models.claims import Claim, Series
from pairing.plans.models.pairings import Pairing

if TYPE_CHECKING:
    from branches.models import User


class PlanOrderQuerySet(models.QuerySet["PlanOrder"]):
    def live(self) -> PlanOrderQuerySet:
        return self.filter(state__in=PLAN_ORDER_LIVE)

    def holding_capacity(self) -> models.QuerySet[Any]:
        """Orders drawn up by hand whose visits are promised, each with the `day` in whose month they count.

        An order born from a claim holds what its claim holds.
        """
        held = self.filter(drafted_by__isnull=False).exclude(state=PlanOrderState.CANCELLED)
        return held.annotate(day=Coalesce("wanted_on", TruncDate("created_at")))

    def overdue(self, *, on: date) -> PlanOrderQuerySet:
        return self.live().filter(due_on__lt=on)

    def with_office_steps(self) -> PlanOrderQuerySet:
        """Each with `has_office_step`: whether the county office took a step on it, or on its claim."""
        steps: Any = self.model._meta.get_field("on_behalf").related_model
        on_either = Q(order=OuterRef("pk")) | Q(claim=OuterRef("claim"))
        return self.annotate(has_office_step=Exists(steps.objects.filter(on_either)))

    def newest_first(self) -> PlanOrderQuerySet:
        """By `sequence`, the number with zeros: as text 2026-1000 comes before 2026-999."""
        numbered = self.alias(
            sequence=Func(
                F("number"),
                template=r"(regexp_replace(%(expressions)s, '\d*$', '')"
                r" || lpad(substring(%(expressions)s from '\d*$'), 40, '0'))",
                output_field=models.CharField(),
            )
        )
        return numbered.order_by("-sequence")

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
    series = models.ForeignKey(
        Series, models.PROTECT, null=True, blank=True, verbose_name="系列", related_name="plan_orders"
    )
    drafted_by = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, verbose_name="起草支部", related_name="+"
    )
    visit_count = models.PositiveSmallIntegerField(
        "承接次数", default=1, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    line = OneOfField("四联类别", max_length=20, choices=Line)
    task = models.TextField("任务", max_length=1000)
    responsible_a = models.CharField("甲方责任人", max_length=60, blank=True)
    responsible_b = models.CharField("乙方责任人", max_length=60, blank=True)
    place = models.CharField("地点意向", max_length=200, blank=True)
    wanted_on = models.DateField("希望日期", null=True, blank=True)
    due_on = models.DateField("完成时限")
    state = OneOfField("状态", max_length=20, choices=PlanOrderState, default=PlanOrderState.DRAFT)
    state_reason = models.CharField("状态说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    confirmed_version_a = models.PositiveIntegerField("甲方确认的版本", null=True, blank=True)
    confirmed_version_b = models.PositiveIntegerField("乙方确认的版本", null=True, blank=True)
    result = models.TextField("办理结果", max_length=1000, blank=True)
    completed_on = models.DateField("完成日期", null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField("满意度", null=True, blank=True, help_text="1–5")
    acceptance_words = models.CharField("验收意见", max_length=300, blank=True)

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
                condition=Q(state="completed", completed_on__isnull=False)
                | ~Q(state="completed") & Q(completed_on__isnull=True),
                name="plan_order_completed_has_date",
            ),
            models.CheckConstraint(condition=Q(visit_count__range=(1, 50)), name="plan_order_visit_count"),
            models.CheckConstraint(
                condition=Q(claim__isnull=True) | Q(drafted_by__isnull=True),
                name="plan_order_claimed_or_by_hand",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5), state="completed"),
                name="plan_order_satisfaction",
                violation_error_message="满意度须为 1 到 5 分，验收通过时填写。",
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

    def is_on_behalf(self, branch_id: int) -> bool:
        """Whether the county office has confirmed this version for the branch; reads `on_behalf`."""
        return any(
            row.branch_id == branch_id and row.step in CONFIRMING_STEPS
            for row in self.on_behalf.all()
            if row.version == self.version
        )

    @property
    def is_on_behalf_a(self) -> bool:
        return self.is_on_behalf(self.pairing.branch_a_id)

    @property
    def is_on_behalf_b(self) -> bool:
        return self.is_on_behalf(self.pairing.branch_b_id)

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
    kind = OneOfField("类型", max_length=20, choices=TaskKind)
    title = models.CharField("任务", max_length=200)
    owner = models.ForeignKey(Branch, models.PROTECT, verbose_name="负责支部", related_name="+")
    responsible = models.CharField("责任人", max_length=60, blank=True)
    due_on = models.DateField("完成时限")
    done_on = models.DateField("完成日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定单任务"
        ordering = ["plan_order", "position"]
        constraints = [
            # Deferred, so that tasks can change places inside one transaction.
            models.UniqueConstraint(
                fields=["plan_order", "position"],
                name="plan_task_position",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return self.title
