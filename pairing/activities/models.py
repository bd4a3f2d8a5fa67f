"""What branches do together: activities, who takes part, what they occupy, and what came of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch
from core.fields import OneOfField
from core.models import TimeStampedModel
from core.periods import day_ends, day_starts
from pairing.activities.enums import ActivityState, ParticipationRole, SubjectKind
from pairing.activities.tallies import tally_trigger
from pairing.plans.enums import Line
from pairing.plans.models import Metric, Pairing, PlanOrder, PlanTask

if TYPE_CHECKING:
    from branches.models import User


class ActivityKind(models.Model):
    """活动类型: one row of the dictionary that says on which of the 四联 a kind of activity counts."""

    name = models.CharField("名称", max_length=40, unique=True)
    line = OneOfField("四联类别", max_length=20, choices=Line)
    is_volunteer_service = models.BooleanField("计入联合志愿服务", default=False)
    position = models.PositiveSmallIntegerField("排序", default=0)
    retired_on = models.DateField("停用日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "活动类型"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class ActivityQuerySet(models.QuerySet["Activity"]):
    def held(self) -> ActivityQuerySet:
        """Activities that took place and are on record."""
        return self.filter(state=ActivityState.ARCHIVED)

    def between(self, first: date, last: date) -> ActivityQuerySet:
        """Activities whose local day lies in [first, last], both inclusive."""
        return self.filter(starts_at__range=(day_starts(first), day_ends(last)))

    def unscheduled(self) -> ActivityQuerySet:
        return self.filter(state=ActivityState.PLANNED, starts_at=None)

    def visible_to(self, user: User) -> ActivityQuerySet:
        if user.sees_county:
            return self
        return self.filter(
            Q(pairing__branch_a__in=user.branch_ids)
            | Q(pairing__branch_b__in=user.branch_ids)
            | Q(participations__branch__in=user.branch_ids)
        ).distinct()


@pghistory.track()
class Activity(TimeStampedModel):
    """活动: one joint event. Without a start it is planned but not yet scheduled.

    Every other time or person raises `version`, by which a form says what its reader has seen.
    """

    serial = models.PositiveIntegerField("序号")
    pairing = models.ForeignKey(Pairing, models.PROTECT, verbose_name="结对", related_name="activities")
    plan_order = models.ForeignKey(
        PlanOrder, models.PROTECT, null=True, blank=True, verbose_name="对应定单", related_name="activities"
    )
    task = models.OneToOneField(
        PlanTask, models.SET_NULL, null=True, blank=True, verbose_name="定单任务", related_name="activity"
    )
    kind = models.ForeignKey(ActivityKind, models.PROTECT, verbose_name="活动类型", related_name="activities")
    title = models.CharField("活动名称", max_length=120)
    starts_at = models.DateTimeField("开始时间", null=True, blank=True, db_index=True)
    ends_at = models.DateTimeField("结束时间", null=True, blank=True)
    venue = models.CharField("地点", max_length=200, blank=True)
    person = models.CharField("主讲/带队", max_length=60, blank=True)
    member_count = models.PositiveIntegerField("参加党员数", null=True, blank=True)
    served_count = models.PositiveIntegerField("服务群众人次", null=True, blank=True)
    record = models.TextField("纪实", max_length=4000, blank=True)
    state = OneOfField("状态", max_length=20, choices=ActivityState, default=ActivityState.PLANNED)
    state_reason = models.CharField("状态说明", max_length=300, blank=True)
    unplaced_reason = models.CharField("未能排期的原因", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动"
        ordering = ["starts_at", "pk"]
        triggers = [tally_trigger()]
        indexes = [
            # ACTIVITY_AWAITED: the few that the clock looks at every minute, among all that were ever held.
            models.Index(
                fields=["ends_at"],
                condition=Q(state__in=["announced", "under_way", "to_record"]),
                name="activity_awaited",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["serial"], name="activity_serial"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                name="activity_times",
                violation_error_message="结束时间须晚于开始时间。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "cancelled"]) | Q(starts_at__isnull=False),
                name="activity_scheduled_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(state_reason=""),
                name="activity_cancel_reason",
                violation_error_message="取消活动要写明理由。",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("activity_detail", args=[self.pk])


@pghistory.track()
class Participation(TimeStampedModel):
    """参加: one branch in one activity; counts are people of that branch."""

    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name="活动", related_name="participations")
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="支部", related_name="participations")
    role = OneOfField("角色", max_length=10, choices=ParticipationRole)
    expected_count = models.PositiveIntegerField("应到", null=True, blank=True)
    attended_count = models.PositiveIntegerField("实到", null=True, blank=True)
    absence_reason = models.CharField("缺席原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "参加"
        ordering = ["activity", "role", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "branch"], name="participation_once"),
            models.UniqueConstraint(
                fields=["activity", "role"],
                condition=Q(role__in=["party_a", "party_b"]),
                name="participation_one_of_each_side",
            ),
            models.CheckConstraint(
                condition=Q(expected_count__isnull=True)
                | Q(attended_count__isnull=True)
                | Q(attended_count__lte=F("expected_count")),
                name="participation_attended",
                violation_error_message="实到人数不能多于应到人数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.get_role_display()}"


class Subject(models.Model):
    """占用对象: anything that cannot be in two places at once – a branch, a venue, a person."""

    kind = OneOfField("类别", max_length=10, choices=SubjectKind)
    key = models.CharField(
        "键", max_length=300, unique=True, help_text="branch:12, venue:名称, person:支部/姓名"
    )
    name = models.CharField("名称", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "占用对象"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Booking(models.Model):
    """占用: a subject is taken by an activity for a half-open period; a cancelled activity has none."""

    subject = models.ForeignKey(Subject, models.PROTECT, verbose_name="对象", related_name="bookings")
    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name="活动", related_name="bookings")
    period = DateTimeRangeField("时段")

    class Meta:
        verbose_name = verbose_name_plural = "占用"
        ordering = ["period"]
        constraints = [
            # A one-element integer range stands in for equality, so that no extension is needed.
            ExclusionConstraint(
                name="booking_no_overlap",
                expressions=[
                    (
                        Func(
                            F("subject_id"),
                            F("subject_id"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="这个时段已被占用。",
            ),
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="booking_period_bounded",
            ),
            models.UniqueConstraint(fields=["subject", "activity"], name="booking_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.period}"

    @property
    def starts_at(self) -> datetime:
        return self.period.lower


@pghistory.track()
class Closure(TimeStampedModel):
    """停用: a period in which a subject is not to be had – a hall under repair, a person on leave."""

    subject = models.ForeignKey(Subject, models.PROTECT, verbose_name="对象", related_name="closures")
    period = DateTimeRangeField("时段")
    reason = models.CharField("原因", max_length=100)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "停用"
        ordering = ["period", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period__isempty=False, period__lower_inf=False, period__upper_inf=False),
                name="closure_period_bounded",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="closure_reason",
                violation_error_message="请写明停用的原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.reason}"

    @property
    def first_day(self) -> date:
        return timezone.localdate(self.period.lower)

    @property
    def last_day(self) -> date:
        return timezone.localdate(self.period.upper)


@pghistory.track()
class Outcome(TimeStampedModel):
    """成效: one measured result of one activity."""

    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name="活动", related_name="outcomes")
    metric = models.ForeignKey(Metric, models.PROTECT, verbose_name="指标", related_name="outcomes")
    value = models.DecimalField("数值", max_digits=14, decimal_places=2)
    position = models.PositiveSmallIntegerField("排序", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "成效"
        ordering = ["activity", "position"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "metric"], name="outcome_once"),
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="outcome_value",
                violation_error_message="成效数值不能为负数。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.value}"
