"""Reads a ledger out of a workbook: finds sheet and header under merged titles, takes columns by name."""

from __future__ import annotations

import zipfile
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import RowError
from core.workbooks.columns import Column
from core.workbooks.errors import CellError, WorkbookError
from core.workbooks.guards import check_file, damaged
from core.workbooks.layout import Layout, read_layout
from core.workbooks.tables import Row, Table
from core.workbooks.values import Reading, folded, is_blank, shown

HEADER_ROWS = 10  # the header stands within the first ten rows
HEADER_SHARE = 0.5  # of the columns a ledger must have; a row with fewer is the header of another table
TOTALS = frozenset({"合计", "总计", "小计", "合计:", "总计:", "小计:"})
REMARKS = ("注:", "备注:", "说明:", "填报", "填表", "制表", "审核")
SERIAL = "序号"
NOT_A_WORKBOOK = (
    zipfile.BadZipFile,
    EOFError,
    InvalidFileException,
    KeyError,
    IndexError,
    TypeError,
    ValueError,  # defusedxml's refusals are ValueErrors
    ParseError,
)


@dataclass(frozen=True)
class _Sheet:
    """One worksheet; `rows` reach as far as cells hold something."""

    title: str
    rows: list[tuple[Any, ...]]
    layout: Layout
    other_titles: tuple[str, ...]
    epoch: Any


def read_table(
    content: bytes, columns: Sequence[Column], *, title: str, shift: timedelta = timedelta(0)
) -> Table:
    """Read the ledger called `title` from the bytes of an .xlsx file; every date is moved by `shift`.

    Faults of headers and cells are collected in the table's errors, and its rows keep what was understood.

    Raises:
        WorkbookError: when the file cannot be read at all, or holds no such ledger.
    """
    check_file(content)
    try:
        sheets = _load(content)
    except NOT_A_WORKBOOK as error:
        raise damaged() from error
    sheet, header_row = _choose(sheets, columns, title)
    table = Table(sheet.title, columns)
    if sheet.other_titles:
        table.notes.append(f"读取的是工作表“{sheet.title}”，没有读：{'、'.join(sheet.other_titles)}。")
    positions = _positions(table, sheet.rows[header_row - 1], header_row)
    _read_rows(table, sheet, header_row, positions, Reading(sheet.epoch, shift))
    if not table.rows and not table.errors:
        raise WorkbookError(f"工作表“{sheet.title}”只有表头，没有数据行。")
    return table


def _load(content: bytes) -> list[_Sheet]:
    """Every visible sheet. Read-only mode: one stray cell at XFD1048576 must not cost a minute."""
    layouts = _layouts(content)  # first, for it stops where the library would go on
    book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
    try:
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        return [_load_sheet(sheet, layouts, book.sheetnames) for sheet in visible]
    finally:
        book.close()


def _layouts(content: bytes) -> dict[str, Layout]:
    """The layout of every visible sheet by its path in the archive.

    Sheets that share one part are refused: it would be read once for each of them, however many they are.
    """
    probe = ExcelReader(BytesIO(content), read_only=True, keep_links=False)
    with probe.archive as archive:
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


def _load_sheet(sheet: Any, layouts: Mapping[str, Layout], titles: Sequence[str]) -> _Sheet:
    # The path is not public, but the library offers no other way to a sheet's own XML.
    layout = layouts[sheet._worksheet_path]
    rows = (
        list(sheet.iter_rows(max_row=layout.last_row, max_col=layout.last_column)) if layout.last_row else []
    )
    others = tuple(title for title in titles if title != sheet.title)
    return _Sheet(sheet.title, rows, layout, others, sheet.parent.epoch)


def _choose(sheets: list[_Sheet], columns: Sequence[Column], title: str) -> tuple[_Sheet, int]:
    """The sheet and header row with the most known column names; a sheet called `title` wins a tie."""
    known = {_header_key(column.header) for column in columns}
    best: tuple[int, bool, _Sheet | None, int] = (0, False, None, 0)
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:HEADER_ROWS], start=1):
            hits = len(known & {_header_key(cell.value) for cell in row})
            is_named = folded(sheet.title) == folded(title)
            if (hits, is_named) > best[:2]:
                best = (hits, is_named, sheet, number)
    hits, _, chosen, number = best
    wanted = [column.header for column in columns if not column.optional]
    if not any(sheet.rows for sheet in sheets):
        raise WorkbookError("文件没有数据行：工作表是空的。")
    if chosen is None or hits < len(wanted) * HEADER_SHARE:
        raise WorkbookError(
            f"前 {HEADER_ROWS} 行里没有找到“{title}”的表头，应当有这些列：{'、'.join(wanted)}。"
            "可先下载模板对照。"
        )
    return chosen, number


def _positions(table: Table, header: tuple[Any, ...], header_row: int) -> dict[str, int]:
    """Where each known column stands (0-based); missing and doubled headers become errors."""
    by_key: dict[str, list[int]] = {}
    for position, cell in enumerate(header):
        if not is_blank(cell.value):
            by_key.setdefault(_header_key(cell.value), []).append(position)
    found: dict[str, int] = {}
    for column in table.columns:
        places = by_key.pop(_header_key(column.header), [])
        if len(places) > 1:
            where = "、".join(f"第 {place + 1} 列" for place in places)
            _fail_header(table, header_row, column, column.header, f"表头重复，出现在{where}，请只保留一列")
        elif places:
            found[column.name] = places[0]
        elif not column.optional:
            _fail_header(table, header_row, column, "", "缺少这一列")
    if by_key:
        unknown = "、".join(plain_header(header, places[0]) for places in by_key.values())
        table.notes.append(f"有不认识的列，没有导入：{unknown}。")
    return found


def _header_key(value: object) -> str:
    """A header without width, spaces, and the star that marks a required column in the template."""
    return folded(value).strip("*")


def plain_header(header: tuple[Any, ...], position: int) -> str:
    return shown(header[position].value).replace("\n", "")


def _fail_header(table: Table, header_row: int, column: Column, value: str, reason: str) -> None:
    table.errors.append(RowError(table.sheet, header_row, column.header, value, reason))


def _read_rows(
    table: Table, sheet: _Sheet, header_row: int, positions: dict[str, int], reading: Reading
) -> None:
    unused: list[int] = []
    for number, cells in enumerate(sheet.rows[header_row:], start=header_row + 1):
        kind = _kind_of(number, cells, table, positions, sheet.layout)
        if kind == "data":
            table.rows.append(_read_row(table, number, cells, positions, sheet.layout, reading))
        elif kind == "numbered":
            unused.append(number)
        elif kind == "remark":
            table.notes.append(f"第 {number} 行是说明文字，已略过。")
    if unused:
        table.notes.append(f"有 {len(unused)} 行只有序号（第 {unused[0]} 行起），已略过。")
    numbers = {row.number for row in table.rows}
    _report_merges(table, sheet.layout, positions, numbers)
    if hidden := len(numbers & sheet.layout.hidden_rows):
        table.notes.append(f"其中 {hidden} 行在 Excel 里是隐藏的，也一并读取。")


def _kind_of(
    number: int, cells: tuple[Any, ...], table: Table, positions: dict[str, int], layout: Layout
) -> str:
    """Whether a row is data, blank, a total, a remark under the table, or numbered in advance and unused."""
    filled = [cell.value for cell in cells if not is_blank(cell.value)]
    if not filled:
        return "data" if any(row == number for row, _ in layout.lost_formulas) else "blank"
    first = folded(filled[0])
    if first in TOTALS:
        return "total"
    if len(filled) == 1 and first.startswith(REMARKS):
        return "remark"
    serial = next((column.name for column in table.columns if column.header == SERIAL), "")
    used = [name for name, position in positions.items() if not is_blank(cells[position].value)]
    return "numbered" if used == [serial] and len(filled) == 1 else "data"


def _read_row(
    table: Table,
    number: int,
    cells: tuple[Any, ...],
    positions: dict[str, int],
    layout: Layout,
    reading: Reading,
) -> Row:
    row = Row(number, {name: cells[position].value for name, position in positions.items()})
    for column in table.columns:
        if column.name not in positions:
            continue
        cell = cells[positions[column.name]]
        try:
            if (number, positions[column.name] + 1) in layout.lost_formulas:
                raise CellError("公式没有保存计算结果，请粘贴为数值")
            if cell.data_type == "e":
                raise CellError(f"是公式错误 {cell.value}，请粘贴为数值")
            row.values[column.name] = column.read(cell.value, reading)
        except CellError as error:
            table.fail(row, column.name, str(error))
    return row


def _report_merges(table: Table, layout: Layout, positions: dict[str, int], numbers: set[int]) -> None:
    """A merged cell holds its value once, so the other rows or columns under it would look blank."""
    headers = {
        position + 1: column.header
        for column in table.columns
        if (position := positions.get(column.name)) is not None
    }
    in_order = sorted(numbers)
    for merge in layout.merges:
        touched = in_order[bisect_left(in_order, merge.first_row) :][:1]
        column = min((c for c in headers if merge.first_column <= c <= merge.last_column), default=None)
        if not touched or touched[0] > merge.last_row or column is None:
            continue
        rows = f"{merge.first_row}–{merge.last_row}" if merge.last_row > merge.first_row else merge.first_row
        reason = f"第 {rows} 行有合并单元格，请取消合并、逐格填写"
        table.errors.append(RowError(table.sheet, touched[0], headers[column], "", reason))
