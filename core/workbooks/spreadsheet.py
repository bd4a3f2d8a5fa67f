"""Reads every visible sheet of an .xlsx file. Runs in the parsing child; no Django in here."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import ARC_WORKBOOK

from core.workbooks.archive import check_archive
from core.workbooks.errors import WorkbookFormatError
from core.workbooks.guards import MAX_CELL_CHARACTERS, MAX_CHARACTERS, damaged, too_big
from core.workbooks.layout import Layout, read_layout
from core.workbooks.sheets import DASHES, Book, BrokenCell, QuotedCell, Sheet

NOT_A_WORKBOOK = (
    zipfile.BadZipFile,
    EOFError,
    InvalidFileException,
    KeyError,
    IndexError,
    TypeError,
    ValueError,  # defusedxml's refusals are ValueErrors
    ParseError,
    RecursionError,
)
# Dates and times that Chinese Excel does not write out in a file, and the library does not know.
BUILTIN_FORMATS.update(dict.fromkeys([*range(27, 37), *range(50, 59)], "yyyy-mm-dd"))
STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"  # a dialect that the library takes for empty sheets
LINE_END = "_x000D_"  # a carriage return, as the standard has it written


def parse_spreadsheet(content: bytes) -> Book:
    """The sheets of an .xlsx file.

    Raises:
        WorkbookError: when the archive is damaged, too large, or no workbook.
    """
    check_archive(content)
    try:
        return _load(content)
    except NOT_A_WORKBOOK as error:
        raise damaged() from error


def _load(content: bytes) -> Book:
    """Every visible sheet. Read-only mode: one stray cell at XFD1048576 must not cost a minute."""
    layouts = _layouts(content)  # first, for it stops where the library would go on
    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        hidden = [title for title in book.sheetnames if title not in {sheet.title for sheet in visible}]
        sheets = _load_sheets(visible, layouts)
        return Book(sheets, hidden, counts_from_1904=book.epoch == CALENDAR_MAC_1904)
    finally:
        book.close()


def _layouts(content: bytes) -> dict[str, Layout]:
    """The layout of every visible sheet by its path in the archive.

    Sheets that share one part are refused: it would be read once for each of them, however many they are.
    """
    probe = ExcelReader(BytesIO(content), read_only=True, keep_links=False)
    with probe.archive as archive:
        if STRICT in archive.read(ARC_WORKBOOK):
            raise WorkbookFormatError(
                "文件是“Strict Open XML 电子表格”，请用 Excel 打开，另存为“Excel 工作簿(.xlsx)”后再导入。"
            )
        probe.read_manifest()
        probe.read_workbook()
        sheets = [(relation.target, sheet.state) for sheet, relation in probe.parser.find_sheets()]
        paths = [path for path, _ in sheets]
        if len(paths) > len(set(paths)):
            raise damaged()
        return {path: _layout(archive, path) for path, state in sheets if state == "visible"}


def _layout(archive: zipfile.ZipFile, path: str) -> Layout:
    with archive.open(path) as source:
        return read_layout(source)


def _load_sheets(visible: list[Any], layouts: Mapping[str, Layout]) -> list[Sheet]:
    sheets, characters = [], 0
    for page in visible:
        # The path is not public, but the library offers no other way to a sheet's own XML.
        layout = layouts[page._worksheet_path]
        rows: list[list[Any]] = []
        if layout.last_row:
            for cells in page.iter_rows(max_row=layout.last_row, max_col=layout.last_column):
                values = [_value(cell) for cell in cells]
                characters += sum(_length(value) for value in values)
                if characters > MAX_CHARACTERS:  # one long text may stand in every cell and weigh nothing
                    raise too_big("文字内容过多")
                rows.append(values)
        for row, column in layout.lost_formulas:
            rows[row - 1][column - 1] = BrokenCell("")
        hidden_rows = sorted(row for row in layout.hidden_rows if row <= layout.last_row)
        hidden_columns = sorted(c for c in layout.hidden_columns if c <= layout.last_column)
        sheets.append(Sheet(page.title, rows, layout.merges, hidden_rows, hidden_columns))
    return sheets


def _value(cell: Any) -> Any:
    if cell.data_type == "e":
        return BrokenCell(cell.value)
    if cell.value in DASHES and cell.has_style and cell.style_array.quotePrefix:
        return QuotedCell(cell.value)
    return cell.value.replace(LINE_END, "\r") if isinstance(cell.value, str) else cell.value


def _length(value: Any) -> int:
    if not isinstance(value, str):
        return 1
    if len(value) > MAX_CELL_CHARACTERS:
        raise too_big("有一格的文字过长")
    return len(value)
