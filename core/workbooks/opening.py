"""Opens a file in a child process of its own, so that no file can take the server's memory or time."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import time
from contextlib import suppress

from core.workbooks.errors import WorkbookError, WorkbookFormatError, WorkbookTooBigError
from core.workbooks.guards import check_outside, damaged, too_big
from core.workbooks.parsing import START_BYTES
from core.workbooks.server import server
from core.workbooks.sheets import Book, from_json

SECONDS = 60  # of the clock; the child's own limit of processor time is lower
CHUNK_BYTES = 256 * 1024
REFUSALS = {kind.status: kind for kind in (WorkbookError, WorkbookFormatError, WorkbookTooBigError)}

logger = logging.getLogger(__name__)


def open_book(content: bytes) -> Book:
    """The sheets of an .xlsx or .csv file, as plain values.

    Raises:
        WorkbookFormatError: another format, or encrypted.
        WorkbookTooBigError: beyond the limits, or too costly to read.
        WorkbookError: empty or damaged.
    """
    check_outside(content)
    answer = _answer_of_child(content)
    if "refused" in answer:
        raise REFUSALS[answer["status"]](answer["refused"])
    if "fault" in answer:
        logger.warning("The parsing child failed: %s", answer["fault"])
        raise damaged()
    return from_json(answer["book"])


def _answer_of_child(content: bytes) -> dict:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            child = server.fork(content[:START_BYTES], theirs)
        try:
            answer = _converse(ours, content)
        except TimeoutError as error:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            raise too_big("文件读取超时，内容过多") from error
        except ConnectionError:
            answer = b""
    if not answer:  # ended by a signal: the limit of processor time or memory
        raise too_big("文件过大，读取超出了限度")
    return json.loads(answer)


def _converse(connection: socket.socket, content: bytes) -> bytes:
    """Hand over the file and take the whole answer.

    Raises:
        TimeoutError: after SECONDS.
        ConnectionError: the child ended before it had read the file.
    """
    deadline = time.monotonic() + SECONDS
    connection.settimeout(SECONDS)
    connection.sendall(content)
    connection.shutdown(socket.SHUT_WR)
    answer = bytearray()
    while piece := connection.recv(CHUNK_BYTES):
        answer += piece
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
    return bytes(answer)
