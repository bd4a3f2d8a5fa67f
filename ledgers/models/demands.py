"""What a branch wants help with."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.models import Branch
from core.fields import OneOfField, SomeOfField
from core.models import TimeStampedModel
from core.search.models import Searchable, SearchableManager, SearchableQuerySet, stale_trigger
from ledgers.enums import (
    DEMAND_FINISHED,
    Audience,
    DemandNature,
    DemandSource,
    DemandState,
    HelpKind,
    OriginKind,
    Urgency,
)
from ledgers.models.catalogue import ServiceAspect, ServiceItem

if TYPE_CHECKING:
    from branches.models import User


class DemandQuerySet(SearchableQuerySet):
    def open(self) -> DemandQuerySet:
        return self.filter(state=DemandState.OPEN)

    def unfinished(self) -> DemandQuerySet:
        return self.exclude(state__in=DEMAND_FINISHED)

    def overdue(self, *, on: date) -> DemandQuerySet:
        return self.unfinished().filter(deadline_on__lt=on)

    def in_hall(self, *, on: date) -> DemandQuerySet:
        """Demands in the 认领大厅: open for so long that the whole county may claim them."""
        return self.filter(state=DemandState.OPEN, hall_on__lte=on)

    def claimable_by(self, user: User, *, on: date) -> DemandQuerySet:
        """Visible rows and, for whoever works for a branch, those in the hall: what they may claim."""
        visible = self.visible_to(user)
        return self.filter(Q(pk__in=visible.values("pk")) | Q(pk__in=self._hall_of(user, on)))

    def _hall_of(self, user: User, on: date) -> Any:
        rows = Demand.objects.in_hall(on=on).values("pk")
        return rows if user.branch_ids or user.sees_county else rows.none()

    def visible_to(self, user: User) -> DemandQuerySet:
        """Own branches' rows; of partners, and of those one's resources were claimed for, no drafts."""
        if user.sees_county:
            return self
        rows = Demand.objects.order_by().values("pk")
        own = rows.filter(branch__in=user.branch_ids)
        partners = rows.filter(branch__in=user.partner_ids).exclude(state=DemandState.DRAFT)
        claimed = rows.filter(claims__resource__branch__in=user.branch_ids).exclude(state=DemandState.DRAFT)
        return self.filter(
            pk__in=own.union(partners, claimed)
        )  # an OR would keep every index from being used


@pghistory.track(exclude=["search", "title_key"])
class Demand(Searchable, TimeStampedModel):
    """需求: a problem or difficulty a branch wants help with. A deadline of null is 长期."""

    SEARCH_TEXTS = ("title", "description", "audience_text", "note")
    SEARCH_NAME = "title"
    SORT_KEY = "title_key"

    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="提出单位", related_name="demands")
    serial = models.PositiveIntegerField("序号")
    aspect = models.ForeignKey(ServiceAspect, models.PROTECT, verbose_name="需求方面", related_name="demands")
    items = models.ManyToManyField(ServiceItem, verbose_name="服务事项", related_name="demands", blank=True)
    help_kinds = SomeOfField(
        models.CharField(max_length=20, choices=HelpKind), default=list, blank=True, verbose_name="服务方式"
    )
    title = models.CharField("需求内容", max_length=120)
    title_key = models.CharField("拼音排序键", max_length=600, editable=False, default="")
    description = models.TextField("具体描述", max_length=2000, blank=True)
    nature = OneOfField("需求性质", max_length=20, choices=DemandNature, default=DemandNature.PROBLEM)
    source = OneOfField("需求来源", max_length=20, choices=DemandSource, default=DemandSource.OTHER)
    source_event = models.CharField("来源事件", max_length=120, blank=True, help_text="提出它的会议或走访")
    source_on = models.DateField("来源日期", null=True, blank=True)
    audience_text = models.CharField("服务对象", max_length=100, blank=True)
    audiences = SomeOfField(
        models.CharField(max_length=20, choices=Audience),
        default=list,
        blank=True,
        verbose_name="服务对象类别",
    )
    expected_people = models.PositiveIntegerField("预计受益人数", null=True, blank=True)
    urgency = models.PositiveSmallIntegerField("紧急程度", choices=Urgency, default=Urgency.NORMAL)
    raised_on = models.DateField("提出日期", default=timezone.localdate)
    deadline_on = models.DateField("期望完成时限", null=True, blank=True, help_text="空表示长期")
    visits_wanted = models.PositiveSmallIntegerField(
        "所需次数",
        null=True,
        blank=True,
        help_text="空表示一次认领即全部承接",
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    preferred_time = models.CharField("希望时间", max_length=100, blank=True)
    place = models.CharField("地点", max_length=200, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    state = OneOfField("状态", max_length=20, choices=DemandState, default=DemandState.DRAFT)
    state_reason = models.CharField("状态说明", max_length=300, blank=True)
    hall_on = models.DateField("进入认领大厅日期", null=True, blank=True, editable=False)
    closed_on = models.DateField("解决日期", null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField("满意度", null=True, blank=True, help_text="1–5")
    acceptance_words = models.CharField("验收意见", max_length=300, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)

    objects = SearchableManager.from_queryset(DemandQuerySet)()

    class Meta:
        verbose_name = verbose_name_plural = "需求"
        ordering = ["serial", "pk"]
        indexes = [
            models.Index(fields=["state", "deadline_on"], name="demand_state_deadline"),
            models.Index(fields=["branch", "state"], include=["id"], name="demand_scope"),
            models.Index(fields=["deadline_on", "id"], name="demand_deadline_order"),
            models.Index(fields=["urgency", "id"], name="demand_urgency_order"),
            models.Index(fields=["title_key", "id"], name="demand_title_key"),
            GinIndex(fields=["search"], name="demand_search"),
            models.Index(fields=["id"], condition=Q(search=None), name="demand_unsearchable"),
        ]
        triggers = [stale_trigger("title", "description", "audience_text", "note")]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "serial"],
                name="demand_serial",
                include=["id"],
                violation_error_message="该支部的需求账单里已有这个序号。",
            ),
            models.CheckConstraint(
                condition=Q(deadline_on__isnull=True) | Q(deadline_on__gte=F("raised_on")),
                name="demand_deadline",
                violation_error_message="期望完成时限不能早于提出日期。",
            ),
            models.CheckConstraint(
                condition=Q(visits_wanted__isnull=True) | Q(visits_wanted__range=(1, 50)),
                name="demand_visits_wanted",
                violation_error_message="所需次数须在 1 到 50 之间；不定次数请留空。",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5), state="closed"),
                name="demand_satisfaction",
                violation_error_message="满意度须为 1 到 5 分，销号时填写。",
            ),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="demand_urgency"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("raised_on")),
                name="demand_closed_after_raised",
                violation_error_message="解决日期不能早于提出日期。",
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

    def is_in_hall(self, on: date) -> bool:
        return self.state == DemandState.OPEN and self.hall_on is not None and self.hall_on <= on


class DemandOrigin(models.Model):
    """来历: `demand` took over what `origin` asked for: several of one split, one of several merged."""

    demand = models.ForeignKey(Demand, models.PROTECT, verbose_name="需求", related_name="origins")
    origin = models.ForeignKey(Demand, models.PROTECT, verbose_name="原需求", related_name="successors")
    kind = OneOfField("方式", max_length=10, choices=OriginKind)
    reason = models.CharField("理由", max_length=300)
    made_at = models.DateTimeField("时间")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "需求来历"
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["demand", "origin"], name="demand_origin_once"),
            models.CheckConstraint(condition=~Q(demand=F("origin")), name="demand_origin_other"),
            models.CheckConstraint(condition=~Q(reason=""), name="demand_origin_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} → {self.demand}"
