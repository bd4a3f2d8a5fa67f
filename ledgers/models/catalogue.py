"""What branches can do for each other, in the words people use for it."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.db.models import Q

from core.fields import OneOfField, SomeOfField
from ledgers.enums import Audience, HelpKind, Relation

E = TypeVar("E", bound="CatalogueEntry")


class CatalogueQuerySet(models.QuerySet[E]):
    def in_use(self) -> CatalogueQuerySet[E]:
        """What forms and suggestions offer."""
        return self.filter(retired_on=None)

    def retired(self) -> CatalogueQuerySet[E]:
        return self.exclude(retired_on=None)


class CatalogueEntry(models.Model):
    """One line of the catalogue. Retired, it is offered no more and stays readable where it was chosen.

    `version` counts the saves, so that of two people who edit at once the second is told.
    """

    position = models.PositiveSmallIntegerField("排序", default=0)
    version = models.PositiveIntegerField("版本", default=1)
    retired_on = models.DateField("停用日期", null=True, blank=True)
    retired_reason = models.CharField("停用理由", max_length=300, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_on=None, retired_reason="")
                | Q(retired_on__isnull=False) & ~Q(retired_reason=""),
                name="%(class)s_retired_with_reason",
            )
        ]


class ServiceAspect(CatalogueEntry):
    """需求方面 / 服务方向: the first level of the service catalogue."""

    name = models.CharField("名称", max_length=40, unique=True)

    objects = CatalogueQuerySet.as_manager()

    class Meta(CatalogueEntry.Meta):
        verbose_name = verbose_name_plural = "需求方面"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class ServiceItem(CatalogueEntry):
    """服务事项: what branches do for each other; the second level of the catalogue."""

    aspect = models.ForeignKey(ServiceAspect, models.PROTECT, verbose_name="方面", related_name="items")
    name = models.CharField("名称", max_length=40, unique=True)
    help_kinds = SomeOfField(
        models.CharField(max_length=20, choices=HelpKind), default=list, blank=True, verbose_name="服务方式"
    )
    audiences = SomeOfField(
        models.CharField(max_length=20, choices=Audience), default=list, blank=True, verbose_name="服务对象"
    )

    objects = CatalogueQuerySet.as_manager()

    class Meta(CatalogueEntry.Meta):
        verbose_name = verbose_name_plural = "服务事项"
        ordering = ["aspect__position", "aspect", "position", "pk"]

    def __str__(self) -> str:
        return self.name


class LexiconTerm(models.Model):
    """词库: a word that points to a service item, or away from it."""

    item = models.ForeignKey(ServiceItem, models.CASCADE, verbose_name="事项", related_name="terms")
    relation = OneOfField("关系", max_length=20, choices=Relation)
    text = models.CharField("词语", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "词库"
        ordering = ["item", "relation", "pk"]
        constraints = [models.UniqueConstraint(fields=["item", "text"], name="lexicon_term_once")]

    def __str__(self) -> str:
        return self.text
