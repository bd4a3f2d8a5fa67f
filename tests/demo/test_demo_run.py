"""A whole demo: every part is killed once and comes back, and Ctrl-C leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.embedded import places, sockets

# Loading the demo's data has tests of its own; here the tables are enough.
TABLES_ONLY = (
    "import sys\n"
    "from pairing.demo import parts, supervisor\n"
    "parts.prepare_command = lambda: [sys.executable, 'manage.py', 'migrate', '-v0']\n"
    "supervisor.main()\n"
)


def command_line(pid: str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:  # it has just ended
        return []


class Demo:
    """A running supervisor and what it has printed so far."""

    def __init__(self, var_dir: Path, port: int) -> None:
        self.var_dir = var_dir
        self.port = port
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", TABLES_ONLY, "--port", str(port)],
            env={"PATH": os.environ["PATH"], "VAR_DIR": str(var_dir)},
            cwd=places.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout:
            self.lines.extend(line.rstrip("\n") for line in self.process.stdout)

    def has_said(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def part(self, word: str) -> int | None:
        """Return the pid of the part whose command line holds `word`."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        found = [pid for pid in children if word in command_line(pid)]
        return int(found[0]) if found else None

    def page_status(self) -> int | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/login/", timeout=5) as page:
                return int(page.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return None

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(40)
        self._reader.join()
        return status


def wait_until(condition: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = Demo(tmp_path, port)
    yield running
    if running.process.poll() is None:
        running.interrupt()


@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason="looks the parts up in /proc")
def test_demo_survives_kills_and_stops_as_a_whole(demo: Demo) -> None:
    wait_until(lambda: demo.has_said("Ctrl-C stops everything."), 150)
    assert demo.page_status() == 200

    for word in ("gunicorn", "worker", "beat"):
        old = demo.part(word)
        assert old is not None
        os.kill(old, signal.SIGKILL)
        wait_until(lambda word=word, old=old: demo.part(word) not in (None, old))

    cluster = demo.var_dir / "postgres"
    os.kill(int((cluster / "postmaster.pid").read_text().split("\n")[0]), signal.SIGKILL)
    wait_until(lambda: demo.has_said("PostgreSQL ended; starting it again."))
    wait_until(lambda: demo.page_status() == 200)

    parts = [demo.part(word) for word in ("gunicorn", "worker", "beat")]
    assert demo.interrupt() == 0
    assert demo.lines[-1] == "Stopped. The data stays; `make demo` goes on with it."
    assert [pid for pid in parts if Path(f"/proc/{pid}").exists()] == []
    assert sockets.is_listening(cluster) is False
