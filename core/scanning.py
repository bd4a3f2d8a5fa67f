"""Has the county's virus scanner look at a file, in the protocol of clamd; without one nobody is asked."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from core.errors import DomainError

PIECE = 64 * 1024  # bytes
LONGEST_ANSWER = 4096  # bytes
CLEAN, FOUND = "OK", "FOUND"


class ScannerDownError(DomainError):
    """Nobody can look at the file now, so it is not taken."""

    status = 503


def scan(uploads: Iterable[UploadedFile]) -> None:
    """Ask the scanner of the settings, if there is one, about the files of one form.

    All of them together have CLAMD_TIMEOUT seconds; each is left at its beginning.

    Raises:
        DomainError: when one is infected.
        ScannerDownError: when the scanner does not answer in time, or says that it cannot tell.
    """
    if not settings.CLAMD_ADDRESS:
        return
    deadline = monotonic() + settings.CLAMD_TIMEOUT
    for upload in uploads:
        _scan(upload, deadline)


def _scan(upload: UploadedFile, deadline: float) -> None:
    name = upload.name or ""
    try:
        answer = _asked(upload, deadline)
    except OSError:
        answer = ""
    finally:
        upload.seek(0)
    what, _, verdict = answer.rpartition(" ")
    if verdict == FOUND:
        virus = what.removeprefix("stream: ")
        raise DomainError(
            f"“{name}”里查出病毒（{virus}），没有保存。请先杀毒，换一份干净的再传。", field="file"
        )
    if verdict != CLEAN:
        raise ScannerDownError(
            f"病毒检查暂不可用，“{name}”没有保存。请稍后再传；一直这样，请告诉系统管理员。", field="file"
        )


def _asked(upload: UploadedFile, deadline: float) -> str:
    """What clamd says of a file: `stream: OK`, `stream: NAME FOUND`, or a complaint."""
    with _connected(settings.CLAMD_ADDRESS, deadline) as connection:
        _send(connection, b"zINSTREAM\0", deadline)
        upload.seek(0)
        while piece := upload.read(PIECE):
            _send(connection, struct.pack(">I", len(piece)) + piece, deadline)
        _send(connection, struct.pack(">I", 0), deadline)
        answer = b""
        while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
            connection.settimeout(_left(deadline))
            if not (part := connection.recv(1024)):
                break
            answer += part
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _connected(address: str, deadline: float) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 3310), _left(deadline))
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(_left(deadline))
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection


def _send(connection: socket.socket, data: bytes, deadline: float) -> None:
    connection.settimeout(_left(deadline))
    connection.sendall(data)


def _left(deadline: float) -> float:
    """Seconds until a deadline of the monotonic clock.

    Raises:
        TimeoutError: when it has passed; a socket's own limit holds for one call only.
    """
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise TimeoutError("the scanner was given no more time")
    return seconds
