"""The product's web server on the database of a bench, and what processors work for it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from benchmarks.database import seconds_of

HOST = "127.0.0.1"
THREADS = "4"  # as docs/operations.md has it; one process instead of three, for one client
STARTED = 30  # seconds in which the server must answer


class Server:
    """One worker of gunicorn, and one connection to it that is kept from page to page."""

    def __init__(self, port: int, process: int) -> None:
        self._client = HTTPConnection(HOST, port)
        self._process = process

    def ask(self, path: str, cookie: str = "") -> None:
        """Fetch a page.

        Raises:
            RuntimeError: the answer is not the page – what is measured then would be a redirect.
        """
        self._client.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = self._client.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {answer.getheader('Location', '')}")

    def work(self) -> float:
        """Return the seconds processors have worked so far for the worker and its database connections."""
        return sum(map(seconds_of, (self._process, *_connections())))

    def close(self) -> None:
        self._client.close()


@contextmanager
def server() -> Iterator[Server]:
    """Start the server as in service, on this bench's database, and end it."""
    port = _free_port()
    options = ["--bind", f"{HOST}:{port}", "--workers", "1", "--threads", THREADS, "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", "pairing.wsgi:application", "--log-level", "error", *options]
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            _await(port)
            found = Server(port, _worker_of(process.pid))
            yield found
            found.close()
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind((HOST, 0))
        return int(tried.getsockname()[1])


def _await(port: int) -> None:
    ends = time.monotonic() + STARTED
    while True:
        try:
            return socket.create_connection((HOST, port)).close()
        except ConnectionRefusedError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)


def _worker_of(master: int) -> int:
    """The process that answers; gunicorn listens before it has started one."""
    ends = time.monotonic() + STARTED
    while not (found := Path(f"/proc/{master}/task/{master}/children").read_text().split()):
        if time.monotonic() > ends:
            raise TimeoutError(f"gunicorn started no worker within {STARTED} s")
        time.sleep(0.1)
    return int(found[0])


def _connections() -> list[int]:
    """The processes that serve this database to others than this one."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return [process for (process,) in cursor.fetchall()]
