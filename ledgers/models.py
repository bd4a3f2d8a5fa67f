"""What one branch declares: the service catalogue, the resource list and the demand ledger."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.models import Branch
from core.models import TimeStampedModel
from ledgers.enums import (
    DEMAND_FINISHED,
    Audience,
    DemandNature,
    DemandSource,
    DemandState,
    HelpKind,
    Relation,
    ResourceKind,
    ResourceState,
    Sharing,
    Urgency,
)

if TYPE_CHECKING:
    from branches.models import User


class ServiceAspect(models.Model):
    """需求方面 / 服务方向: the first level of the service catalogue."""

    name = models.CharField("名称", max_length=40, unique=True)
    position = models.PositiveSmallIntegerField("排序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "需求方面"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class ServiceItem(models.Model):
    """服务事项: what branches do for each other; the second level of the catalogue."""

    aspect = models.ForeignKey(ServiceAspect, models.PROTECT, verbose_name="方面", related_name="items")
    name = models.CharField("名称", max_length=40, unique=True)
    help_kinds = ArrayField(
        models.CharField(max_length=20, choices=HelpKind), default=list, blank=True, verbose_name="服务方式"
    )
    audiences = ArrayField(
        models.CharField(max_length=20, choices=Audience), default=list, blank=True, verbose_name="服务对象"
    )
    position = models.PositiveSmallIntegerField("排序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "服务事项"
        ordering = ["aspect__position", "position", "pk"]

    def __str__(self) -> str:
        return self.name


class LexiconTerm(models.Model):
    """词库: a word that points to a service item, or away from it."""

    item = models.ForeignKey(ServiceItem, models.CASCADE, verbose_name="事项", related_name="terms")
    relation = models.CharField("关系", max_length=20, choices=Relation)
    text = models.CharField("词语", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "词库"
        ordering = ["item", "relation", "pk"]
        constraints = [models.UniqueConstraint(fields=["item", "text"], name="lexicon_term_once")]

    def __str__(self) -> str:
        return self.text


class ResourceQuerySet(models.QuerySet["Resource"]):
    def published(self) -> ResourceQuerySet:
        return self.filter(state=ResourceState.PUBLISHED)

    def valid(self, *, on: date) -> ResourceQuerySet:
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))

    def visible_to(self, user: User) -> ResourceQuerySet:
        """Own branches' rows, partners' published rows, and what is shared with the county."""
        if user.sees_county:
            return self
        partners = Branch.objects.partnered_with(user.branch_ids).values("pk")
        return self.filter(
            Q(branch__in=user.branch_ids)
            | Q(state=ResourceState.PUBLISHED, branch__in=partners)
            | Q(state=ResourceState.PUBLISHED, sharing=Sharing.COUNTY)
        )


@pghistory.track()
class Resource(TimeStampedModel):
    """资源: something a branch can offer, with how often and to whom."""

    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="提供单位", related_name="resources")
    serial = models.PositiveIntegerField("序号")
    kind = models.CharField("资源类别", max_length=20, choices=ResourceKind)
    title = models.CharField("资源名称", max_length=120)
    description = models.TextField("资源说明", max_length=2000, blank=True)
    aspects = models.ManyToManyField(
        ServiceAspect, verbose_name="服务方向", related_name="resources", blank=True
    )
    items = models.ManyToManyField(ServiceItem, verbose_name="服务事项", related_name="resources", blank=True)
    help_kinds = ArrayField(
        models.CharField(max_length=20, choices=HelpKind), default=list, blank=True, verbose_name="服务方式"
    )
    audiences = ArrayField(
        models.CharField(max_length=20, choices=Audience), default=list, blank=True, verbose_name="服务对象"
    )
    capacity_per_month = models.PositiveIntegerField(
        "每月可承接次数", null=True, blank=True, help_text="空表示不限"
    )
    availability_text = models.CharField("可服务时间", max_length=200, blank=True)
    place = models.CharField("地点", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_to = models.DateField("有效期止", null=True, blank=True)
    details = models.JSONField(
        "分类字段", default=dict, blank=True, help_text="fields of its kind: area, seats, issuer…"
    )
    sharing = models.CharField("共享范围", max_length=10, choices=Sharing, default=Sharing.PAIR)
    note = models.CharField("备注", max_length=300, blank=True)
    state = models.CharField("状态", max_length=20, choices=ResourceState, default=ResourceState.DRAFT)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资源"
        ordering = ["serial", "pk"]
        indexes = [models.Index(fields=["state", "kind"], name="resource_state_kind")]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "serial"],
                name="resource_serial",
                violation_error_message="该支部的资源清单里已有这个序号。",
            ),
            models.CheckConstraint(
                condition=Q(capacity_per_month__isnull=True) | Q(capacity_per_month__gt=0),
                name="resource_capacity",
                violation_error_message="每月可承接次数须大于 0；不限次数请留空。",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="resource_validity",
                violation_error_message="有效期止不能早于有效期起。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_expired(self, on: date) -> bool:
        return self.valid_to is not None and self.valid_to < on


class Availability(models.Model):
    """可服务时段: the weekly half-days of a resource, with single-day exceptions."""

    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="availabilities")
    weekday = models.PositiveSmallIntegerField("星期", null=True, blank=True, help_text="0 = 星期一")
    day = models.DateField("日期", null=True, blank=True, help_text="某一天的例外")
    half = models.CharField("半天", max_length=2, choices=[("am", "上午"), ("pm", "下午")])
    is_available = models.BooleanField("可服务", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "可服务时段"
        ordering = ["resource", "weekday", "day", "half"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__isnull=False, weekday__range=(0, 6), day__isnull=True)
                | Q(weekday__isnull=True, day__isnull=False),
                name="availability_weekday_or_day",
                violation_error_message="请填星期或某一天，二者选一。",
            ),
            models.UniqueConstraint(
                fields=["resource", "weekday", "day", "half"], nulls_distinct=False, name="availability_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day or self.weekday} {self.half}"


class DemandQuerySet(models.QuerySet["Demand"]):
    def open(self) -> DemandQuerySet:
        return self.filter(state=DemandState.OPEN)

    def unfinished(self) -> DemandQuerySet:
        return self.exclude(state__in=DEMAND_FINISHED)

    def overdue(self, *, on: date) -> DemandQuerySet:
        return self.unfinished().filter(deadline_on__lt=on)

    def visible_to(self, user: User) -> DemandQuerySet:
        """Own branches' rows and partners' rows that are no longer drafts."""
        if user.sees_county:
            return self
        partners = Branch.objects.partnered_with(user.branch_ids).values("pk")
        return self.filter(
            Q(branch__in=user.branch_ids) | (Q(branch__in=partners) & ~Q(state=DemandState.DRAFT))
        )


@pghistory.track()
class Demand(TimeStampedModel):
    """需求: a problem or difficulty a branch wants help with. A deadline of null is 长期."""

    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="提出单位", related_name="demands")
    serial = models.PositiveIntegerField("序号")
    aspect = models.ForeignKey(ServiceAspect, models.PROTECT, verbose_name="需求方面", related_name="demands")
    items = models.ManyToManyField(ServiceItem, verbose_name="服务事项", related_name="demands", blank=True)
    help_kinds = ArrayField(
        models.CharField(max_length=20, choices=HelpKind), default=list, blank=True, verbose_name="服务方式"
    )
    title = models.CharField("需求内容", max_length=120)
    description = models.TextField("具体描述", max_length=2000, blank=True)
    nature = models.CharField("需求性质", max_length=20, choices=DemandNature, default=DemandNature.PROBLEM)
    source = models.CharField("需求来源", max_length=20, choices=DemandSource, default=DemandSource.OTHER)
    audience_text = models.CharField("服务对象", max_length=100, blank=True)
    audiences = ArrayField(
        models.CharField(max_length=20, choices=Audience),
        default=list,
        blank=True,
        verbose_name="服务对象类别",
    )
    expected_people = models.PositiveIntegerField("预计受益人数", null=True, blank=True)
    urgency = models.PositiveSmallIntegerField("紧急程度", choices=Urgency, default=Urgency.NORMAL)
    raised_on = models.DateField("提出日期", default=timezone.localdate)
    deadline_on = models.DateField("期望完成时限", null=True, blank=True, help_text="空表示长期")
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    state = models.CharField("状态", max_length=20, choices=DemandState, default=DemandState.DRAFT)
    state_reason = models.CharField("状态说明", max_length=300, blank=True)
    closed_on = models.DateField("解决日期", null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField("满意度", null=True, blank=True, help_text="1–5")
    acceptance_words = models.CharField("验收意见", max_length=300, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)

    objects = DemandQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "需求"
        ordering = ["serial", "pk"]
        indexes = [models.Index(fields=["state", "deadline_on"], name="demand_state_deadline")]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "serial"],
                name="demand_serial",
                violation_error_message="该支部的需求账单里已有这个序号。",
            ),
            models.CheckConstraint(
                condition=Q(deadline_on__isnull=True) | Q(deadline_on__gte=F("raised_on")),
                name="demand_deadline",
                violation_error_message="期望完成时限不能早于提出日期。",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)),
                name="demand_satisfaction",
                violation_error_message="满意度须为 1 到 5 分。",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False)
                | (~Q(state="closed") & Q(closed_on__isnull=True)),
                name="demand_closed_has_date",
                violation_error_message="已办结的需求必须有解决日期；未办结的不能有。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["returned", "suspended", "withdrawn"]) | ~Q(state_reason=""),
                name="demand_reason",
                violation_error_message="退回、挂起、撤销都要写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return self.title
