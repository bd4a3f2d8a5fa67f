"""What a branch offers, and when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pghistory
from dateutil.relativedelta import relativedelta
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.models import Branch
from core.fields import OneOfField, SomeOfField
from core.models import TimeStampedModel
from core.periods import period_of
from core.search.models import Searchable, SearchableManager, SearchableQuerySet, stale_trigger
from ledgers.enums import Audience, HelpKind, ResourceKind, ResourceState, Sharing
from ledgers.hours import HALF_DAYS, MIDDAY
from ledgers.models.catalogue import ServiceAspect, ServiceItem

if TYPE_CHECKING:
    from branches.models import User


CONFIRMATION_TIME = relativedelta(months=3)  # an unanswered question takes a resource out of the matching


_OPENS_HALF = Q(  # `opens_half`, for the database
    half="am", opens_at__lt=MIDDAY[0], closes_at__gt=HALF_DAYS["am"][0], closes_at__lte=MIDDAY[1]
) | Q(half="pm", opens_at__gte=MIDDAY[0], closes_at__gt=MIDDAY[1])


def _unanswered(on: date) -> Q:
    """Asked whether it still stands, not confirmed since, and time is up."""
    return Q(asked_on__isnull=False, asked_on__gt=F("confirmed_on"), asked_on__lte=on - CONFIRMATION_TIME)


class ResourceQuerySet(SearchableQuerySet):
    def published(self) -> ResourceQuerySet:
        return self.filter(state=ResourceState.PUBLISHED)

    def valid(self, *, on: date) -> ResourceQuerySet:
        return self.filter(Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to=None) | Q(valid_to__gte=on))

    def fresh(self, *, on: date) -> ResourceQuerySet:
        """Those a plan may count on: valid, and not left unconfirmed for a quarter after the asking."""
        return self.valid(on=on).exclude(_unanswered(on))

    def to_confirm(self, *, on: date) -> ResourceQuerySet:
        """Usable ones that nobody has confirmed since the quarter of the day began."""
        return self.published().filter(confirmed_on__lt=period_of("quarter", on).starts_on)

    def lapsed(self, *, on: date) -> ResourceQuerySet:
        """Usable ones that have left the matching: run out, or unconfirmed for too long."""
        return self.published().filter(Q(valid_to__lt=on) | _unanswered(on))

    def visible_to(self, user: User) -> ResourceQuerySet:
        """Own branches' rows, partners' published ones, what the county shares, what own demands claim."""
        if user.sees_county:
            return self
        claimed = Resource.objects.filter(claims__demand__branch__in=user.branch_ids).values("pk")
        return self.filter(
            Q(branch__in=user.branch_ids)
            | Q(pk__in=claimed)
            | Q(state=ResourceState.PUBLISHED, branch__in=user.partner_ids)
            | Q(state=ResourceState.PUBLISHED, sharing=Sharing.COUNTY)
        )


@pghistory.track(exclude=["search", "title_key"])
class Resource(Searchable, TimeStampedModel):
    """资源: something a branch can offer, with how often and to whom."""

    SEARCH_TEXTS = ("title", "description", "place", "note")
    SEARCH_NAME = "title"
    SORT_KEY = "title_key"

    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="提供单位", related_name="resources")
    serial = models.PositiveIntegerField("序号")
    kind = OneOfField("资源类别", max_length=20, choices=ResourceKind)
    title = models.CharField("资源名称", max_length=120)
    title_key = models.CharField("拼音排序键", max_length=600, editable=False, default="")
    description = models.TextField("资源说明", max_length=2000, blank=True)
    aspects = models.ManyToManyField(
        ServiceAspect, verbose_name="服务方向", related_name="resources", blank=True
    )
    items = models.ManyToManyField(ServiceItem, verbose_name="服务事项", related_name="resources", blank=True)
    help_kinds = SomeOfField(
        models.CharField(max_length=20, choices=HelpKind), default=list, blank=True, verbose_name="服务方式"
    )
    audiences = SomeOfField(
        models.CharField(max_length=20, choices=Audience), default=list, blank=True, verbose_name="服务对象"
    )
    capacity_per_month = models.PositiveIntegerField(
        "每月可承接次数", null=True, blank=True, help_text="空表示不限"
    )
    availability_text = models.CharField("可服务时间", max_length=200, blank=True)
    place = models.CharField("地点", max_length=200, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    confirmed_on = models.DateField("最近确认日期", default=timezone.localdate)
    asked_on = models.DateField("请求确认日期", null=True, blank=True, editable=False)
    lapse_told_on = models.DateField("失效告知日期", null=True, blank=True, editable=False)
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_to = models.DateField("有效期止", null=True, blank=True)
    details = models.JSONField(
        "分类信息", default=dict, blank=True, help_text="fields of its kind: area, seats, issuer…"
    )
    sharing = OneOfField("共享范围", max_length=10, choices=Sharing, default=Sharing.PAIR)
    note = models.CharField("备注", max_length=300, blank=True)
    state = OneOfField("状态", max_length=20, choices=ResourceState, default=ResourceState.DRAFT)

    objects = SearchableManager.from_queryset(ResourceQuerySet)()

    class Meta:
        verbose_name = verbose_name_plural = "资源"
        ordering = ["serial", "pk"]
        indexes = [
            models.Index(fields=["state", "kind"], name="resource_state_kind"),
            models.Index(fields=["title_key", "id"], name="resource_title_key"),
            GinIndex(fields=["search"], name="resource_search"),
            models.Index(fields=["id"], condition=Q(search=None), name="resource_unsearchable"),
        ]
        triggers = [stale_trigger("title", "description", "place", "note")]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "serial"],
                name="resource_serial",
                include=["id", "state", "sharing"],  # who may see a row is told in the order of the list
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
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(-180, 180),
                    latitude__range=(-90, 90),
                ),
                name="resource_coordinates",
                violation_error_message="经度、纬度要一起填：经度在 -180 到 180、纬度在 -90 到 90 之间。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_expired(self, on: date) -> bool:
        return self.valid_to is not None and self.valid_to < on

    def is_unconfirmed(self, on: date) -> bool:
        """Whether it has left the matching because nobody has answered; see `fresh`."""
        if self.asked_on is None or self.asked_on <= self.confirmed_on:
            return False
        return self.asked_on <= on - CONFIRMATION_TIME


class Availability(models.Model):
    """可服务时段: the weekly half-days of a resource, with single-day exceptions.

    A weekly one of which only a part is open says from when to when, the same on every day; blank is the
    whole of it. A single day has no hours of its own: those of its half hold.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="availabilities")
    weekday = models.PositiveSmallIntegerField("星期", null=True, blank=True, help_text="0 = 星期一")
    day = models.DateField("日期", null=True, blank=True, help_text="某一天的例外")
    half = OneOfField("半天", max_length=2, choices=[("am", "上午"), ("pm", "下午")])
    is_available = models.BooleanField("可服务", default=True)
    opens_at = models.TimeField("从几点", null=True, blank=True)
    closes_at = models.TimeField("到几点", null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__isnull=False, closes_at__gt=F("opens_at"))
                & Q(is_available=True, weekday__isnull=False)
                & _OPENS_HALF,
                name="availability_hours",
                violation_error_message="几点到几点要一起填，只填在每周可服务的半天上，且须是那半天里的时间。",
            ),
            models.UniqueConstraint(
                fields=["resource", "weekday", "day", "half"], nulls_distinct=False, name="availability_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day or self.weekday} {self.half}"
