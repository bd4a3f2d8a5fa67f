"""The demo refuses in sentences, and keeps its parts alive."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.embedded import places
from pairing.demo.children import Child

DEMO = (sys.executable, "scripts/demo.py")
RESET = (sys.executable, "-m", "pairing.demo.reset")


def run(*arguments: str, var_dir: Path, command: tuple[str, ...] = DEMO) -> tuple[int, str, str]:
    done = subprocess.run(
        [*command, *arguments],
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(var_dir)},
        cwd=places.ROOT,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


def test_taken_port_is_refused_with_another_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        outcome = run("--port", str(port), var_dir=tmp_path)
    assert outcome == (
        1,
        "",
        f"Port {port} is taken. Choose another one, for example: make demo PORT={port + 1}\n",
    )


def test_ctrl_c_during_the_imports_leaves_no_traceback(tmp_path: Path) -> None:
    slow = tmp_path / "celery.py"  # the first of them
    slow.write_text("import time\nprint('importing', flush=True)\ntime.sleep(60)\n")
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        DEMO, env=environment, cwd=places.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        assert demo.stdout.readline() == "importing\n"
        demo.send_signal(signal.SIGINT)
        _, told = demo.communicate(timeout=60)
    assert (demo.returncode, told) == (-signal.SIGINT, "")


def test_second_demo_is_sent_to_the_first(tmp_path: Path) -> None:
    with (tmp_path / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("1 8123\n")
        lock.flush()
        outcome = run(var_dir=tmp_path)
    assert outcome == (
        1,
        "",
        "A demo of this checkout already runs: http://localhost:8123/ (Ctrl-C stops it there)\n",
    )


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    outcome = run(var_dir=tmp_path / "var")
    assert outcome == (
        1,
        "",
        f"Cannot write to {tmp_path}/var/log: Not a directory. Make that folder yours first.\n",
    )


def test_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    key = tmp_path / "demo-secret-key"
    key.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    status, _, told = run("--port", str(port), var_dir=tmp_path)
    assert (status, told) == (
        1,
        f"Cannot write to {key}: Is a directory. Make that folder yours first.\n",
    )


def test_reset_deletes_what_a_demo_left(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "broker" / "messages").mkdir(parents=True)
    (tmp_path / "demo-accounts.txt").touch()
    (tmp_path / "notes.txt").touch()
    outcome = run(var_dir=tmp_path, command=RESET)
    assert outcome == (0, "The demo data is deleted; `make demo` starts over.\n", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.lock", "notes.txt"]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    """Return a running part that has started a process itself and writes that one's pid to its log."""
    command = ["sh", "-c", "sleep 60 & echo $!; wait"]
    part = Child("part", command, {"PATH": os.environ["PATH"]}, tmp_path / "part.log")
    part.start()
    yield part
    part.terminate()
    part.wait(time.monotonic() + 5)


def inner_pids(child: Child, count: int) -> list[int]:
    """Return the pids that the part has written, once there are `count`."""
    deadline = time.monotonic() + 60
    while len(pids := [int(line) for line in child.log.read_text().split()]) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return pids


def is_running(pid: int) -> bool:
    """Tell whether the process lives; one that only waits to be collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_for_the_end_of(pid: int) -> None:
    """Wait for a process that was killed: the signal reaches it in its own time."""
    deadline = time.monotonic() + 60
    while is_running(pid):
        assert time.monotonic() < deadline, f"{pid} lives on"
        time.sleep(0.01)


def test_killed_part_is_started_again_without_its_orphans(
    child: Child, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pairing.demo.children.QUICK_DEATH_SECONDS", 0)
    [orphan] = inner_pids(child, 1)
    os.kill(child.pid, signal.SIGKILL)
    while child.is_running():
        time.sleep(0.01)
    child.tend()
    assert len(inner_pids(child, 2)) == 2
    assert child.is_running() is True
    wait_for_the_end_of(orphan)
    assert capsys.readouterr().out == (
        f"The part ended (signal 9); starting it again. Its log: {child.log}\n"
    )


def test_part_that_keeps_dying_is_given_a_pause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = Child("part", ["false"], {"PATH": os.environ["PATH"]}, tmp_path / "part.log")
    part.start()
    while part.is_running():
        time.sleep(0.005)
    for _ in range(100):
        part.tend()
    assert capsys.readouterr().out.count("ended (exit status 1)") == 1


def test_parts_end_when_the_demo_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from pairing.demo.children import Child\n"
        "part = Child('part', ['sleep', '60'], {'PATH': sys.argv[2]}, Path(sys.argv[1]))\n"
        "part.start(); print(part.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "log"), os.environ["PATH"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=places.ROOT) as demo:
        assert demo.stdout is not None
        pid = int(demo.stdout.readline())
        assert is_running(pid) is True
        demo.kill()
    wait_for_the_end_of(pid)
