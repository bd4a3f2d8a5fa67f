"""Reads CSV text in any usual encoding and separator. Runs in the parsing child; no Django in here."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from core.workbooks.errors import WorkbookError
from core.workbooks.guards import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS, not_a_table, too_big
from core.workbooks.sheets import Book, Sheet

TITLE = "CSV"
SEPARATORS = (",", ";", "\t", "，")
SAMPLE_LINES = 10
MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
NO_TEXT = (b"<html", b"<!doctype", b"<?xml", b"%pdf", b"{\\rtf")
SAVE_AGAIN = "请用 Excel 打开，另存为“Excel 工作簿(.xlsx)”后再导入。"


def parse_delimited(content: bytes) -> Book:
    """The one sheet of a CSV file, every cell a text.

    Raises:
        WorkbookError: with the line and the reason, when it is no text, or its quotes do not close.
    """
    if content.lstrip()[:9].lower().startswith(NO_TEXT):
        raise not_a_table()
    text = _decoded(content)
    if "\0" in text:
        raise _faulty(text[: text.index("\0")].count("\n") + 1, "有 NUL 字节（不可见字符）")
    rows = list(_rows(text, _separator(text)))
    while rows and not any(rows[-1]):
        rows.pop()
    return Book([Sheet(TITLE, rows)])


def _decoded(content: bytes) -> str:
    """The text of `content`; only whole files in one encoding are read."""
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            return _strictly(content, encoding)
    if content[1:2] == b"\0" or content[:1] == b"\0":  # UTF-16 without its mark
        return _strictly(content, "utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if any(byte > 127 for byte in content[: error.start]):
            raise _undecodable(content, error.start) from error  # what came before was UTF-8
    return _strictly(content, "gb18030")


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if not content.isascii() and b"\n" not in content and b"," not in content:
            raise not_a_table() from error
        raise _undecodable(content, error.start) from error


def _undecodable(content: bytes, position: int) -> WorkbookError:
    if b"\0" in content and not content.startswith(tuple(MARKS)):  # binary that looks like text in places
        return not_a_table()
    line = content[:position].count(b"\n") + 1
    return _faulty(line, "有无法识别的字符，文件可能混用了两种编码")


def _faulty(line: int, reason: str) -> WorkbookError:
    return WorkbookError(f"CSV 文件第 {line} 行{reason}，{SAVE_AGAIN}")


def _separator(text: str) -> str:
    """The separator that stands most often in the first lines."""
    sample = "\n".join(text.split("\n", SAMPLE_LINES)[:SAMPLE_LINES])
    return max(SEPARATORS, key=sample.count)


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        first_line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _faulty(first_line, _reason(str(error))) from error
        if reader.line_num > MAX_ROWS * 4 or first_line > MAX_ROWS * 4:
            raise too_big(f"CSV 文件超过 {MAX_ROWS} 行")
        filled = max((position for position, cell in enumerate(row, start=1) if cell), default=0)
        if filled > MAX_COLUMNS:
            raise too_big(f"CSV 文件第 {first_line} 行超过 {MAX_COLUMNS} 列")
        yield row[:filled]


def _reason(error: str) -> str:
    if "field larger" in error:
        return f"有一格超过 {MAX_CELL_CHARACTERS} 个字"
    return "的双引号没有成对"
