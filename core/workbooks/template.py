"""Writes the empty template of a ledger from the same columns that read it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from core.workbooks.columns import Column
from core.workbooks.guards import MAX_ROWS
from core.workbooks.values import Clock, Day, Number, Text, Whole

HEADER_ROW = 3
LINE = Side(style="thin", color="BFBFBF")
HEADER_FILL = PatternFill("solid", fgColor="F3E9E0")
MAX_LIST_LENGTH = 255  # of the words of a drop-down list, a limit of Excel
NOTE = "带 * 的列必填；列的先后可以调整，表头文字不要改。日期写成 2025-01-09，时间写成 9:30。"


def template(title: str, columns: Sequence[Column]) -> bytes:
    """An empty workbook with title, note, header, widths and drop-down lists."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # a new workbook has one
    sheet.title = title
    _write_head(sheet, title, len(columns))
    for position, column in enumerate(columns, start=1):
        _write_column(sheet, position, column)
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _write_head(sheet: Worksheet, title: str, width: int) -> None:
    for row, text in enumerate((title, NOTE), start=1):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
        cell = sheet.cell(row, 1, text)
        cell.alignment = Alignment(horizontal="center" if row == 1 else "left", vertical="center")
        cell.font = Font(bold=row == 1, size=16 if row == 1 else 10)
    sheet.row_dimensions[1].height = 30


def _write_column(sheet: Worksheet, position: int, column: Column) -> None:
    letter = get_column_letter(position)
    cell = sheet.cell(HEADER_ROW, position, f"{column.header}*" if column.required else column.header)
    cell.font, cell.fill = Font(bold=True), HEADER_FILL
    cell.border = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.column_dimensions[letter].width = _width(column)
    words = ",".join(column.words)
    if words and len(words) <= MAX_LIST_LENGTH:
        validation = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
        validation.add(f"{letter}{HEADER_ROW + 1}:{letter}{MAX_ROWS}")
        sheet.add_data_validation(validation)


def _width(column: Column) -> int:
    """Characters of width that suit what is typed into the column."""
    if isinstance(column.parse, Whole | Number | Clock):
        return 10
    if isinstance(column.parse, Day):
        return 14
    return 40 if isinstance(column.parse, Text) and column.parse.multiline else 20
