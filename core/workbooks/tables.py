"""The rows of one sheet after reading: values by name, and every fault found so far."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import RowError
from core.workbooks.columns import Column
from core.workbooks.values import shown


@dataclass
class Row:
    """One data row, `number` counted from 1 as the sheet does. A faulty cell is missing from `values`."""

    number: int
    cells: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """The value, or None when the cell is faulty, blank or absent."""
        return self.values.get(name)

    def has(self, *names: str) -> bool:
        """Whether all these cells were understood."""
        return all(name in self.values for name in names)


@dataclass
class Table:
    """What was read from one sheet. Errors are collected, so that a file's faults are all told at once.

    `given` are the columns in which one text holds for all rows: what is wrong with it is told once.
    """

    sheet: str
    columns: Sequence[Column]
    given: frozenset[str] = frozenset()
    rows: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    assumed: list[str] = field(
        default_factory=list
    )  # dates whose year was not written, and how they were read
    _told: set[tuple[str, str]] = field(default_factory=set)  # columns of `given`, and what is wrong there

    def fail(self, row: Row, name: str, reason: str) -> None:
        """Record a fault of the cell `name` in `row`."""
        if name in self.given:
            if (name, reason) in self._told:
                return
            self._told.add((name, reason))
        header = next(column.header for column in self.columns if column.name == name)
        value = shown(row.cells.get(name))
        self.errors.append(RowError(self.sheet, row.number, header, value, reason))

    def fail_repeated(self, *names: str) -> None:
        """Record every row whose `names` together stand in an earlier row too; both rows are named."""
        seen: dict[Hashable, int] = {}
        for row in self.rows:
            if not row.has(*names):
                continue
            key = tuple(row.values[name] for name in names)
            if None in key:
                continue
            first = seen.setdefault(key, row.number)
            if first != row.number:
                self.fail(row, names[-1], f"与第 {first} 行重复，请删去其中一行，或改正这一格")

    def fail_unordered(self, first: str, last: str, reason: str) -> None:
        """Record every row in which the value of `last` lies before that of `first`."""
        for row in self.rows:
            start, end = row.get(first), row.get(last)
            if start is not None and end is not None and end < start:
                self.fail(row, last, reason)

    def sound_rows(self) -> Iterator[Row]:
        """The rows without any fault so far; none, where a required column is missing, which is told once."""
        faulty = {error.row for error in self.errors}
        required = [column.name for column in self.columns if column.required]
        return (row for row in self.rows if row.number not in faulty and row.has(*required))

    def sorted_errors(self) -> list[RowError]:
        order = {column.header: position for position, column in enumerate(self.columns)}
        return sorted(self.errors, key=lambda error: (error.row, order.get(error.column, len(order))))
