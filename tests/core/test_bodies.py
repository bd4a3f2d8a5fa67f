"""Bodies of requests at a real server: whole ones are given on, cut, slow and oddly encoded ones are not."""

from __future__ import annotations

import re
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

from core.bodies import utf8_only

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of a server of two threads that gives a body one second."""
    options = ["--bind", "127.0.0.1:0", "--workers", "1", "--threads", "2", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", "tests.core.slow_app:application", *options]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        found = (re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line) for line in process.stderr)
        port = next(int(match[1]) for match in found if match)
        next(line for line in process.stderr if "Booting worker" in line)
        yield port
        process.terminate()


def connected(port: int, length: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(HEAD % length)
    return connection


def answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Status line and words. A server that has not read all that came ends the connection with a reset."""
    told = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(4096):
            told += piece
    head, _, words = told.partition(b"\r\n\r\n")
    return head.partition(b"\r\n")[0], words


def test_whole_body_is_given_on(server: int) -> None:
    with connected(server, 100_000) as connection:
        connection.sendall(b"x" * 100_000)
        assert answer(connection) == (b"HTTP/1.1 200 OK", b"100000")


def test_body_cut_off_is_no_body(server: int) -> None:
    """The sender ends in good order, but early: that must not look like the end of its file."""
    with connected(server, 100_000) as connection:
        connection.sendall(b"x" * 50_000)
        connection.shutdown(socket.SHUT_WR)
        assert answer(connection) == (b"HTTP/1.1 400 Bad Request", b"the body ended 50000 bytes early")


def test_body_that_comes_byte_by_byte_is_ended(server: int) -> None:
    """More slow ones than the server has threads, and the next request is served all the same."""
    slow = [connected(server, 100_000) for _ in range(3)]
    waiting = list(slow)
    while waiting:
        for connection in select.select(waiting, [], [], 0.05)[0]:
            assert answer(connection)[0] == b"HTTP/1.1 400 Bad Request"
            waiting.remove(connection)
        for connection in waiting:
            with suppress(
                BrokenPipeError, ConnectionResetError
            ):  # ended just now; its answer waits to be read
                connection.sendall(b"x")
    for connection in slow:
        connection.close()
    with connected(server, 5) as connection:
        connection.sendall(b"words")
        assert answer(connection) == (b"HTTP/1.1 200 OK", b"5")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("", "200 OK"),
        ("text/plain; charset=UTF8", "200 OK"),
        ('multipart/form-data; boundary=x; charset="utf-8"', "200 OK"),
        *(
            (f"application/x-www-form-urlencoded; {claim}", "415 Unsupported Media Type")
            for claim in ("charset=gbk", "charset=hex", "charset=nonsense", "a*=nonsense''b")
        ),
    ],
)
def test_what_is_not_in_utf8_is_refused_before_django_breaks_at_it(content_type: str, status: str) -> None:
    told: list[str] = []
    environ = RequestFactory().get("/healthz", HTTP_HOST="localhost").environ | {"CONTENT_TYPE": content_type}
    utf8_only(get_wsgi_application())(environ, lambda status, headers: told.append(status))
    assert told == [status]
