"""Has the county's virus scanner look at a file, in the protocol of clamd; without one nobody is asked."""

from __future__ import annotations

import socket
import struct
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

from core.errors import DomainError

PIECE = 64 * 1024  # bytes
LONGEST_ANSWER = 4096  # bytes
CLEAN, FOUND = "OK", "FOUND"


class ScannerDownError(DomainError):
    """Nobody can look at the file now, so it is not taken."""

    status = 503


def scan(name: str, content: IO[bytes]) -> None:
    """Ask the scanner of the settings, if there is one, about a file; it is left at its beginning.

    Raises:
        DomainError: when it is infected.
        ScannerDownError: when the scanner does not answer, or says that it cannot tell.
    """
    if not settings.CLAMD_ADDRESS:
        return
    try:
        answer = _asked(content)
    except OSError:
        answer = ""
    finally:
        content.seek(0)
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


def _asked(content: IO[bytes]) -> str:
    """What clamd says of a file: `stream: OK`, `stream: NAME FOUND`, or a complaint."""
    with _connected(settings.CLAMD_ADDRESS) as connection:
        connection.sendall(b"zINSTREAM\0")
        content.seek(0)
        while piece := content.read(PIECE):
            connection.sendall(struct.pack(">I", len(piece)) + piece)
        connection.sendall(struct.pack(">I", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < LONGEST_ANSWER and (part := connection.recv(1024)):
            answer += part
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 3310), settings.CLAMD_TIMEOUT)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(settings.CLAMD_TIMEOUT)
    try:
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection
