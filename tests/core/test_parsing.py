"""The process that forks the parsing children: what it knows, what ends it, and what ends a child."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.embedded.places import ROOT
from core.workbooks import opening
from core.workbooks import server as serving
from core.workbooks.errors import WorkbookTooBigError
from core.workbooks.opening import open_book
from core.workbooks.server import ParsingServer
from tests.imports.bombs import SHEET, package, rows_of

ROWS = SHEET.format("<row><c><v>7</v></c></row>", "")
BOOK = package({"xl/worksheets/sheet1.xml": ROWS}, padding=0)
LARGE = rows_of(4_000, lambda row: "<c><v>7</v></c>" * 30)
PARENT = """
import sys
from core.workbooks import opening
opening.open_book(sys.stdin.buffer.read())
print(opening.server._process.pid, flush=True)
{}
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ParsingServer]:
    """One of the test's own, so that the other tests keep theirs."""
    server = ParsingServer()
    monkeypatch.setattr(opening, "server", server)
    yield server
    server.stop()


def process_of(server: ParsingServer) -> int:
    assert server._process is not None
    return server._process.pid


def wait_for_the_end_of(process_id: int) -> None:
    try:
        descriptor = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    with os.fdopen(descriptor):
        assert select.select([descriptor], [], [], 30)[0]


def limited_to(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    program = f"from core.workbooks import parsing; parsing.{limit}; parsing.main()"
    monkeypatch.setattr(serving, "COMMAND", (sys.executable, "-W", "ignore", "-c", program))


def test_environment_is_not_handed_on(server: ParsingServer) -> None:
    open_book(BOOK)
    assert Path(f"/proc/{process_of(server)}/environ").read_bytes() == b""


def test_csv_is_read_without_openpyxl(server: ParsingServer) -> None:
    open_book("序号,名称\n1,甲".encode())
    light = Path(f"/proc/{process_of(server)}/maps").read_text()
    open_book(BOOK)
    heavy = Path(f"/proc/{process_of(server)}/maps").read_text()
    # A module of its dependencies that most builds of Python keep in a file of its own.
    assert ("_decimal" in light, "_decimal" in heavy) == (False, True)


def test_one_server_forks_for_all_files_and_a_killed_one_is_replaced(server: ParsingServer) -> None:
    assert open_book(BOOK).sheets[0].rows == [[7]]
    first = process_of(server)
    open_book(BOOK)
    assert process_of(server) == first
    os.kill(first, signal.SIGKILL)
    assert open_book(BOOK).sheets[0].rows == [[7]]
    assert process_of(server) != first


def test_server_that_is_idle_for_long_ends_and_the_next_file_has_a_new_one(
    server: ParsingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited_to(monkeypatch, "IDLE_SECONDS = 0.001")
    open_book(BOOK)
    first = process_of(server)
    wait_for_the_end_of(first)
    assert open_book(BOOK).sheets[0].rows == [[7]]
    assert process_of(server) != first


@pytest.mark.parametrize("end", ["", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"])
def test_server_ends_with_the_process_that_started_it(end: str) -> None:
    command = [sys.executable, "-W", "error", "-c", PARENT.format(end)]
    done = subprocess.run(command, input=BOOK, capture_output=True, cwd=ROOT, check=False)
    assert done.stderr == b""
    wait_for_the_end_of(int(done.stdout))


def test_server_whose_asker_goes_before_the_answer_ends_without_a_word() -> None:
    asker, requests = socket.socketpair()
    ours, theirs = socket.socketpair()
    with requests:
        with asker, ours, theirs:
            socket.send_fds(asker, [b"1,"], [theirs.fileno()])
        done = subprocess.run(serving.COMMAND, stdin=requests, capture_output=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_process_that_was_forked_has_a_server_of_its_own() -> None:
    end = "import os; child = os.fork(); child and os.waitpid(child, 0)"
    again = "opening.open_book(b'1,2'); print(opening.server._process.pid, flush=True)"
    command = [sys.executable, "-c", PARENT.format(f"{end}; {again}")]
    done = subprocess.run(command, input=BOOK, capture_output=True, cwd=ROOT, check=True)
    first, forked, parents = map(int, done.stdout.split())
    assert first == parents != forked


def test_child_beyond_the_clock_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[int] = []

    class Stopping(ParsingServer):
        """Stops each child, which then never ends by itself."""

        def fork(self, start: bytes, connection: socket.socket) -> int:
            children.append(super().fork(start, connection))
            os.kill(children[0], signal.SIGSTOP)
            return children[0]

    server = Stopping()
    monkeypatch.setattr(opening, "server", server)
    monkeypatch.setattr(opening, "SECONDS", 0.1)
    with pytest.raises(WorkbookTooBigError, match="读取超时"):
        open_book(BOOK)
    wait_for_the_end_of(children[0])
    server.stop()


@pytest.mark.parametrize("limit", ["CPU_SECONDS = 1", "MEMORY_BYTES = 36 * 1024 * 1024"])
def test_child_beyond_its_limits_is_refused(
    server: ParsingServer, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    limited_to(monkeypatch, limit)
    with pytest.raises(WorkbookTooBigError, match="读取超出了限度"):
        open_book(package({"xl/worksheets/sheet1.xml": SHEET.format(LARGE, "")}))
