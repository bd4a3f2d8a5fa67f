"""This process's handle on the one that forks the parsing children (`parsing.py`)."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-W", "ignore", "-m", "core.workbooks.parsing")
PATIENCE_SECONDS = 30  # until it counts as stuck; it starts within one


class ParsingServer:
    """Started by the first file, and again by the next one when it has ended.

    It sees that its end of the socket is the last one, and ends; so it does not outlive this process.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as must be after a fork: the one known is the parent's then."""
        self._lock = threading.Lock()
        self._requests = socket.socket(socket.AF_UNIX)  # leads nowhere yet
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, start: bytes, connection: socket.socket) -> int:
        """Have a child forked that serves the connection; gives its process id, which is its group's too.

        Args:
            start: the first bytes of the file, which tell what must be loaded.
        """
        with self._lock:
            try:
                return self._ask(start, connection)
            except OSError:  # not started yet, idle for long, killed, stuck
                self._start()
                return self._ask(start, connection)

    def _ask(self, start: bytes, connection: socket.socket) -> int:
        socket.send_fds(self._requests, [start], [connection.fileno()])
        reply = self._requests.recv(16)
        if not reply:
            raise ConnectionError("The parsing server ended; its standard error says why.")
        return int(reply)

    def _start(self) -> None:
        self.stop()
        self._requests, theirs = socket.socketpair()
        self._requests.settimeout(PATIENCE_SECONDS)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own module
                COMMAND,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
                env={},  # this process's holds its secrets
                start_new_session=True,  # Ctrl-C is for this process
            )

    def stop(self) -> None:
        """End it; children at work go on."""
        self._requests.close()
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


server = ParsingServer()
atexit.register(server.stop)
os.register_at_fork(after_in_child=server.forget)
