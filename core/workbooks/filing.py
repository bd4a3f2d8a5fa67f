"""Writes a ledger as the office files it: title, filing line, header, rows, totals, signatures.

Rows are written as they come and never held: a ledger of 100,000 rows costs no more memory than one of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.properties import PageSetupProperties

from core.workbooks.columns import Column
from core.workbooks.sheets import DASHES
from core.workbooks.values import Label

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER_ROW = 3
TOTAL = "合计"
# Excel and WPS would take these for a formula when the cell is edited, or the sheet saved as text.
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
WIDTHS = (8, 40)  # characters a column is at least and at most wide
SAMPLE = 200  # rows that decide how wide a column is
IN_MEMORY = 4 << 20  # bytes; a larger file waits on disk for its reader
LINE = Side(style="thin", color="BFBFBF")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
HEADER_FILL = PatternFill("solid", fgColor="F3E9E0")
LEFT = Alignment(horizontal="left", vertical="center")
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)


@dataclass(frozen=True)
class Sheet:
    """One ledger to be written. `rows` follow `columns`.

    The total below them counts the rows in the column and with the word of `counted`, and adds up `summed`.
    """

    title: str
    heading: str
    filed_by: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    counted: tuple[str, str] = ("", "")
    summed: tuple[str, ...] = ()
    signed: str = ""


def write_sheet(sheet: Sheet) -> IO[bytes]:
    """An .xlsx file with one worksheet, to be filed and to be read back; stands at its beginning."""
    book: Any = Workbook(write_only=True)
    page = _Rows(book, sheet.title)
    book._add_sheet(page)
    _Page(page, sheet).write()
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the response closes it
    book.save(file)
    file.seek(0)
    return file


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


@dataclass(slots=True)
class _Cell:
    """What the library's writer asks a cell for; one is enough: each is written before the next."""

    parent: Any
    row: int
    column: str = ""
    style_id: int = 0
    data_type: str = "n"
    _value: Any = None
    _comment: None = None
    hyperlink: None = None
    has_style: bool = True

    @property
    def coordinate(self) -> str:
        return f"{self.column}{self.row}"


class _Rows(WriteOnlyWorksheet):
    """A worksheet that takes rows of values with the numbers of their styles.

    Given styled cells, the library makes two objects, catches an exception and looks up a style for each of
    them; that was half the time of an export. It has no public way to hand over a row whose styles are known,
    so one private method is replaced; the version is pinned and the tests of the exports read cells back.
    """

    def _values_to_row(self, values: Iterable[tuple[Any, int]], row_idx: int) -> Iterator[_Cell]:
        cell = _Cell(self, row_idx)
        for column, (value, style) in enumerate(values, 1):
            cell.column, cell.style_id, cell._value = get_column_letter(column), style, value
            cell.data_type = "s" if isinstance(value, str) else "d" if isinstance(value, date) else "n"
            yield cell


class _Page:
    """One worksheet being written, top to bottom; the library wants what stands above the rows set first."""

    def __init__(self, page: Any, sheet: Sheet) -> None:
        self.page, self.sheet = page, sheet
        self.count = 0
        self.sums = dict.fromkeys(sheet.summed, 0)
        framed = {"border": BORDER, "alignment": Alignment(vertical="top", wrap_text=True)}
        self.plain = self._look(**framed)
        self.day = self._look(number_format="yyyy-mm-dd", **framed)
        # What a typed leading ' does: the text stays as it is, and stays text.
        self.quoted = self._look(quotePrefix=True, **framed)

    def write(self) -> None:
        rows = iter(self.sheet.rows)
        sample = [list(row) for row in islice(rows, SAMPLE)]
        self._set_layout(sample)
        self._write_head()
        for row in chain(sample, rows):
            self.page.append(list(self._cells(row)))
        self._write_foot()
        self.page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"

    def _cells(self, row: Sequence[Any]) -> Iterator[tuple[Any, int]]:
        self.count += 1
        for column, value in zip(self.sheet.columns, row, strict=True):
            if column.name in self.sums:
                self.sums[column.name] += value or 0
            yield self._cell(in_words(column, value))

    def _cell(self, value: Any, look: int | None = None) -> tuple[Any, int]:
        """A value in a look of its own, or in the one that it calls for."""
        if isinstance(value, str):
            usual = self.quoted if value.startswith(FORMULA_SIGNS) or value in DASHES else self.plain
            value = ILLEGAL_CHARACTERS_RE.sub("", value)
        else:
            usual = self.day if isinstance(value, date) else self.plain
        return value, usual if look is None else look

    def _look(self, **style: Any) -> int:
        """The number of a look that many cells share; looking it up for each would take most of the time."""
        cell: Any = WriteOnlyCell(self.page)
        for name, value in style.items():
            setattr(cell, name, value)
        return int(cell.style_id)

    def _write_head(self) -> None:
        self._write_line(1, self.sheet.heading, self._look(font=Font(bold=True, size=16), alignment=CENTRED))
        self._write_line(2, self.sheet.filed_by, self._look(font=Font(size=10), alignment=LEFT))
        look = self._look(font=Font(bold=True), fill=HEADER_FILL, alignment=CENTRED, border=BORDER)
        self.page.append([self._cell(column.header, look) for column in self.sheet.columns])

    def _write_line(self, number: int, text: str, look: Any) -> None:
        """A line of text across all columns, as row `number`."""
        self.page.append([self._cell(text, look)])
        width = len(self.sheet.columns)
        self.page.merged_cells.add(CellRange(min_row=number, max_row=number, min_col=1, max_col=width))

    def _write_foot(self) -> None:
        name, unit = self.sheet.counted
        totals = {name: f"{self.count}{unit}"} | self.sums
        values = [TOTAL, *(totals.get(column.name) for column in self.sheet.columns[1:])]
        look = self._look(font=Font(bold=True), border=BORDER)
        self.page.append([self._cell(value, look) for value in values])
        if self.sheet.signed:
            look = self._look(font=Font(size=10), alignment=LEFT)
            self._write_line(HEADER_ROW + self.count + 2, self.sheet.signed, look)

    def _set_layout(self, sample: Sequence[Sequence[Any]]) -> None:
        for position, column in enumerate(self.sheet.columns):
            texts = [column.header, *(str(row[position] or "") for row in sample)]
            widest = max(2 * len(text) for text in texts) + 2  # a Chinese character is two wide
            letter = get_column_letter(position + 1)
            self.page.column_dimensions[letter].width = min(max(widest, WIDTHS[0]), WIDTHS[1])
        self.page.row_dimensions[1].height = 30
        self.page.freeze_panes = f"A{HEADER_ROW + 1}"
        self.page.page_setup.orientation = "landscape"
        self.page.page_setup.paperSize = 9  # A4
        self.page.page_setup.fitToHeight = 0  # as many sheets of paper as it takes
        self.page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
