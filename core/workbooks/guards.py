"""Looks at a file from the outside before anything inside it is parsed."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

import openpyxl
from django.core.exceptions import ImproperlyConfigured

from core.workbooks.errors import WorkbookError, WorkbookFormatError, WorkbookTooBigError

MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_RATIO = 100  # unpacked : packed; honest ledgers stay below 30
RATIO_FROM_BYTES = 1024 * 1024  # small files may pack as well as they like
MAX_ENTRIES = 200

OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
ZIP_MAGIC = b"PK"

if not openpyxl.DEFUSEDXML:
    # Without it a sheet of one kilobyte can expand its entities until the memory is gone.
    raise ImproperlyConfigured("openpyxl runs without defusedxml; install it and unset OPENPYXL_DEFUSEDXML")


def check_file(content: bytes) -> None:
    """Refuse what is not a plain .xlsx of reasonable size.

    Raises:
        WorkbookTooBigError: beyond MAX_FILE_BYTES, or unpacking beyond the limits.
        WorkbookError: empty, another format, encrypted, or damaged.
    """
    if not content:
        raise WorkbookError("文件是空的（0 字节），没有数据行。请重新选择文件。")
    if len(content) > MAX_FILE_BYTES:
        raise too_big(f"文件超过 {MAX_FILE_BYTES // 1024 // 1024} MB")
    if content.startswith(OLE_MAGIC):
        raise _old_or_encrypted(content)
    if not content.startswith(ZIP_MAGIC):
        raise _not_xlsx()
    _check_archive(content)


def too_big(what: str) -> WorkbookTooBigError:
    return WorkbookTooBigError(f"{what}，请拆分成几个文件后分别导入。")


def damaged() -> WorkbookError:
    return WorkbookError("文件已损坏，无法读取。请用 Excel 打开并另存为一份新的 .xlsx 再试。")


def _not_xlsx() -> WorkbookError:
    return WorkbookFormatError("文件不是 .xlsx 工作簿，请用 Excel 或 WPS 另存为“Excel 工作簿(.xlsx)”。")


def _old_or_encrypted(content: bytes) -> WorkbookError:
    """An OLE container is either an old .xls or an .xlsx behind a password."""
    if ENCRYPTED_MARK in content:
        return WorkbookFormatError("文件已加密，请在 Excel 里取消密码、保存后再导入。")
    return _not_xlsx()


def _check_archive(content: bytes) -> None:
    """Read the directory of the zip, and count again while unpacking, for the directory can lie."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise _not_xlsx()
            _check_sizes(entries, len(content))
            if archive.testzip() is not None:
                raise damaged()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise damaged() from error


def _check_sizes(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    ratio_is_odd = unpacked > RATIO_FROM_BYTES and unpacked > MAX_RATIO * packed
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or ratio_is_odd:
        raise too_big("文件解压后过大")
