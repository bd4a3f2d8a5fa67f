"""What came of reading a file into the database: the same answer for preview, confirmation and command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Model

from core.errors import RowError
from core.workbooks.recognition import Match
from core.workbooks.tables import Table


class RowStatus(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


Changes = dict[str, list[str]]  # column label → [old, new]


@dataclass(frozen=True)
class RowChange:
    """What one row of the file did: `key` names the record, `fields` what changed in it.

    `note` says what of the row was deliberately not taken over. `instance` is the record itself, and
    `links` what stood in its many-to-many fields before: field → ids. `is_final` marks a change that
    cannot be taken back, because rows beside the record were replaced.
    """

    row: int
    key: str
    status: RowStatus
    fields: Changes = field(default_factory=dict)
    note: str = ""
    instance: Model | None = None
    links: Mapping[str, list[int]] = field(default_factory=dict)
    is_final: bool = False


@dataclass(frozen=True)
class ImportTerms:
    """On what terms one file is taken in.

    Args:
        now: the instant of the import; rows are stamped with it.
        as_of: the local day up to which things count as having happened, and by which a date without a
            year is read.
        shift: how far every date of the file is moved.
        owner_ids: the only owners whose rows are accepted; None accepts all.
        may_extend: whether unknown dictionary words are added; otherwise they are errors.
        match: where the ledger stands in the opened book and which column is which, when a person has chosen.
        actor: the user whose step it is when a row takes one, such as ending a pairing; None for a command.
    """

    now: datetime
    as_of: date
    shift: timedelta = timedelta(0)
    owner_ids: frozenset[int] | None = None
    may_extend: bool = True
    match: Match | None = None
    actor: Any = None


@dataclass(frozen=True)
class ImportResult:
    """The outcome of one file. With errors nothing was written and the three counts are zero."""

    kind: str
    rows: int
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)
    twins: Sequence[Any] = ()  # of a preview: new rows that look like others

    @classmethod
    def rejected(cls, kind: str, table: Table) -> ImportResult:
        return cls(kind, len(table.rows), errors=table.sorted_errors(), notes=table.notes)

    @classmethod
    def accepted(cls, kind: str, table: Table, changes: Sequence[RowChange]) -> ImportResult:
        by_row = sorted(changes, key=lambda change: change.row)
        notes = [f"第 {change.row} 行：{change.note}" for change in by_row if change.note]
        return cls(kind, len(table.rows), notes=[*table.notes, *notes], changes=by_row)

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def created(self) -> int:
        return self._count(RowStatus.CREATED)

    @property
    def changed(self) -> int:
        return self._count(RowStatus.CHANGED)

    @property
    def unchanged(self) -> int:
        return self._count(RowStatus.UNCHANGED)

    def _count(self, status: RowStatus) -> int:
        return sum(change.status == status for change in self.changes)

    def as_dict(self) -> dict[str, Any]:
        """The result as `import_ledger --json` prints it."""
        counts = {name: getattr(self, name) for name in ("ok", "rows", "created", "changed", "unchanged")}
        return {**counts, "errors": [error._asdict() for error in self.errors], "notes": self.notes}
