"""Reads one worksheet in one pass: cells, merges and what is hidden. Runs in the parsing child."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import IO, Any

from core.workbooks.guards import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS, too_big
from core.workbooks.markup import RichText, unescaped, walk
from core.workbooks.numbers import PLAIN, Format, meaning, number
from core.workbooks.sheets import DASHES, BrokenCell, MergedRange, QuotedCell, Sheet

MAX_FILLED_CELLS = 150_000  # 5,000 rows of 30 columns, more than any ledger has
MAX_SCANNED = 320_000  # rows, cells, columns and merges; styled but empty cells included
MAX_MERGES = 5_000
TRUE = frozenset({"1", "true"})
EDGES = re.compile(r"([A-Z]*)(\d*)(?::([A-Z]*)(\d*))?")
NO_SUCH_DAY = "#VALUE!"


class Worksheet:
    """Gathers what `walk` sees of one sheet. Rows and columns count from 1.

    Args:
        texts: the workbook's shared texts.
        formats: the formats of its styles.
        counts_from_1904: whether its days count from 1904.
    """

    def __init__(self, texts: Sequence[str], formats: Sequence[Format], counts_from_1904: bool) -> None:
        self.texts, self.formats, self.counts_from_1904 = texts, formats, counts_from_1904
        self.cells: list[tuple[int, int, Any]] = []
        self.merges: list[MergedRange] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.characters = 0
        self._row = self._column = self._scanned = 0
        self._kind, self._style = "n", PLAIN
        self._raw: str | None = None
        self._has_formula = False
        self._rich = RichText()

    def read(self, source: IO[bytes]) -> None:
        """Raises:
        WorkbookTooBigError: when cells with content lie beyond MAX_ROWS × MAX_COLUMNS, or are too many.
        """
        starts = {"row": self._see_row, "c": self._see_cell, "f": self._see_formula, "col": self._see_column}
        ends = {"v": self._see_value, "is": self._see_inline, "c": self._keep_cell}
        walk(
            source, {**self._rich.starts, **starts, "mergeCell": self._see_merge}, {**self._rich.ends, **ends}
        )

    def sheet(self, title: str) -> Sheet:
        """What was read, as far as cells hold something."""
        last_row = max((row for row, _, _ in self.cells), default=0)
        last_column = max((column for _, column, _ in self.cells), default=0)
        rows: list[list[Any]] = [[None] * last_column for _ in range(last_row)]
        for row, column, value in self.cells:
            rows[row - 1][column - 1] = value
        hidden_rows = sorted(row for row in self.hidden_rows if row <= last_row)
        hidden_columns = sorted(column for column in self.hidden_columns if column <= last_column)
        return Sheet(title, rows, self.merges, hidden_rows, hidden_columns)

    def _scan(self) -> None:
        self._scanned += 1
        if self._scanned > MAX_SCANNED or len(self.cells) > MAX_FILLED_CELLS:
            raise too_big("工作表单元格过多")

    def _see_row(self, attributes: dict[str, str]) -> None:
        self._scan()
        self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        if attributes.get("hidden") in TRUE:
            self.hidden_rows.add(self._row)

    def _see_column(self, attributes: dict[str, str]) -> None:
        self._scan()
        if attributes.get("hidden") in TRUE:
            first, last = int(attributes["min"]), int(attributes["max"])
            self.hidden_columns.update(range(first, min(last, MAX_COLUMNS) + 1))

    def _see_merge(self, attributes: dict[str, str]) -> None:
        self._scan()
        if len(self.merges) >= MAX_MERGES:
            raise too_big("合并单元格过多")
        self.merges.append(merged_range(attributes["ref"]))

    def _see_cell(self, attributes: dict[str, str]) -> None:
        self._scan()
        place = attributes.get("r")
        if place:
            letters = place.rstrip("0123456789")
            self._row, self._column = int(place[len(letters) :]), column_of(letters)
        else:
            self._column += 1
        self._kind = attributes.get("t", "n")
        self._style = self.formats[int(attributes["s"])] if "s" in attributes and self.formats else PLAIN
        self._raw, self._has_formula = None, False
        self._rich.take()

    def _see_formula(self, _: dict[str, str]) -> None:
        self._has_formula = True

    def _see_value(self, text: str) -> None:
        self._raw = text

    def _see_inline(self, _: str) -> None:
        self._raw = self._rich.take()

    def _keep_cell(self, _: str) -> None:
        value = self._value()
        if value is None:
            return
        if self._row < 1 or self._column < 1:
            raise ValueError(self._row, self._column)
        if self._row > MAX_ROWS or self._column > MAX_COLUMNS:
            raise too_big(f"工作表超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列")
        if isinstance(value, str):
            if len(value) > MAX_CELL_CHARACTERS:
                raise too_big("有一格的文字过长")
            self.characters += len(value)
        self.cells.append((self._row, self._column, value))

    def _value(self) -> Any:
        """None for an empty cell, also for a formula whose result is an empty text."""
        if not self._raw:
            return (
                BrokenCell("")
                if self._has_formula and not (self._kind == "str" and self._raw == "")
                else None
            )
        match self._kind:
            case "s" | "str" | "inlineStr":
                return self._text(self.texts[int(self._raw)] if self._kind == "s" else unescaped(self._raw))
            case "b":
                return self._raw in TRUE
            case "e":
                return BrokenCell(self._raw)
            case "d":
                return datetime.fromisoformat(self._raw)
            case _:
                return self._number(self._raw)

    def _text(self, text: str) -> str:
        return QuotedCell(text) if text in DASHES and self._style.is_quoted else text

    def _number(self, raw: str) -> Any:
        value = number(raw)
        try:
            return meaning(value, self._style, self.counts_from_1904)
        except (ValueError, OverflowError):
            return BrokenCell(NO_SUCH_DAY)


@lru_cache(maxsize=1024)
def column_of(letters: str) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
    return column


def merged_range(reference: str) -> MergedRange:
    """The range of `A1:C3`; whole rows (`1:3`) and whole columns (`A:C`) reach as far as a sheet may."""
    edges = EDGES.fullmatch(reference.replace("$", "").upper())
    if edges is None:
        raise ValueError(reference)
    left, top, right, bottom = edges.groups()
    first_row, first_column = int(top or 1), column_of(left) or 1
    if edges[3] is None and edges[4] is None:
        return MergedRange(first_row, first_row, first_column, first_column)
    return MergedRange(first_row, int(bottom or MAX_ROWS), first_column, column_of(right) or MAX_COLUMNS)
