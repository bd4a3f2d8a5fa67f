"""A scanner on this very host that speaks clamd's protocol and says what a test wants it to."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from time import sleep
from types import TracebackType
from typing import Self


class Clamd:
    """`seen` are the files it was shown; an empty `answer` hangs up without a word.

    It does `meanwhile` before it answers, and rests `pause` seconds before each byte.
    """

    def __init__(self) -> None:
        self.answer = b"stream: OK"
        self.seen: list[bytes] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.pause = 0.0
        clamd = self

        class Scan(StreamRequestHandler):
            def handle(self) -> None:
                assert self.rfile.read(10) == b"zINSTREAM\0"
                pieces = []
                while length := struct.unpack(">I", self.rfile.read(4))[0]:
                    pieces.append(self.rfile.read(length))
                clamd.seen.append(b"".join(pieces))
                clamd.meanwhile()
                with suppress(ConnectionError):  # who asked may have lost patience
                    for byte in clamd.answer and clamd.answer + b"\0":
                        sleep(clamd.pause)
                        self.wfile.write(bytes([byte]))

        self._server = ThreadingTCPServer(("127.0.0.1", 0), Scan)
        self.address = f"tcp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
