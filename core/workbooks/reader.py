"""Reads a ledger out of a book: takes columns by name, passes over what is no data, collects every fault."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH

from core.errors import RowError
from core.workbooks.columns import Column
from core.workbooks.dates import Reading
from core.workbooks.errors import CellError, WorkbookError
from core.workbooks.headings import Heading, headings
from core.workbooks.opening import open_book
from core.workbooks.recognition import Match, find_heading
from core.workbooks.results import ImportTerms
from core.workbooks.sheets import Book, BrokenCell, MergedRange, Sheet
from core.workbooks.tables import Row, Table
from core.workbooks.values import folded, is_blank, shown

TOTAL = re.compile(r"[合总小共]计([:(\d].*)?|共\d+[条项行件个]")
REMARK = re.compile(
    r"(注|备注|说明)[\d一二三]?[:.、].*|(填报|填表|制表|审核|审批)\w{0,4}(\(.*\))?:.*"
    r"|(填报|填表|制表|审核|审批)(人|单位|日期|时间)(\(.*\))?"
    r"|(单位|主要|分管)?(负责人|领导|书记|经办人|联系人|联系电话|日期|时间)(\(.*\))?:.*"
)
SIGNATURE = re.compile(r"(填报|填表|制表|审核|审批).*")  # 审批流程不清楚 may well be a demand
SERIAL = "序号"
GIVEN = "，或各行都填什么"
ENTRIES = {"data", "numbered"}  # kinds of rows
NAMED = 5  # rows or dates that a note names one by one


def read_table(source: bytes | Book, columns: Sequence[Column], *, title: str, terms: ImportTerms) -> Table:
    """Read the ledger called `title` from a file or an opened book; its dates are moved by the terms' shift.

    Faults of headers and cells are collected in the table's errors, and its rows keep what was understood.

    Raises:
        WorkbookError: when the file cannot be read at all, or holds no such ledger.
    """
    book = source if isinstance(source, Book) else open_book(source)
    match = terms.match or find_heading(book, columns, title)
    sheet = match.heading.sheet
    table = Table(sheet.title, columns, frozenset(name for name, text in match.given.items() if text))
    _note_book(table, book, match)
    _check_headers(table, match)
    epoch = CALENDAR_MAC_1904 if book.counts_from_1904 else WINDOWS_EPOCH
    _read_rows(table, match, Reading(epoch, terms.shift, terms.as_of - terms.shift))
    if not table.rows and not table.errors:
        raise WorkbookError(f"工作表“{sheet.title}”只有表头，没有数据行。请填好数据再导入。")
    return table


def _note_book(table: Table, book: Book, match: Match) -> None:
    others = [sheet.title for sheet in book.sheets if sheet is not match.heading.sheet] + [
        *book.hidden_titles
    ]
    if others:
        table.notes.append(f"读取的是工作表“{table.sheet}”，没有读：{'、'.join(others)}。")
    if alike := [sheet.title for sheet in book.sheets if _has_header(sheet, match.heading)]:
        table.notes.append(
            f"{'、'.join(alike)}的表头和它一样。一次读一张：这张导入后再上传，在“列的对应”里换一张。"
        )
    labels = match.heading.labels
    for column in table.columns:
        if column.name in match.guessed:
            label = labels[match.places[column.name]]
            table.notes.append(f"表头“{label}”按“{column.header}”读取，请核对列的对应。")
    for column in table.columns:
        if text := match.given.get(column.name):
            table.notes.append(f"文件里没有“{column.header}”，各行都按“{text}”读取。")
    if match.unused:
        names = "、".join(labels[place] for place in match.unused)
        table.notes.append(f"有不认识的列，没有导入：{names}。")
    hidden = [place for place in match.places.values() if place + 1 in match.heading.sheet.hidden_columns]
    if hidden:
        names = "、".join(f"{get_column_letter(place + 1)} 列“{labels[place]}”" for place in sorted(hidden))
        table.notes.append(f"{names}在 Excel 里是隐藏的，也一并读取。")


def _has_header(sheet: Sheet, heading: Heading) -> bool:
    """Whether another sheet has a header of the same labels, which may be as much of the ledger."""
    return sheet is not heading.sheet and any(each.shape == heading.shape for each in headings(sheet))


def _check_headers(table: Table, match: Match) -> None:
    """Missing and doubled headers become errors, in the header's last row."""
    row = match.heading.last_row
    for column in table.columns:
        if places := match.doubled.get(column.name):
            where = "、".join(f"第 {place + 1} 列" for place in places)
            reason = f"表头重复，出现在{where}，请只保留一列"
            table.errors.append(RowError(table.sheet, row, column.header, column.header, reason))
    for column in match.missing(table.columns):
        reason = (
            f"缺少这一列，请补上这一列，或在“列的对应”里指明是哪一列{GIVEN if column.may_be_given else ''}"
        )
        table.errors.append(RowError(table.sheet, row, column.header, "", reason))


def _read_rows(table: Table, match: Match, reading: Reading) -> None:
    sheet = match.heading.sheet
    rows = _filled_down(table, match)
    unused: list[int] = []
    for number, kind in _kinds(rows, table, match).items():
        match kind:
            case "data":
                table.rows.append(_read_row(table, number, _named(rows[number - 1], match), reading))
            case "numbered":
                unused.append(number)
            case "remark":
                table.notes.append(f"第 {number} 行是说明文字，已略过。")
    if unused:
        table.notes.append(f"有 {len(unused)} 行只有序号（第 {unused[0]} 行起），已略过。")
    if table.assumed:
        named = "；".join(table.assumed[:NAMED]) + ("……" if len(table.assumed) > NAMED else "")
        table.notes.append(
            f"有 {len(table.assumed)} 个日期没写年份，按离 {reading.as_of} 最近的年份读取：{named}。"
        )
    hidden = sorted({row.number for row in table.rows} & set(sheet.hidden_rows))
    if hidden:
        named = "、".join(map(str, hidden[:NAMED])) + (" 等" if len(hidden) > NAMED else "")
        table.notes.append(f"第 {named} 行（共 {len(hidden)} 行）在 Excel 里是隐藏的，也一并读取。")


def _filled_down(table: Table, match: Match) -> list[list[Any]]:
    """The rows with merged cells of spanning columns filled down; other merges in the data are faults."""
    sheet = match.heading.sheet
    rows = sheet.rows
    filled: Counter[str] = Counter()
    headers = {match.places[c.name] + 1: c for c in table.columns if c.name in match.places}
    kinds = _kinds(rows, table, match)
    numbers = [number for number, kind in kinds.items() if kind in ENTRIES]
    for merge in sheet.merges:
        touched = numbers[bisect_left(numbers, merge.first_row) :][:1]
        columns = [headers[place] for place in sorted(headers) if merge.covers(merge.first_row, place)]
        if (
            merge.first_row <= match.heading.last_row
            or not touched
            or touched[0] > merge.last_row
            or not columns
        ):
            continue
        if merge.first_column < merge.last_column or not columns[0].spans:
            table.errors.append(_merge_fault(table, merge, touched[0], columns[0]))
            continue
        place = merge.first_column - 1
        rows = [*rows] if rows is sheet.rows else rows
        for number in range(merge.first_row + 1, min(merge.last_row, len(rows)) + 1):
            if kinds[number] != "data":  # a blank row that the merge runs through stays blank
                continue
            cells = rows[number - 1]
            rows[number - 1] = [*cells[:place], rows[merge.first_row - 1][place], *cells[place + 1 :]]
        filled[columns[0].header] += 1
    for header, count in filled.items():
        table.notes.append(f"“{header}”有 {count} 处合并单元格，已逐行填入同样的内容。")
    return rows


def _merge_fault(table: Table, merge: MergedRange, row: int, column: Column) -> RowError:
    rows = f"{merge.first_row}–{merge.last_row}" if merge.last_row > merge.first_row else merge.first_row
    reason = f"第 {rows} 行有合并单元格，请取消合并、逐格填写"
    return RowError(table.sheet, row, column.header, "", reason)


def _kinds(rows: Sequence[Sequence[Any]], table: Table, match: Match) -> dict[int, str]:
    """What each row below the header is, by its number. Where the rows are named a remark stands only below
    the last of them; further up, “说明：……” is a name like any other."""
    places = match.places
    own = [column for column in table.columns if column.required and not column.may_be_given]
    naming = {places[column.name] for column in own if column.name in places and column.header != SERIAL}
    below = range(match.heading.last_row + 1, len(rows) + 1)
    kinds = {number: _kind_of(rows[number - 1], table, places, naming) for number in below}
    last = max((number for number, kind in kinds.items() if kind in ENTRIES), default=0)
    for number, kind in kinds.items():
        if kind == "remark" and number < last and naming.intersection(dict(_filled(rows[number - 1]))):
            kinds[number] = "data"
    return kinds


def _filled(cells: Sequence[Any]) -> list[tuple[int, Any]]:
    """The cells in which something stands, with their places."""
    return [
        (place, value)
        for place, value in enumerate(cells)
        if isinstance(value, BrokenCell) or not is_blank(value)
    ]


def _kind_of(cells: Sequence[Any], table: Table, places: Mapping[str, int], naming: Container[int]) -> str:
    """Whether a row is data, blank, a total, a remark under the table, or numbered in advance and unused."""
    filled = _filled(cells)
    if not filled:
        return "blank"
    first = folded(filled[0][1])
    if TOTAL.fullmatch(first):
        return "total"
    if all(_is_remark(folded(value), place in naming) for place, value in filled):
        return "remark"
    serial = next((column.name for column in table.columns if column.header == SERIAL), "")
    used = [name for name, place in places.items() if place < len(cells) and not is_blank(cells[place])]
    is_number = used == [serial] or (not used and first.isdigit())  # the column of numbers may have no header
    return "numbered" if is_number and len(filled) == 1 else "data"


def _is_remark(text: str, is_name: bool) -> bool:
    return bool(REMARK.fullmatch(text) or (not is_name and SIGNATURE.fullmatch(text)))


def _named(cells: Sequence[Any], match: Match) -> dict[str, Any]:
    """The cells of a row by the names of their columns, with what holds for all rows."""
    own = {name: cells[place] if place < len(cells) else None for name, place in match.places.items()}
    return own | {name: text for name, text in match.given.items() if text}


def _read_row(table: Table, number: int, cells: dict[str, Any], reading: Reading) -> Row:
    row = Row(number, cells)
    for column in table.columns:
        if column.name not in cells:
            continue
        value = cells[column.name]
        try:
            if isinstance(value, BrokenCell):
                raise CellError(_broken(value))
            row.values[column.name] = column.read(value, reading)
        except CellError as error:
            table.fail(row, column.name, str(error))
        if reading.assumed:
            table.assumed.append(f"第 {number} 行{column.header}“{shown(value)}”读作 {reading.assumed.pop()}")
    return row


def _broken(value: BrokenCell) -> str:
    return f"是公式错误 {value}，请粘贴为数值" if value else "公式没有保存计算结果，请粘贴为数值"
