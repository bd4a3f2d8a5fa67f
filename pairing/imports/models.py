"""What has been imported: one row for each file that changed something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from pairing.imports.enums import OWN_LEDGERS, LedgerKind

if TYPE_CHECKING:
    from branches.models import User


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User) -> ImportBatchQuerySet:
        """The county sees every import; branch staff see their own of the two ledgers of a branch."""
        return self if user.sees_county else self.filter(imported_by=user, kind__in=OWN_LEDGERS)


class ImportBatch(models.Model):
    """导入记录: one file, taken in as a whole; the target of the import's audit entry."""

    kind = models.CharField("台账", max_length=20, choices=LedgerKind)
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件摘要", max_length=64)
    rows = models.PositiveIntegerField("行数")
    created = models.PositiveIntegerField("新增")
    changed = models.PositiveIntegerField("更新")
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="导入人",
        related_name="+",
    )
    imported_at = models.DateTimeField("导入时间")

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入记录"
        ordering = ["-imported_at", "-pk"]
        indexes = [models.Index(fields=["kind", "-imported_at"], name="import_batch_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.file_name}"
