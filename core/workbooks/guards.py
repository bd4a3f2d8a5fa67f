"""How large a file may be, and what its first bytes give away. No Django in here."""

from __future__ import annotations

from core.workbooks.errors import WorkbookError, WorkbookFormatError, WorkbookTooBigError

MAX_ROWS = 5_000
MAX_COLUMNS = 60
MAX_FILE_BYTES = 10 * 1024 * 1024
MAX_CELL_CHARACTERS = 32_767  # as Excel itself
MAX_CHARACTERS = 10_000_000  # of all cells together, a text counted wherever it stands
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
