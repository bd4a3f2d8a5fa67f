"""Keeps an uploaded workbook from preview to confirmation, so that what is confirmed is what was shown."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing

from branches.models import User
from core.errors import DomainError
from pairing.imports.enums import LedgerKind

SALT = "pairing.imports.upload"
KEPT_SECONDS = 3600
GONE = "预览已过期，或这个文件已经导入。请重新上传。"
CHANGED = "预览后文件已变化，请重新上传、预览。"


@dataclass(frozen=True)
class Upload:
    """A stored file; its `token` is signed and good for one person and one ledger.

    `reading` says how it was read when it was shown, as plain values; None as long as it was not.
    """

    token: str
    file_name: str
    content: bytes
    path: Path
    as_of: date
    reading: Any = None


def upload_store(*, user: User, kind: LedgerKind, file_name: str, content: bytes, as_of: date) -> str:
    """Store the file under a random name and give its token. Files nobody confirmed in time are deleted."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    _delete_old(folder)
    name = secrets.token_hex(16)
    (folder / name).write_bytes(content)
    digest = sha256(content).hexdigest()
    return _signed([user.pk, kind, name, file_name, digest, as_of.isoformat(), None])


def upload_sealed(upload: Upload, reading: Any) -> Upload:
    """The upload under a token that holds how it was read, whatever is remembered for others after that."""
    *told, _ = _told(upload.token)
    return replace(upload, token=_signed([*told, reading]), reading=reading)


def upload_load(*, user: User, kind: LedgerKind, token: str) -> Upload:
    """Give the stored file of a token.

    Raises:
        DomainError: when the token is another's or too old, or the file is gone or not what it was.
    """
    try:
        owner, ledger, name, file_name, digest, as_of, reading = _told(token)
    except signing.BadSignature as error:
        raise DomainError(GONE) from error
    path = _folder() / name
    if (owner, ledger) != (user.pk, kind) or not path.is_file():
        raise DomainError(GONE)
    content = path.read_bytes()
    if sha256(content).hexdigest() != digest:
        raise DomainError(CHANGED)
    return Upload(token, file_name, content, path, date.fromisoformat(as_of), reading)


def upload_delete(upload: Upload) -> None:
    upload.path.unlink(missing_ok=True)


def _signed(told: list[Any]) -> str:
    return signing.dumps(told, salt=SALT, compress=True)


def _told(token: str) -> list[Any]:
    told: list[Any] = signing.loads(token, salt=SALT, max_age=KEPT_SECONDS)
    return told


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "imports"


def _delete_old(folder: Path) -> None:
    for path in folder.iterdir():
        if path.stat().st_mtime < time.time() - KEPT_SECONDS:
            path.unlink(missing_ok=True)
