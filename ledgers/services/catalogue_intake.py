"""Writes the lines of an imported 服务目录."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core.workbooks.merging import Merge, Record
from core.workbooks.results import RowChange
from ledgers.models import ServiceAspect, ServiceItem
from ledgers.services.catalogue import take_turn
from ledgers.services.lexicon import Words, words_changes, words_of, words_write


@transaction.atomic
def catalogue_take_in(
    *, aspects: Sequence[Record], items: Sequence[Record], now: datetime
) -> list[RowChange]:
    """Create or update aspects and items by name; each changed one is a new version.

    A record of an item names its aspect in `extra["aspect"]`, which is added at the end when there is none,
    and its words by relation in `extra["words"]`; relations that are not there stay.
    """
    take_turn()
    known, changes = _take_aspects(aspects, [record.extra["aspect"] for record in items], now)
    return [*changes, *_take_items(items, known, now)]


def _take_aspects(
    records: Sequence[Record], named: Sequence[str], now: datetime
) -> tuple[dict[str, ServiceAspect], list[RowChange]]:
    known = {
        row.name: row
        for row in ServiceAspect.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    }
    merge = Merge(ServiceAspect, known)
    last = _last_position(ServiceAspect)
    listed = {record.values["name"] for record in records}
    for record in records:
        last = _take(merge, record.row, known, record.values, last)
    for name in dict.fromkeys(named):  # only named by its items: no line of its own in the file
        if name not in known and name not in listed:
            last += 1
            merge.created.append(ServiceAspect(name=name, position=last))
    _bump(merge)
    merge.write(now)
    return known | {row.name: row for row in merge.created}, merge.changes


def _take_items(
    records: Sequence[Record], aspects: Mapping[str, ServiceAspect], now: datetime
) -> list[RowChange]:
    rows = (
        ServiceItem.objects.select_for_update(of=("self",), no_key=True)
        .order_by("pk")
        .prefetch_related("terms")
    )
    known = {row.name: row for row in rows}
    merge = Merge(ServiceItem, known)
    last = _last_position(ServiceItem)
    words: list[tuple[ServiceItem, Words, Words]] = []
    for record in records:
        values = record.values | {"aspect": aspects[record.extra["aspect"]]}
        item, after = known.get(values["name"]), record.extra["words"]
        before: Words = words_of(item) if item else {}
        said = words_changes(before, after)
        last = _take(merge, record.row, known, values, last, said)
        item = item or merge.created[-1]
        if said:
            words.append((item, before, after))
            if item.pk and item not in merge.changed:
                merge.changed.append(item)
    _bump(merge)
    merge.write(now)
    for item, before, after in words:
        words_write(item=item, before=before, after=after)
    return merge.changes


def _take(
    merge: Merge[Any],
    row: int,
    known: Mapping[str, Any],
    values: dict[str, Any],
    last: int,
    said: dict[str, list[str]] | None = None,
) -> int:
    """Give the merge one record, a new one without a place behind all others; the last place taken."""
    if values["name"] not in known and "position" not in values:
        last += 1
        values = values | {"position": last}
    merge.take(row, values["name"], values, said)
    return last


def _bump(merge: Merge[Any]) -> None:
    for row in merge.changed:
        row.version += 1


def _last_position(model: type[ServiceAspect] | type[ServiceItem]) -> int:
    last: int | None = model._default_manager.aggregate(last=Max("position"))["last"]
    return last or 0
