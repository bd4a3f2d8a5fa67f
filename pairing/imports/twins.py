"""New rows of an import that look like ones the branch already has."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from core.changes import as_text
from core.workbooks.results import ImportResult, RowStatus
from core.workbooks.values import folded
from pairing.imports.enums import OWN_LEDGERS

ALIKE = 80  # of 100: titles from here on are shown side by side
COMPARED = ("serial", "title", "description", "raised_on", "state", "contact_name")


@dataclass(frozen=True)
class Twin:
    """A new row beside the one it looks like, which stands at `where`; `pairs` are (label, new, old)."""

    row: int
    title: str
    where: str
    likeness: int
    pairs: list[tuple[str, str, str]]


def find_twins(result: ImportResult) -> list[Twin]:
    """The new rows whose title is like that of another row of the same branch, in the file or the database.

    Only resources and demands have titles of their own; read inside the transaction that wrote the rows.
    """
    if result.kind not in OWN_LEDGERS:
        return []
    new: list[tuple[int, Any]] = [
        (change.row, change.instance)
        for change in result.changes
        if change.status == RowStatus.CREATED and change.instance
    ]
    if not new:
        return []
    known: dict[int, dict[Any, str]] = defaultdict(dict)
    wheres: dict[Any, str] = {}
    rows = type(new[0][1])._default_manager.filter(branch__in={row.branch_id for _, row in new})
    for row in rows.exclude(pk__in=[row.pk for _, row in new]).order_by("pk"):
        known[row.branch_id][row] = folded(row.title)
        wheres[row] = "系统里已有"
    twins = []
    for number, row in new:
        others = known[row.branch_id]
        if best := process.extractOne(folded(row.title), others, scorer=fuzz.ratio, score_cutoff=ALIKE):
            _, likeness, other = best
            twins.append(Twin(number, row.title, wheres[other], round(likeness), _pairs(row, other)))
        others[row] = folded(row.title)
        wheres[row] = f"本文件第 {number} 行"
    return twins


def _pairs(new: Any, old: Any) -> list[tuple[str, str, str]]:
    columns = [new._meta.get_field(name) for name in COMPARED if hasattr(new, name)]
    return [
        (
            str(column.verbose_name),
            as_text(column, getattr(new, column.attname)),
            as_text(column, getattr(old, column.attname)),
        )
        for column in columns
    ]
