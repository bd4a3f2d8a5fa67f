"""What read-only iteration does not tell of a sheet: its extent, merges, hidden rows, lost formulas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, Any

from defusedxml.ElementTree import iterparse
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from core.workbooks.guards import too_big

MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_CELLS_SCANNED = 600_000  # styled but empty cells included

NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
VALUE, FORMULA, INLINE = (f"{NAMESPACE}{tag}" for tag in ("v", "f", "is"))


@dataclass(frozen=True)
class Merge:
    """A merged range; rows and columns are 1-based and inclusive."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass
class Layout:
    """The extent of the cells that hold something, and where the sheet is not a plain table."""

    last_row: int = 0
    last_column: int = 0
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    lost_formulas: set[tuple[int, int]] = field(default_factory=set)
    cells_scanned: int = 0


def read_layout(source: IO[bytes]) -> Layout:
    """Stream once through a worksheet's XML.

    Raises:
        WorkbookTooBigError: when cells with content lie beyond MAX_ROWS × MAX_COLUMNS.
    """
    layout = Layout()
    for _, element in iterparse(source, events=("end",)):
        if element.tag == f"{NAMESPACE}c":
            _see_cell(layout, element)
        elif element.tag == f"{NAMESPACE}row":
            _see_row(layout, element)
            element.clear()
        elif element.tag == f"{NAMESPACE}mergeCell":
            _see_merge(layout, element)
    return layout


def _see_merge(layout: Layout, merge: Any) -> None:
    boundaries = [edge or 1 for edge in range_boundaries(merge.get("ref"))]  # whole rows have no column
    first_column, first_row, last_column, last_row = boundaries
    layout.merges.append(Merge(first_row, last_row, first_column, last_column))


def _see_cell(layout: Layout, cell: Any) -> None:
    layout.cells_scanned += 1
    if layout.cells_scanned > MAX_CELLS_SCANNED:
        raise too_big("工作表单元格过多")
    value, formula = cell.find(VALUE), cell.find(FORMULA)
    has_value = (value is not None and bool(value.text)) or cell.find(INLINE) is not None
    if not (has_value or formula is not None) or not cell.get("r"):
        return
    row, column = coordinate_to_tuple(cell.get("r"))
    if row > MAX_ROWS or column > MAX_COLUMNS:
        raise too_big(f"工作表超过 {MAX_ROWS} 行或 {MAX_COLUMNS} 列")
    layout.last_row = max(layout.last_row, row)
    layout.last_column = max(layout.last_column, column)
    if not has_value:
        layout.lost_formulas.add((row, column))


def _see_row(layout: Layout, row: Any) -> None:
    if row.get("hidden") in {"1", "true"} and row.get("r"):
        layout.hidden_rows.add(int(row.get("r")))
