"""The rhythm of a pairing: 一月一沟通, 一季一调度, 一年一研讨, and what was decided."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pghistory
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from branches.models import Branch
from core.fields import OneOfField
from core.models import TimeStampedModel
from core.periods import label_of
from pairing.activities.models import Activity
from pairing.plans.enums import PairingState
from pairing.plans.models import Pairing
from pairing.reviews.enums import HeldBy, ReviewKind, ReviewState

if TYPE_CHECKING:
    from branches.models import User


class ReviewSeries(TimeStampedModel):
    """例会系列: one kind of review of one pairing, over the term of its agreement."""

    pairing = models.ForeignKey(Pairing, models.CASCADE, verbose_name="结对", related_name="review_series")
    kind = OneOfField("种类", max_length=20, choices=ReviewKind)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "例会系列"
        ordering = ["pairing", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["pairing", "kind"], name="review_series_once"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="review_series_term"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pairing} {self.get_kind_display()}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def due(self) -> ReviewQuerySet:
        """Reviews still owed; those of an ended pairing are owed no more."""
        return self.filter(state=ReviewState.DUE, series__pairing__state=PairingState.ACTIVE)

    def overdue(self, *, on: date) -> ReviewQuerySet:
        return self.due().filter(due_on__lt=on)

    def owed(self, *, on: date) -> ReviewQuerySet:
        """Waiting reviews worth holding: once the next of its series has fallen due, one is only history."""
        later = Review.objects.filter(series=OuterRef("series"), due_on__gt=OuterRef("due_on"), due_on__lt=on)
        return self.due().exclude(Exists(later))

    def visible_to(self, user: User) -> ReviewQuerySet:
        if user.sees_county:
            return self
        return self.filter(
            Q(series__pairing__branch_a__in=user.branch_ids)
            | Q(series__pairing__branch_b__in=user.branch_ids)
        )


@pghistory.track()
class Review(TimeStampedModel):
    """例会: one obligation of a series for one period, due on the period's last day within the term."""

    series = models.ForeignKey(ReviewSeries, models.CASCADE, verbose_name="系列", related_name="reviews")
    period_key = models.CharField("期间", max_length=10, help_text="2026-03, 2026Q1 or 2026")
    period_starts_on = models.DateField("期间起")
    due_on = models.DateField("应开日期")
    state = OneOfField("状态", max_length=10, choices=ReviewState, default=ReviewState.DUE)
    held_on = models.DateField("召开日期", null=True, blank=True)
    held_by = OneOfField("方式", max_length=10, choices=HeldBy, blank=True)
    activity = models.ForeignKey(
        Activity, models.SET_NULL, null=True, blank=True, verbose_name="会议活动", related_name="reviews"
    )
    minutes = models.TextField("纪要", max_length=8000, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "例会"
        ordering = ["due_on", "series", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "period_key"], name="review_once_a_period"),
            models.CheckConstraint(
                condition=Q(state="due", held_on__isnull=True) | (~Q(state="due") & Q(held_on__isnull=False)),
                name="review_held_has_date",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(state="due"), name="review_due")]

    def __str__(self) -> str:
        return f"{self.series} {label_of(self.period_key)}"

    def get_absolute_url(self) -> str:
        return reverse("review_detail", args=[self.pk])

    @property
    def period_label(self) -> str:
        """The period as an office writes it: 2026年3月, 2026年第1季度, 2026年."""
        return label_of(self.period_key)

    @property
    def is_held(self) -> bool:
        return self.state != ReviewState.DUE

    @property
    def is_owed(self) -> bool:
        """Whether it is still to be held; one of an ended pairing is owed no more."""
        return not self.is_held and self.series.pairing.is_active


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def open(self) -> ActionItemQuerySet:
        return self.filter(done_on=None)

    def overdue(self, *, on: date) -> ActionItemQuerySet:
        return self.open().filter(due_on__lt=on)

    def visible_to(self, user: User) -> ActionItemQuerySet:
        if user.sees_county:
            return self
        return self.filter(
            Q(review__series__pairing__branch_a__in=user.branch_ids)
            | Q(review__series__pairing__branch_b__in=user.branch_ids)
        )


@pghistory.track()
class ActionItem(TimeStampedModel):
    """督办事项: a decision of a review, with an owner and a date, carried over until done."""

    review = models.ForeignKey(Review, models.PROTECT, verbose_name="例会", related_name="action_items")
    title = models.CharField("事项", max_length=200)
    owner = models.ForeignKey(Branch, models.PROTECT, verbose_name="负责支部", related_name="action_items")
    responsible = models.CharField("责任人", max_length=60, blank=True)
    due_on = models.DateField("完成时限")
    done_on = models.DateField("完成日期", null=True, blank=True)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办事项"
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.title
