"""What people keep beside the ledgers: views of a list, and pairs that are no duplicates."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.fields import OneOfField
from ledgers.enums import LedgerPage
from ledgers.models.demands import Demand
from ledgers.models.resources import Resource


class SavedView(models.Model):
    """常用视图: the address of a list that one person has given a name; one of a page may open by itself."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="saved_views"
    )
    page = OneOfField("列表", max_length=20, choices=LedgerPage)
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=1000)
    is_default = models.BooleanField("默认打开", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "常用视图"
        ordering = ["page", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_name"),
            models.UniqueConstraint(
                fields=["user", "page"], condition=Q(is_default=True), name="saved_view_one_default"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Distinct(models.Model):
    """不是重复: two rows that look alike and that somebody has said are not the same."""

    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", related_name="+"
    )
    made_at = models.DateTimeField("时间")

    class Meta:
        abstract = True


class DistinctResources(Distinct):
    first = models.ForeignKey(Resource, models.CASCADE, verbose_name="资源", related_name="+")
    second = models.ForeignKey(Resource, models.CASCADE, verbose_name="另一项", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "不重复的资源"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_resources_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinct_resources_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"


class DistinctDemands(Distinct):
    first = models.ForeignKey(Demand, models.CASCADE, verbose_name="需求", related_name="+")
    second = models.ForeignKey(Demand, models.CASCADE, verbose_name="另一条", related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "不重复的需求"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="distinct_demands_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="distinct_demands_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"
