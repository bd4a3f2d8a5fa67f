"""Looks at a file from the outside before anything inside it is parsed. No Django in here."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import NamedTuple

from core.workbooks.errors import WorkbookError, WorkbookFormatError, WorkbookTooBigError

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_RATIO = 100  # unpacked : packed; honest ledgers stay below 30
RATIO_FROM_BYTES = 1024 * 1024  # small files may pack as well as they like
MAX_ENTRIES = 200
MAX_TEXT_BYTES = 1024 * 1024  # between two marks
MAX_CELL_CHARACTERS = 32_767  # as Excel itself
MAX_CHARACTERS = 10_000_000  # of all cells together, a text counted wherever it stands
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

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
BINARY_MAGIC = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"\x7fELF",
    b"MZ",
)


def check_outside(content: bytes) -> None:
    """Refuse what its size and first bytes give away, before a child is asked to parse it.

    Raises:
        WorkbookTooBigError: beyond MAX_FILE_BYTES.
        WorkbookError: empty, another format, or encrypted.
    """
    if not content:
        raise WorkbookError("文件是空的（0 字节），没有数据行。请重新选择文件。")
    if len(content) > MAX_FILE_BYTES:
        raise too_big(f"文件超过 {MAX_FILE_BYTES // 1024 // 1024} MB")
    if content.startswith(OLE_MAGIC):
        raise _old_or_encrypted(content)
    if content.startswith(BINARY_MAGIC):
        raise not_a_table()


def too_big(what: str) -> WorkbookTooBigError:
    return WorkbookTooBigError(f"{what}，请拆分成几个文件后分别导入。")


def damaged() -> WorkbookError:
    return WorkbookError("文件已损坏，无法读取。请用 Excel 打开并另存为一份新的 .xlsx 再试。")


def not_a_table() -> WorkbookError:
    return WorkbookFormatError(
        "文件不是 .xlsx 工作簿（可能是 .xls、.et、.ods 改了名），"
        "请用 Excel 或 WPS 打开，另存为“Excel 工作簿(.xlsx)”后再导入。"
    )


def _old_or_encrypted(content: bytes) -> WorkbookError:
    """An OLE container is either an old .xls or an .xlsx behind a password."""
    if ENCRYPTED_MARK in content:
        return WorkbookFormatError("文件已加密，请在 Excel 里取消密码、保存后再导入。")
    return not_a_table()


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
