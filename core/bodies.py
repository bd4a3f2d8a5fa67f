"""Takes the body of a request whole, in time and in UTF-8, or not at all.

Servers tell an application that a body ended early by reading less of it, which a parser of forms takes for
the end of the file; and a body that comes byte by byte would hold a thread for as long as its sender likes.
Django decodes by whatever encoding a request claims, and some break it before any page is asked.
"""

from __future__ import annotations

import codecs
import socket
from collections.abc import Callable, Iterable
from threading import Timer
from typing import Any

from django.utils.http import parse_header_parameters

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def whole_bodies(application: Application, seconds: float) -> Application:
    """`application`, given bodies that come to their end in `seconds`; reading any other raises OSError."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or length == "0":
            return application(environ, start_response)
        connection = environ.get("gunicorn.socket")  # other servers are for development
        body = _Body(environ["wsgi.input"], int(length), connection, seconds)
        try:
            return application({**environ, "wsgi.input": body}, start_response)
        finally:
            body.timer.cancel()

    return answer


def utf8_only(application: Application) -> Application:
    """`application`, asked in UTF-8 alone, as every browser does."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _is_utf8(environ.get("CONTENT_TYPE") or ""):
            return application(environ, start_response)
        start_response("415 Unsupported Media Type", [("Content-Type", "text/plain; charset=utf-8")])
        return ["内容须用 UTF-8 编码，什么都没有写入。".encode()]

    return answer


def _is_utf8(content_type: str) -> bool:
    try:
        _, parameters = parse_header_parameters(content_type)
        return codecs.lookup(parameters.get("charset", "utf-8")).name == "utf-8"
    except (LookupError, ValueError):
        return False


class _Body:
    """The input of one request; `left` are the bytes that are still to come."""

    def __init__(self, stream: Any, length: int, connection: socket.socket | None, seconds: float) -> None:
        self.stream, self.left = stream, length
        self.timer = Timer(seconds, _hang_up, [connection])
        self.timer.daemon = True
        if connection is not None:
            self.timer.start()

    def read(self, size: int = -1) -> bytes:
        """As much as is asked for, or all that is left.

        Raises:
            ConnectionAbortedError: when less than that comes.
        """
        wanted = self.left if size < 0 else min(size, self.left)
        pieces = []
        while wanted:
            pieces.append(self._counted(self.stream.read(wanted)))
            wanted -= len(pieces[-1])
        return b"".join(pieces)

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self.stream.readline(self.left if size < 0 else min(size, self.left)))

    def _counted(self, data: bytes) -> bytes:
        if not data and self.left:
            raise ConnectionAbortedError(f"the body ended {self.left} bytes early")
        self.left -= len(data)
        if not self.left:
            self.timer.cancel()
        return data


def _hang_up(connection: socket.socket) -> None:
    """End what is read from the connection, also for a thread that waits for it; it can still be answered."""
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        return  # the sender was faster
