"""Writes the organisations of an imported 组织清单."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from branches.models import Branch
from branches.tree import tree_hold
from core.workbooks.merging import Merge, Record
from core.workbooks.results import RowChange


@transaction.atomic
def branches_take_in(*, records: Sequence[Record], now: datetime) -> list[RowChange]:
    """Create or update organisations by name; a record's `extra["superior"]` names its superior.

    A superior that exists neither here nor in the records becomes a root. The tree is written level by level,
    because a superior may stand below its branches in the file.

    Raises:
        ValueError: when the superiors go round in a circle; the caller has checked the file for that.
    """
    tree_hold()
    known = {
        row.name: row for row in Branch.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    }
    _create_roots(known, records)
    waiting = list(records)
    done: list[RowChange] = []
    settled = known.keys() - {record.values["name"] for record in records}
    while waiting:
        level = [record for record in waiting if record.extra.get("superior") in {None, "", *settled}]
        if not level:
            raise ValueError("superiors of branches go round in a circle")
        done += _take_level(known, level, now)
        settled |= {record.values["name"] for record in level}
        waiting = [record for record in waiting if record.values["name"] not in settled]
    return done


def _create_roots(known: dict[str, Branch], records: Sequence[Record]) -> None:
    names = {record.values["name"] for record in records}
    superiors = dict.fromkeys(record.extra.get("superior") for record in records)
    unknown = [name for name in superiors if name and name not in names and name not in known]
    roots = Branch.objects.bulk_create(Branch(name=name) for name in unknown)
    known.update({root.name: root for root in roots})


def _take_level(known: dict[str, Branch], level: Sequence[Record], now: datetime) -> list[RowChange]:
    merge = Merge(Branch, known)
    for record in level:
        values = dict(record.values)
        if "superior" in record.extra:
            values["parent"] = known.get(record.extra["superior"])
        merge.take(record.row, values["name"], values)
    merge.write(now)
    known.update({branch.name: branch for branch in merge.created})
    return merge.changes
