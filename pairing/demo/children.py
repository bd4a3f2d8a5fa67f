"""The programs of a demo: started in groups of their own, restarted when they die, stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

QUICK_DEATH_SECONDS = 10  # a program that lives shorter than this counts as failing
LONGEST_PAUSE_SECONDS = 30
STOP_SECONDS = 10
_PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>


def say(sentence: str) -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


@dataclass
class Child:
    """One program of the demo, its output going to a file in var/log."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    _process: subprocess.Popen[bytes] | None = None
    _started_at: float = 0.0
    _start_at: float = field(default=0.0)
    _failures: int = 0

    def start(self) -> None:
        """Start the program in a process group of its own, so a Ctrl-C at the terminal does not reach it."""
        with self.log.open("ab") as log:
            self._process = start(self.command, self.environment, output=log.fileno())
        self._started_at = time.monotonic()

    @property
    def pid(self) -> int:
        """Return the pid of the running program."""
        if self._process is None:
            raise LookupError(f"The {self.name} does not run.")
        return self._process.pid

    def is_running(self) -> bool:
        """Tell whether the program runs."""
        return self._process is not None and self._process.poll() is None

    def tend(self) -> None:
        """Start the program again when it died; after quick deaths only after a growing pause."""
        now = time.monotonic()
        if self._process is not None and not self.is_running():
            self._bury(now)
        if self._process is None and now >= self._start_at:
            self.start()

    def terminate(self) -> None:
        """Ask the program to finish."""
        if self._process is not None:
            terminate(self._process)

    def wait(self, deadline: float) -> None:
        """Wait until the program has ended; past `deadline` (monotonic seconds) it is killed."""
        if self._process is not None:
            end(self._process, deadline)
            self._process = None

    def _bury(self, now: float) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        kill_group(process)
        lived = now - self._started_at
        self._failures = self._failures + 1 if lived < QUICK_DEATH_SECONDS else 0
        pause = min(2.0**self._failures, LONGEST_PAUSE_SECONDS) if self._failures else 0.0
        self._start_at = now + pause
        say(f"The {self.name} ended ({_cause(process.returncode)}); starting it again. Its log: {self.log}")


def start(
    command: Sequence[str], environment: Mapping[str, str], output: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a program that ends when this process does, in a group of its own."""
    return subprocess.Popen(  # noqa: S603 - our own programs
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_end_with_parent(os.getpid()),
    )


def terminate(process: subprocess.Popen[bytes]) -> None:
    """Ask the program to finish, if it still runs."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)


def end(process: subprocess.Popen[bytes], deadline: float) -> None:
    """Wait for the program until `deadline` (monotonic seconds), then kill what is left of its group."""
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        say("It does not stop by itself and is killed.")
    kill_group(process)
    process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever the program started and left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # gone; macOS says "not permitted" for a group of zombies
        return


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    """Return what makes Linux end the child when this process is killed; elsewhere nothing does."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def in_child() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return in_child


def _cause(returncode: int) -> str:
    return f"signal {-returncode}" if returncode < 0 else f"exit status {returncode}"
