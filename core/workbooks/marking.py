"""Gives a file back with its bad cells marked: the person's own rows in place, and a list of the faults."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from core.errors import RowError
from core.workbooks.sheets import BrokenCell, Sheet

LIST_TITLE = "错误清单"
LIST_HEADERS = ("行", "列", "单元格", "填的是", "问题和改法")
FAULTY = PatternFill("solid", fgColor="FFD6D6")
AUTHOR = "导入检查"
COLUMN_WIDTH = 18


def marked_book(sheet: Sheet, errors: Sequence[RowError], places: Mapping[str, int]) -> bytes:
    """An .xlsx of `sheet` whose cells named in `errors` are filled and commented, then a list of them.

    `places` is header → place (0-based); a fault of a column the file does not have stands in the list only.
    It is written row by row, so that a large file costs little memory, and holds values, never formulas.
    """
    reasons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for error in errors:
        if error.column in places:
            reasons[error.row, places[error.column]].append(error.reason)
    book = Workbook(write_only=True)
    page: Any = book.create_sheet(sheet.title)
    width = max((len(row) for row in sheet.rows), default=0)
    for place in range(width):
        page.column_dimensions[get_column_letter(place + 1)].width = COLUMN_WIDTH
    for merge in sheet.merges:
        first, last = get_column_letter(merge.first_column), get_column_letter(merge.last_column)
        page.merged_cells.add(f"{first}{merge.first_row}:{last}{merge.last_row}")
    for number, row in enumerate(sheet.rows, start=1):
        values = [*row, *[None] * (width - len(row))]
        page.append([_cell(page, value, reasons.get((number, place))) for place, value in enumerate(values)])
    _write_list(book, errors, places)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_list(book: Workbook, errors: Sequence[RowError], places: Mapping[str, int]) -> None:
    page: Any = book.create_sheet(LIST_TITLE)
    for letter, wide in zip("ABCDE", (8, 18, 10, 30, 70), strict=True):
        page.column_dimensions[letter].width = wide
    page.append([_cell(page, header, None, is_bold=True) for header in LIST_HEADERS])
    for error in errors:
        place = places.get(error.column)
        where = "" if place is None else f"{get_column_letter(place + 1)}{error.row}"
        texts = (error.row, error.column, where, error.value, error.reason)
        page.append([_cell(page, text, None) for text in texts])


def _cell(page: Any, value: Any, reasons: Sequence[str] | None, is_bold: bool = False) -> Any:
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell: Any = WriteOnlyCell(page, None)
    cell.value = str(value) if isinstance(value, BrokenCell) else value
    if isinstance(value, str):
        cell.data_type = "s"  # text beginning with = stays text
    if is_bold:
        cell.font = Font(bold=True)
    if reasons:
        cell.fill = FAULTY
        cell.comment = Comment("\n".join(reasons), AUTHOR, width=320, height=120)
    return cell
