"""Parses files, each in a child of its own, forked from a process that has loaded what reading needs.

`python -m core.workbooks.parsing` is that process; `server.py` starts it, with no environment. The socket on
its standard input brings the first bytes of each file and a connection; the answer is the child's process id.
The child limits itself, reads the file from the connection to its end, and writes one JSON object to it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from core.workbooks.errors import WorkbookError
from core.workbooks.sheets import Book, to_json

MEMORY_BYTES = 512 * 1024 * 1024  # of address space
CPU_SECONDS = 20
IDLE_SECONDS = 600  # then the memory is given back
# openpyxl takes these along where it finds them: lxml is not under defusedxml's guard, the others are heavy.
LEFT_OUT = ("numpy", "PIL", "lxml")
START_BYTES = 2

Parse = Callable[[bytes], Book]


def main() -> None:
    """Serve until nobody is left who could ask, or nobody has asked for long."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
    # The asker may go between its question and the answer: Ctrl-C does not wait for a file to be read.
    with socket.socket(fileno=sys.stdin.fileno()) as requests, suppress(TimeoutError, ConnectionError):
        requests.settimeout(IDLE_SECONDS)
        while True:
            start, descriptors, _, _ = socket.recv_fds(requests, START_BYTES, 1)
            if not descriptors:
                return
            with socket.socket(fileno=descriptors[0]) as connection:
                child = _fork(requests, connection, parser_for(start))
            requests.sendall(b"%d" % child)


def _fork(requests: socket.socket, connection: socket.socket, parse: Parse) -> int:
    """Have a child parse what comes over the connection; gives its process id, which is its group's too."""
    child = os.fork()
    if not child:
        requests.close()  # other files are none of its business
        _work(connection, parse)
    with suppress(ProcessLookupError):
        os.setpgid(child, child)  # whatever it may start is killed with it
    return child


def parser_for(start: bytes) -> Parse:
    """What parses a file that begins like this, loaded once for all children; a CSV needs no openpyxl."""
    if start.startswith(b"PK"):
        sys.modules.update(dict.fromkeys(LEFT_OUT))  # type: ignore[arg-type]
        from core.workbooks.spreadsheet import parse_spreadsheet

        return parse_spreadsheet
    from core.workbooks.delimited import parse_delimited

    return parse_delimited


def _work(connection: socket.socket, parse: Parse) -> None:
    """Be the child; does not return."""
    try:
        limit()
        with connection.makefile("rb") as given:
            content = given.read()
        connection.sendall(json.dumps(answer(content, parse), ensure_ascii=False).encode())
    finally:
        os._exit(0)


def limit() -> None:
    """Take what this process may use at most; it cannot be given back."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(content: bytes, parse: Parse) -> dict[str, Any]:
    """The `book`, or what it was `refused` for and with which status, or a `fault` of ours."""
    try:
        return {"book": to_json(parse(content))}
    except WorkbookError as error:
        return {"refused": error.message, "status": error.status}
    except MemoryError:
        return {"refused": "文件过大，读取超出了限度，请拆分成几个文件后分别导入。", "status": 413}
    except Exception:
        return {"fault": traceback.format_exc()}


if __name__ == "__main__":
    main()
