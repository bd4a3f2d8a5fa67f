"""Sorts the records of a file into new, changed and unchanged rows of one model, and writes them in bulk."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models

from core.changes import as_text, differing
from core.workbooks.results import Changes, RowChange, RowStatus

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True)
class Record:
    """One row of a file as model fields. `extra` is what the service writes to other tables."""

    row: int
    values: dict[str, Any]
    extra: dict[str, Any] = field(default_factory=dict)


def difference(instance: models.Model, values: Mapping[str, Any]) -> Changes:
    """Label → [old, new] for each of `values` that differs from the instance's own."""
    return {str(column.verbose_name): texts for column, texts in differing(instance, values)}


def description(model: type[models.Model], values: Mapping[str, Any]) -> Changes:
    """Label → ["", new] for each of `values` that says something, as a preview shows a new row."""
    fields: dict[str, Any] = {name: model._meta.get_field(name) for name in values}
    texts = {str(fields[name].verbose_name): as_text(fields[name], values[name]) for name in values}
    return {label: ["", text] for label, text in texts.items() if text}


class Merge(Generic[M]):
    """Takes records one by one, then writes what differs in one insert and one update.

    Args:
        model: the model of the rows.
        existing: the rows the file may speak of, by their key and already locked.
    """

    def __init__(self, model: type[M], existing: Mapping[Any, M]) -> None:
        self.model = model
        self.existing = existing
        self.created: list[M] = []
        self.changed: list[M] = []
        self.changes: list[RowChange] = []

    def take(
        self,
        row: int,
        key: Hashable,
        values: dict[str, Any],
        extra: Changes | None = None,
        note: str = "",
        links: Mapping[str, list[int]] | None = None,
    ) -> M:
        """Give the instance for `key` with `values` set; `extra` are changes that lie in other tables.

        `links` says what stood in those tables before, where that is a many-to-many field; changes in
        other tables without it cannot be taken back.
        """
        instance = self.existing.get(key)
        if instance is None:
            instance = self.model(**values)
            fields = description(self.model, values) | (extra or {})
            self.created.append(instance)
            change = RowChange(row, str(instance), RowStatus.CREATED, fields, note, instance)
            self.changes.append(change)
            return instance
        fields = difference(instance, values)
        if fields:
            for name, value in values.items():
                setattr(instance, name, value)
            self.changed.append(instance)
        fields |= extra or {}
        status = RowStatus.CHANGED if fields else RowStatus.UNCHANGED
        is_final = bool(extra) and links is None
        change = RowChange(row, str(instance), status, fields, note, instance, links or {}, is_final)
        self.changes.append(change)
        return instance

    def write(self, now: datetime) -> None:
        """Insert the new rows and update the changed ones, stamped with `now`."""
        self.model._default_manager.bulk_create(self.created)
        if not self.changed:
            return
        names = [f.name for f in self.model._meta.concrete_fields if not f.primary_key]
        for instance in self.changed:
            instance.updated_at = now  # type: ignore[attr-defined]  # bulk_update does not run auto_now
        self.model._default_manager.bulk_update(self.changed, names, batch_size=200)
