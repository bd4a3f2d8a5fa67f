"""What has been imported, and how the columns of a branch's own files are to be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models

from branches.models import Branch
from core.fields import OneOfField
from pairing.imports.enums import OWN_LEDGERS, LedgerKind

if TYPE_CHECKING:
    from branches.models import User


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, user: User) -> ImportBatchQuerySet:
        """The county sees every import; branch staff see their own of the two ledgers of a branch."""
        return self if user.sees_county else self.filter(imported_by=user, kind__in=OWN_LEDGERS)


class ImportBatch(models.Model):
    """导入记录: one file, taken in as a whole; the target of the import's audit entry."""

    kind = OneOfField("台账", max_length=20, choices=LedgerKind)
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
    context = models.UUIDField("留痕编号", default=uuid4, editable=False)  # of its events in the row history
    links_before = models.JSONField("改动前的关联", default=dict, blank=True)  # field → id → ids
    final_rows = models.JSONField("不能还原的行", default=list, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="撤销人",
        related_name="+",
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入记录"
        ordering = ["-imported_at", "-pk"]
        indexes = [models.Index(fields=["kind", "-imported_at"], name="import_batch_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.file_name}"


class ColumnChoice(models.Model):
    """列的对应: which column of files of one shape is which, as somebody of a branch has settled it.

    Without a branch it is the county office's. `places` is column name → place (0-based); `given` is column
    name → the text that holds for all rows where the files have no such column, empty where there is nothing.
    Where a header of this shape stands several times in a book, the one on `sheet` and nearest to `row` is
    meant.
    """

    branch = models.ForeignKey(
        Branch, models.CASCADE, null=True, blank=True, verbose_name="支部", related_name="+"
    )
    kind = OneOfField("台账", max_length=20, choices=LedgerKind)
    shape = models.CharField("表头摘要", max_length=64)
    sheet = models.CharField("工作表", max_length=100, blank=True)
    row = models.PositiveSmallIntegerField("表头行", default=1)
    places = models.JSONField("列的对应", default=dict)
    given = models.JSONField("各行都填的值", default=dict, blank=True)
    chosen_at = models.DateTimeField("确定时间")

    class Meta:
        verbose_name = verbose_name_plural = "列的对应"
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "kind", "shape"], nulls_distinct=False, name="column_choice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.branch or '县党建办'}"
