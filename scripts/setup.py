"""Makes `.venv` and installs the pinned packages into it; run by any Python, standard library only.

Nothing happens when the environment already matches the lock. An environment without its stamp was
interrupted half-way and is made anew.
"""

import fcntl
import hashlib
import importlib.util
import math
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import system_packages
from system_packages import say

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements-dev.lock"
VENV = ROOT / ".venv"
STAMP = VENV / ".installed"
PYTHON = VENV / "bin" / "python"
OLDEST, NEWEST = (3, 11), (3, 13)
# Prints which program runs it and the processor time that calls, objects and texts take there; fails where no
# environment can be made or the product could not run.
SAMPLE = """
import bz2, ctypes, ensurepip, lzma, os, re, ssl, sys, time, zlib
assert sys.implementation.name == "cpython"
class Row:
    def __init__(self, number):
        self.number = number
    def shown(self, **names):
        return {**names, "number": str(self.number)}
def work():
    start = time.process_time()
    shown = [Row(number).shown(kind="row", state="new") for number in range(5_000)]
    re.sub(r"([0-9]+),", lambda found: found[1] + ";", ",".join(each["number"] for each in shown))
    return time.process_time() - start
print(os.path.realpath(sys.executable), min(work() for _ in range(20)))
"""
WORTH_IT = 0.9  # of the time that the usual Python takes


def main() -> None:
    """Bring `.venv` up to the lock, or end with a sentence that says what is missing."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C needs no traceback; the next make starts anew
    use_suitable_python()
    with LOCK.open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # two makes at once must not build one environment
        if not is_ready():
            try:
                build()
            except OSError as error:
                sys.exit(
                    f"Cannot write {error.filename or VENV}: {error.strerror}. Make the folder yours first."
                )


def use_suitable_python() -> None:
    """Start again under another installed Python when this one is too old or too new."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            os.execv(other, [other, *sys.argv])  # noqa: S606
    found = ".".join(map(str, sys.version_info[:2]))
    sys.exit(f"Python 3.11, 3.12 or 3.13 is needed; this is {found}. Install one and run make again.")


def is_ready() -> bool:
    """Tell whether the environment works and was made from this very lock."""
    return noted() == stamp() and runs()


def noted() -> str:
    """Return the stamp that the environment carries, if any; what is no stamp is like none."""
    return STAMP.read_text(errors="replace") if STAMP.is_file() else ""


def runs() -> bool:
    """Tell whether the environment's Python runs; it has gone when the system's was replaced by another."""
    try:
        return subprocess.run([PYTHON, "-c", ""], check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


def stamp() -> str:
    """Return what the environment was made from: the lock's digest and the Python version."""
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {sys.version_info[0]}.{sys.version_info[1]}\n"


def build() -> None:
    """Make the environment, install every pin of the lock, and leave the stamp last."""
    version = stamp().split()[1]
    if noted().split()[1:] != [version] or not runs():
        make_environment(version)
    STAMP.unlink(missing_ok=True)
    install_packages()
    STAMP.write_text(stamp())


def make_environment(version: str) -> None:
    """Make an empty `.venv` for this Python in place of whatever is there."""
    needed = ["python3-venv"]
    if importlib.util.find_spec("ensurepip") is None and not system_packages.install(needed):
        sys.exit(f"Python's venv module is missing. To get it: {system_packages.instruction(needed)}")
    python = quickest(version)
    say(f"Making .venv with Python {version} ({python}) …")
    make_room()
    made = subprocess.run([python, "-m", "venv", VENV], capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode != 0:
        sys.exit(f"Cannot make .venv: {last_lines(made.stdout + made.stderr)}")


def make_room() -> None:
    """Put an empty folder in the place of whatever `.venv` is, a link to elsewhere too."""
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()


def quickest(version: str) -> str:
    """Return this Python, or another build of its version that is quicker: see `measured`.

    One compiled without optimizations takes up to a third longer for everything. `make` asks for it unless
    somebody set PYTHON.
    """
    usual = os.path.realpath(sys.executable)
    if "--quickest" not in sys.argv:
        return sys.executable
    found = (shutil.which(f"python{version}", path=folder) for folder in os.get_exec_path())
    times = dict(measured(python) for python in filter(None, found))
    times |= dict([measured(sys.executable)])
    best = min(times, key=times.__getitem__)
    return best if times[best] < WORTH_IT * times.get(usual, math.inf) else sys.executable


def measured(python: str) -> "tuple[str, float]":
    """Return the program behind a name and the processor time that SAMPLE takes there, if it runs."""
    try:
        ran = subprocess.run(  # noqa: S603
            [python, "-c", SAMPLE], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return python, math.inf
    program, _, seconds = ran.stdout.strip().rpartition(" ")
    return program, float(seconds)


def install_packages() -> None:
    """Install the lock with pip, showing a bar by the packages that pip has reached."""
    pins = len(re.findall(r"^\S+==", LOCK.read_text(), re.MULTILINE))
    say(f"Installing {pins} pinned packages into .venv …")
    command = [PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input", "-r", LOCK]
    pip = subprocess.Popen(  # noqa: S603
        [*command, "--disable-pip-version-check", "--progress-bar=off"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said, reached = [], 0
    for line in pip.stdout or ():
        said.append(line)
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            reached += 1
            show_bar(reached, pins, line.split("==")[0].split()[-1])
        elif line.startswith("Installing collected packages"):
            show_bar(pins, pins, "unpacking")
    if sys.stdout.isatty():
        say("")
    if pip.wait() != 0:
        sys.exit(f"pip could not install the packages:\n{last_lines(''.join(said))}")


def show_bar(done: int, total: int, name: str) -> None:
    """Redraw the progress line; pipes and files get none."""
    if sys.stdout.isatty():
        filled = 30 * done // total
        sys.stdout.write(f"\r  [{'#' * filled}{'.' * (30 - filled)}] {done:3d}/{total} {name[:30]:30s}")
        sys.stdout.flush()


def last_lines(text: str) -> str:
    """Return the end of a program's output, where the reason stands."""
    return "\n".join(text.strip().splitlines()[-6:])


if __name__ == "__main__":
    main()
