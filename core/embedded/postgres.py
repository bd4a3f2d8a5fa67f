"""Starts, finds and stops a private PostgreSQL that listens on a Unix socket only.

A server counts as alive when it answers on its socket, never because of a pid in a file: after `kill -9` or a
restarted container that pid is nobody's, or somebody else's.
"""

import fcntl
import os
import shlex
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from core.embedded import binaries, identity, processes, sockets
from core.embedded.errors import EmbeddedError

USER = "postgres"
START_SECONDS = 60
ORPHAN_SECONDS = 15
STOP_SECONDS = 30
FLAGS = ("--listen_addresses=", "--max_connections=120", "--shared_buffers=64MB", "--io_method=sync")
# A power cut may then destroy the cluster, and a test does not wait for the disk; several races run at once.
# The planner tries fewer orders of a join: in tables of a few rows it took longer to plan than to read.
TEST_FLAGS = (
    *("--fsync=off", "--synchronous_commit=off", "--full_page_writes=off", "--max_connections=400"),
    *("--join_collapse_limit=4", "--from_collapse_limit=4"),
)

_ACCEPTING = 0  # exit status of pg_isready
_NOBODYS_PID = "4194305"  # one above the largest pid that Linux ever gives


def url(data_dir: Path, name: str = "pairing") -> str:
    """Return the address of database `name` in the cluster at `data_dir`, whether or not it runs."""
    return f"postgres://{USER}@:{sockets.PORT}/{quote(str(sockets.folder(data_dir)))}/{quote(name, safe='')}"


def ensure_running(data_dir: Path, *, name: str = "pairing", extra_flags: Sequence[str] = ()) -> str:
    """Start the cluster at `data_dir` unless it answers already, and return the address of its database.

    Makes the cluster and the database when they are missing. The server outlives the caller. `extra_flags`
    are options of the `postgres` program and only count for a server that this call starts.

    Raises:
        EmbeddedError: the folder is not writable or not a cluster, or the server does not come up.
    """
    if not is_running(data_dir):
        with _locked(data_dir):
            if not _comes_up_by_itself(data_dir):
                _create_cluster(data_dir)
                _start(data_dir, extra_flags)
    _create_database(data_dir, name)
    return url(data_dir, name)


def is_running(data_dir: Path) -> bool:
    """Tell whether the cluster at `data_dir` accepts connections."""
    return _exists(data_dir) and _status(data_dir) == _ACCEPTING


def has_clients(data_dir: Path) -> bool:
    """Tell whether anybody is connected to the running cluster at `data_dir`."""
    clients = "SELECT count(*) - 1 FROM pg_stat_activity WHERE backend_type = 'client backend'"
    return _query(data_dir, clients) != "0"


def is_empty(data_dir: Path, *, name: str = "pairing") -> bool:
    """Tell whether database `name` of the running cluster at `data_dir` has no tables yet."""
    return _query(data_dir, "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1", name) == ""


@contextmanager
def making_tables(data_dir: Path, *, name: str = "pairing") -> Iterator[bool]:
    """Hold the right to make the first tables of a running cluster; the value says whether they are missing.

    A second caller waits, and finds the tables of the first.
    """
    with _locked(data_dir.with_name(f"{data_dir.name}.tables")):
        yield is_empty(data_dir, name=name)


def stop(data_dir: Path) -> bool:
    """Stop the cluster at `data_dir` after its open statements are rolled back; return whether it ran.

    Raises:
        EmbeddedError: it still answers after 30 seconds.
    """
    if not _exists(data_dir):
        return False
    with _locked(data_dir):
        pid = _server_pid(data_dir)
        if pid is None:
            return False
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_SECONDS
        while _server_pid(data_dir) is not None:
            if time.monotonic() > deadline:
                raise EmbeddedError(f"The PostgreSQL in {data_dir} does not stop; see {_log(data_dir)}.")
            time.sleep(0.05)
    return True


def _comes_up_by_itself(data_dir: Path) -> bool:
    """Wait for a server that is alive but not ready, such as after the crash of one of its processes."""
    deadline = time.monotonic() + START_SECONDS
    while not is_running(data_dir):
        if _server_pid(data_dir) is None:
            return False
        if time.monotonic() > deadline:
            raise EmbeddedError(
                f"The PostgreSQL in {data_dir} runs but does not answer; see {_log(data_dir)}."
            )
        time.sleep(0.1)
    return True


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Hold the lock beside `data_dir`, so that two starts at once become one start and one wait."""
    try:
        data_dir.parent.mkdir(parents=True, exist_ok=True)
        handle = data_dir.with_name(f"{data_dir.name}.lock").open("w")
    except OSError as error:
        raise _not_ours(data_dir.parent, error) from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _create_cluster(data_dir: Path) -> None:
    """Make the cluster beside its place and move it there when it is whole, so a crash leaves no half."""
    if data_dir.exists() and any(data_dir.iterdir()):
        return _check_cluster(data_dir)
    half_made = data_dir.with_name(f"{data_dir.name}.new")
    try:
        if data_dir.exists():
            data_dir.rmdir()
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(mode=0o700)
    except OSError as error:
        raise _not_ours(data_dir.parent, error) from error
    made = binaries.run(
        "initdb",
        *("-D", half_made, "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-instructions"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        prefix=identity.choose(half_made).prefix,
    )
    if made.returncode != 0:
        raise EmbeddedError(f"Cannot create a database in {data_dir}: {_last_line(made.stderr)}")
    half_made.rename(data_dir)
    return None


def _not_ours(folder: Path, error: OSError) -> EmbeddedError:
    return EmbeddedError(
        f"Cannot write to {folder} ({error.strerror}): "
        "make that folder yours, or set VAR_DIR to a folder that is."
    )


def _exists(data_dir: Path) -> bool:
    try:
        return (data_dir / "PG_VERSION").exists()
    except PermissionError as error:
        raise EmbeddedError(
            f"{data_dir} belongs to another user: run this as that user, or delete the folder to start over."
        ) from error


def _check_cluster(data_dir: Path) -> None:
    version = data_dir / "PG_VERSION"
    if not version.exists() or not (data_dir / "global" / "pg_control").exists():
        raise EmbeddedError(
            f"{data_dir} is not a PostgreSQL data directory: "
            "move it away, or start over with `make demo-reset`."
        )
    if version.read_text().strip() != str(binaries.MAJOR):
        raise EmbeddedError(
            f"{data_dir} was made by PostgreSQL {version.read_text().strip()}, this is {binaries.MAJOR}: "
            "dump it with the old version, or start over with `make demo-reset`."
        )


def _start(data_dir: Path, extra_flags: Sequence[str]) -> None:
    runner = identity.choose(data_dir)
    folder = sockets.make_folder(data_dir, runner.uid)
    for lock_file in (data_dir / "postmaster.pid", folder / f"{sockets.FILE}.lock"):
        _disown_stale_pid(lock_file, data_dir)
    flags = [*FLAGS, f"--unix_socket_directories={folder}", *extra_flags]
    command = ("start", "--wait", f"--timeout={START_SECONDS}", "-D", data_dir, "--log", _log(data_dir))
    deadline = time.monotonic() + ORPHAN_SECONDS
    while True:
        started = binaries.run("pg_ctl", *command, "--options", shlex.join(flags), prefix=runner.prefix)
        if started.returncode == 0:
            return
        reason = _last_reason(_log(data_dir)) or _last_line(started.stderr)
        # Processes of a killed server hold its memory until their current statement notices.
        if "pre-existing shared memory block" not in reason or time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL does not start: {reason} (whole log: {_log(data_dir)})")
        time.sleep(0.5)


def _disown_stale_pid(lock_file: Path, data_dir: Path) -> None:
    """Replace the pid in a lock file of a killed server when another program may have got that pid since.

    PostgreSQL would take that program for its own server and refuse to start. The other lines stay: by them
    it still finds out whether processes of the killed server are alive.
    """
    pid, newline, rest = _read(lock_file).partition("\n")
    if not pid.strip():
        lock_file.unlink(missing_ok=True)  # the disk was full, or the machine stopped while it was written
    elif not _is_server(pid, data_dir):
        lock_file.write_text(_NOBODYS_PID + newline + rest)


def _server_pid(data_dir: Path) -> int | None:
    pid = _read(data_dir / "postmaster.pid").partition("\n")[0]
    return int(pid) if _is_server(pid, data_dir) else None


def _is_server(pid: str, data_dir: Path) -> bool:
    return pid.strip().isdecimal() and processes.is_live(int(pid), program="postgres", folder=data_dir)


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _create_database(data_dir: Path, name: str) -> None:
    if _query(data_dir, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608 - our own names
        return
    with _locked(data_dir):
        made = binaries.run("createdb", *_client(data_dir), name)
    if made.returncode != 0 and "already exists" not in made.stderr:
        raise EmbeddedError(f"Cannot create the database {name}: {_last_line(made.stderr)}")


def _status(data_dir: Path) -> int:
    return binaries.run("pg_isready", "--quiet", "-d", "postgres", *_client(data_dir)).returncode


def _query(data_dir: Path, statement: str, name: str = "postgres") -> str:
    return binaries.run("psql", *_client(data_dir), "-XAt", "-d", name, "-c", statement).stdout.strip()


def _client(data_dir: Path) -> tuple[str, ...]:
    return ("-h", str(sockets.folder(data_dir)), "-p", str(sockets.PORT), "-U", USER)


def _log(data_dir: Path) -> Path:
    return data_dir / "server.log"


def _last_reason(log: Path) -> str:
    """Return the newest line of the server's log when it says why a start failed."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    reasons = [line for line in lines[-5:] if "FATAL" in line or "PANIC" in line]
    return reasons[-1] if reasons else ""


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it gave no reason"
