"""Whether a file is what its name says, by extension AND by content; nothing here opens more than it must."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

import filetype

from core.errors import DomainError

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME = 120  # characters of the name that is shown
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
OFFICE = "application/vnd.openxmlformats-officedocument"
IMAGES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
}
# Extensions that a system might run or render, wherever in a name they stand.
ACTIVE = frozenset(
    [
        "apk",
        "app",
        "bat",
        "cmd",
        "com",
        "docm",
        "dll",
        "exe",
        "hta",
        "htm",
        "html",
        "jar",
        "js",
        "jse",
        "lnk",
        "mht",
        "mjs",
        "msi",
        "php",
        "phtml",
        "pl",
        "pptm",
        "ps1",
        "py",
        "scr",
        "sh",
        "svg",
        "svgz",
        "vbe",
        "vbs",
        "wsf",
        "xhtml",
        "xlsm",
        "xml",
    ]
)

ENTRY = b"PK\x01\x02"  # begins each line of the table of contents
MOST_ENTRIES = 10_000


@dataclass(frozen=True)
class Kind:
    """One extension of the allow-list: what it is served as, and how its content is recognised."""

    content_type: str
    is_content: Callable[[bytes], bool]


def _is_pdf(content: bytes) -> bool:
    """A PDF from its first to its last mark; one that was cut off has lost the last."""
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]


def _is_package(folder: str) -> Callable[[bytes], bool]:
    """An Office file without macros, told by its table of contents; nothing in it is unpacked."""

    def check(content: bytes) -> bool:
        if content.count(ENTRY) > MOST_ENTRIES:  # to list half a million takes seconds and 200 MB
            return False
        try:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                names = archive.namelist()
        # zipfile raises the latter two for damage, too: a version it does not know, a name that is no UTF-8
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
            return False
        has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
        return (
            "[Content_Types].xml" in names
            and any(name.startswith(folder) for name in names)
            and not has_macros
        )

    return check


def _is_text(content: bytes) -> bool:
    if b"\0" in content or filetype.guess(content) is not None:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _is_image(content_type: str) -> Callable[[bytes], bool]:
    return lambda content: filetype.guess_mime(content) == content_type


KINDS: Mapping[str, Kind] = {
    **{name: Kind(mime, _is_image(mime)) for name, mime in IMAGES.items()},
    "pdf": Kind("application/pdf", _is_pdf),
    "docx": Kind(f"{OFFICE}.wordprocessingml.document", _is_package("word/")),
    "xlsx": Kind(f"{OFFICE}.spreadsheetml.sheet", _is_package("xl/")),
    "pptx": Kind(f"{OFFICE}.presentationml.presentation", _is_package("ppt/")),
    "doc": Kind("application/msword", lambda content: content.startswith(OLE)),
    "xls": Kind("application/vnd.ms-excel", lambda content: content.startswith(OLE)),
    "ppt": Kind("application/vnd.ms-powerpoint", lambda content: content.startswith(OLE)),
    "txt": Kind("text/plain", _is_text),
    "csv": Kind("text/csv", _is_text),
}
ALLOWED = "图片（jpg、png、gif、webp）、PDF、Word、Excel、PPT 和文本文件"


def shown_name(name: str) -> str:
    """A file name without folders and without characters that hide or break what it says."""
    last = PurePosixPath(name.replace("\\", "/")).name
    clean = "".join(char for char in last if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    stem, dot, suffix = clean.strip(" .").rpartition(".")
    return f"{stem[: MAX_NAME - len(suffix) - 1]}{dot}{suffix}" if dot else suffix[:MAX_NAME]


def kind_of(name: str, content: bytes) -> Kind:
    """What a file is.

    Raises:
        DomainError: when it is empty, too big, of a kind not taken, not what its name says, or infected.
    """
    if not content:
        raise DomainError(f"“{name}”是空的（0 字节），没有保存。请重新选择文件。", field="file")
    if len(content) > MAX_BYTES:
        raise DomainError(f"“{name}”超过 20 MB，没有保存。请压缩或拆分后再传。", field="file")
    parts = name.lower().split(".")
    kind = KINDS.get(parts[-1]) if len(parts) > 1 else None
    if kind is None or not ACTIVE.isdisjoint(part.partition("%")[0] for part in parts[1:]):
        raise DomainError(f"“{name}”这种文件不能上传。可以上传{ALLOWED}。", field="file")
    if EICAR in content:
        raise DomainError(f"“{name}”含有病毒测试特征，没有保存。请先杀毒。", field="file")
    if not kind.is_content(content):
        raise DomainError(
            f"“{name}”的内容和扩展名不符，或者文件不完整，没有保存。请用原来的软件打开、另存后再传。",
            field="file",
        )
    return kind
