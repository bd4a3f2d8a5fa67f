"""What texts of both ledgers mean in context, read once for all programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

import numpy as np
from django.db import models

TOGETHER = 2_000  # names in one statement


class TextContextQuerySet(models.QuerySet["TextContext"]):
    def named(self, names: Iterable[UUID]) -> Iterator[TextContextQuerySet]:
        """The rows of some names, by the thousand."""
        wanted = list(names)
        for start in range(0, len(wanted), TOGETHER):
            yield self.filter(pk__in=wanted[start : start + TOGETHER])

    def vectors(self, names: Iterable[UUID]) -> Iterator[tuple[UUID, np.ndarray]]:
        """(name, vector) of those that are kept."""
        for rows in self.named(names):
            for name, vector in rows.values_list("pk", "vector"):
                yield name, np.frombuffer(vector, np.float16)


class TextContext(models.Model):
    """语境向量: the vector of one text, named by files, side and text (`ledgers.reading.contexts.name_of`).

    It can be read again at any time; an old row that no text of the ledgers stands behind is dropped.
    """

    name = models.UUIDField("名称", primary_key=True, editable=False)
    vector = models.BinaryField("向量", help_text="384 numbers, float16")
    read_on = models.DateField("读取日期")

    objects = TextContextQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "语境向量"

    def __str__(self) -> str:
        return f"语境向量 {self.name}"
