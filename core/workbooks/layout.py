"""What read-only iteration does not tell of a sheet: its extent, merges, hidden rows, lost formulas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, Any

from defusedxml.ElementTree import iterparse
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from core.workbooks.guards import MAX_COLUMNS, MAX_ROWS, damaged, too_big
from core.workbooks.sheets import MergedRange

MAX_FILLED_CELLS = 150_000  # 5,000 rows of 30 columns, more than any ledger has
MAX_SCANNED = 320_000  # rows, cells and whatever else stands in the sheets; styled but empty cells included
MAX_MERGES = 5_000
MAX_DEPTH = 40

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
VALUE, FORMULA, INLINE, TEXT, RUN = (f"{NAMESPACE}{tag}" for tag in ("v", "f", "is", "t", "r"))
CELL, ROW, MERGE, COLUMN = (f"{NAMESPACE}{tag}" for tag in ("c", "row", "mergeCell", "col"))
TRUE = frozenset({"1", "true"})
INSIDE_CELLS = frozenset({VALUE, FORMULA, INLINE, TEXT, RUN})


@dataclass
class Layout:
    """The extent of the cells that hold something, and where the sheet is not a plain table."""

    last_row: int = 0
    last_column: int = 0
    merges: list[MergedRange] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    lost_formulas: set[tuple[int, int]] = field(default_factory=set)
    row: int = 0  # where the reading stands
    column: int = 0
    filled: int = 0
    scanned: int = 0


def read_layout(source: IO[bytes]) -> Layout:
    """Stream once through a worksheet's XML.

    Raises:
        WorkbookTooBigError: when cells with content lie beyond MAX_ROWS × MAX_COLUMNS, or are too many.
        WorkbookError: when elements are nested as no sheet nests them, or rows are out of order.
    """
    layout = Layout()
    depth = 0
    for event, element in iterparse(source, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise damaged()
        if event == "start" and element.tag == ROW:
            _begin_row(layout, element)
        elif event == "end" and element.tag not in INSIDE_CELLS:
            _see(layout, element)
    return layout


def _begin_row(layout: Layout, row: Any) -> None:
    """Some programs leave the numbers out: then it is the next one. A row that goes back would be lost."""
    number = int(row.get("r") or layout.row + 1)
    if number <= layout.row:
        raise damaged()
    layout.row, layout.column = number, 0


def _see(layout: Layout, element: Any) -> None:
    layout.scanned += 1
    if layout.scanned > MAX_SCANNED or layout.filled > MAX_FILLED_CELLS:
        raise too_big("工作表单元格过多")
    if element.tag == CELL:
        _see_cell(layout, element)
    elif element.tag == ROW:
        if element.get("hidden") in TRUE:
            layout.hidden_rows.add(layout.row)
        element.clear()
    elif element.tag == MERGE:
        _see_merge(layout, element)
    elif element.tag == COLUMN and element.get("hidden") in TRUE:
        first, last = int(element.get("min")), int(element.get("max"))
        layout.hidden_columns.update(range(first, min(last, MAX_COLUMNS) + 1))


def _see_merge(layout: Layout, merge: Any) -> None:
    if len(layout.merges) >= MAX_MERGES:
        raise too_big("合并单元格过多")
    boundaries = [edge or 1 for edge in range_boundaries(merge.get("ref"))]  # the library refuses whole rows
    first_column, first_row, last_column, last_row = boundaries
    layout.merges.append(MergedRange(first_row, last_row, first_column, last_column))


def _see_cell(layout: Layout, cell: Any) -> None:
    place = cell.get("r")
    layout.column = coordinate_to_tuple(place)[1] if place else layout.column + 1
    value, formula = cell.find(VALUE), cell.find(FORMULA)
    has_value = (value is not None and bool(value.text)) or cell.find(INLINE) is not None
    came_out_empty = value is not None and cell.get("t") == "str"
    if not has_value and (formula is None or came_out_empty):
        return
    if layout.row > MAX_ROWS or layout.column > MAX_COLUMNS:
        raise too_big(f"工作表超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列")
    layout.filled += 1
    layout.last_row = layout.row
    layout.last_column = max(layout.last_column, layout.column)
    if not has_value:
        layout.lost_formulas.add((layout.row, layout.column))
