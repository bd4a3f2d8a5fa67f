"""Writes a ledger as the office files it: title, filing line, header, rows, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from core.workbooks.columns import Column
from core.workbooks.values import Label

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER_ROW = 3
TOTAL = "合计"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # Excel and WPS would take these for a formula
WIDTHS = (8, 40)  # characters a column is at least and at most wide
LINE = Side(style="thin", color="BFBFBF")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
HEADER_FILL = PatternFill("solid", fgColor="F3E9E0")


@dataclass(frozen=True)
class Sheet:
    """One ledger to be written. `rows` follow `columns`; `totals` is column name → what stands below it."""

    title: str
    heading: str
    filed_by: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    totals: Mapping[str, Any] = field(default_factory=dict)


def write_sheet(sheet: Sheet) -> bytes:
    """The bytes of an .xlsx file with one worksheet, ready to be filed and to be read back."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)  # a new workbook has one
    page.title = sheet.title
    _write_head(page, sheet)
    for number, row in enumerate(sheet.rows, start=HEADER_ROW + 1):
        for position, (column, value) in enumerate(zip(sheet.columns, row, strict=True), start=1):
            _put(page, number, position, in_words(column, value))
    if sheet.totals:
        _write_totals(page, sheet, HEADER_ROW + 1 + len(sheet.rows))
    _set_layout(page, sheet)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def in_words(column: Column, value: Any) -> Any:
    """What stands in the cell for `value`: the office's own word for a choice, several names in one cell."""
    if value is None or value == "":
        return None
    if isinstance(column.parse, Label):
        choice = column.parse.choices(value)
        own_words = {known: word for word, known in column.parse.also.items()}
        return own_words.get(choice) or str(choice.label)
    if isinstance(value, list | tuple):
        return "、".join(str(each) for each in value) or None
    return value


def _write_head(page: Worksheet, sheet: Sheet) -> None:
    for row, text, size in ((1, sheet.heading, 16), (2, sheet.filed_by, 10)):
        page.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(sheet.columns))
        cell = _put(page, row, 1, text)
        cell.font = Font(bold=row == 1, size=size)
        cell.alignment = Alignment(horizontal="center" if row == 1 else "left", vertical="center")
    page.row_dimensions[1].height = 30
    for position, column in enumerate(sheet.columns, start=1):
        cell = _put(page, HEADER_ROW, position, column.header)
        cell.font, cell.fill = Font(bold=True), HEADER_FILL
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _write_totals(page: Worksheet, sheet: Sheet, number: int) -> None:
    for position, column in enumerate(sheet.columns, start=1):
        value = TOTAL if position == 1 else sheet.totals.get(column.name)
        _put(page, number, position, value).font = Font(bold=True)


def _put(page: Worksheet, row: int, position: int, value: Any) -> Any:
    """Write a value; text that looks like a formula is marked as text, just as a typed leading ' does."""
    cell: Any = page.cell(row, position)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
    cell.border = BORDER
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, str) and value.startswith(FORMULA_SIGNS):
        cell.data_type = "s"
        cell.quotePrefix = True
    return cell


def _set_layout(page: Worksheet, sheet: Sheet) -> None:
    for position, column in enumerate(sheet.columns, start=1):
        texts = [column.header, *(str(row[position - 1] or "") for row in sheet.rows)]
        widest = max(2 * len(text) for text in texts) + 2  # a Chinese character is two wide
        page.column_dimensions[get_column_letter(position)].width = min(max(widest, WIDTHS[0]), WIDTHS[1])
    page.freeze_panes = f"A{HEADER_ROW + 1}"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9  # A4
    page.page_setup.fitToHeight = 0  # as many sheets of paper as it takes
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
