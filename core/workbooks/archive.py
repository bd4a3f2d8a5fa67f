"""Weighs what an .xlsx holds before any of it is parsed. Runs in the parsing child; no Django in here."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import NamedTuple

from core.workbooks.guards import damaged, not_a_table, too_big

MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_RATIO = 100  # unpacked : packed; honest ledgers stay below 30
RATIO_FROM_BYTES = 1024 * 1024  # small files may pack as well as they like
MAX_ENTRIES = 200
MAX_TEXT_BYTES = 1024 * 1024  # between two marks
CHUNK_BYTES = 256 * 1024


class Budget(NamedTuple):
    """What all parts of one kind may hold together: `marks` are "<" signs, the cost of reading XML."""

    bytes: int
    marks: int
    what: str


# A cell costs four marks, six when its text stands in it: room for MAX_FILLED_CELLS of layout.py.
BUDGETS = {
    "xl/worksheets/": Budget(60_000_000, 950_000, "工作表内容过多"),
    "xl/sharedStrings": Budget(20_000_000, 400_000, "文字内容过多"),
    "": Budget(5_000_000, 60_000, "格式、名称过多（请把表格复制到新的工作簿再试），文件过大"),
}


def check_archive(content: bytes) -> None:
    """Read the directory of the zip, and count again while unpacking, for the directory can lie.

    Raises:
        WorkbookTooBigError: unpacking beyond the limits.
        WorkbookError: damaged, or another kind of archive.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise not_a_table()
            _check_sizes(entries, len(content))
            _check_contents(archive)
    # beside what is broken: NotImplementedError is an unknown packing, RuntimeError a part with a password
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise damaged() from error


def _check_contents(archive: zipfile.ZipFile) -> None:
    """Read every part to its end, which also proves its checksum, and weigh what will be parsed."""
    spent = {kind: [0, 0] for kind in BUDGETS}
    for entry in archive.infolist():
        is_markup = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        kind = next(kind for kind in BUDGETS if entry.filename.startswith(kind))
        with archive.open(entry) as part:
            run = 0  # bytes since the last mark
            while chunk := part.read(CHUNK_BYTES):
                if is_markup:
                    run = _weigh(chunk, run, spent[kind], BUDGETS[kind])


def _weigh(chunk: bytes, run: int, spent: list[int], budget: Budget) -> int:
    """Add a chunk to what its kind has `spent`, and give the bytes since its last mark."""
    pieces = chunk.split(b"<")
    longest = max(run + len(pieces[0]), *map(len, pieces))
    spent[0] += len(chunk)
    spent[1] += len(pieces) - 1
    if longest > MAX_TEXT_BYTES:
        raise too_big("有一格的文字过长")
    if spent[0] > budget.bytes or spent[1] > budget.marks:
        raise too_big(budget.what)
    return len(pieces[-1]) if len(pieces) > 1 else run + len(chunk)


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    ratio_is_odd = unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * packed
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or ratio_is_odd:
        raise too_big("文件解压后过大")
