"""The files of a demo, and the lock that only one demo of a checkout can hold."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from core.embedded import places

LOGS = places.var_dir() / "log"
ACCOUNTS = places.var_dir() / "demo-accounts.txt"
BROKER = places.var_dir() / "broker"
BROKER_FOLDERS = tuple(BROKER / name for name in ("messages", "control", "processed"))
SECRET_KEY = places.var_dir() / "demo-secret-key"
# There while the PostgreSQL server is one that a demo has started, even if that demo was killed since.
OUR_POSTGRES = places.var_dir() / "demo-started-postgres"
LOCK = places.var_dir() / "demo.lock"
# What the migrations said by which the tables were made.
TABLES = places.var_dir() / "demo-tables.json"


def try_lock() -> TextIO | None:
    """Take the lock for as long as the returned file stays open; None when another demo holds it.

    The system lets go of it when the process ends, however it ends. The file says who holds it: pid and port.
    """
    handle = LOCK.open("a+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


def sign_lock(handle: TextIO, port: int) -> None:
    """Write this process and its port into the lock."""
    handle.truncate(0)
    handle.write(f"{os.getpid()} {port}\n")
    handle.flush()


def lock_holder() -> tuple[int, int]:
    """Return pid and port of the demo that holds the lock; zeros when it has not signed yet."""
    words = LOCK.read_text().split()
    return (int(words[0]), int(words[1])) if len(words) == 2 else (0, 0)


def cannot_write(error: OSError) -> str:
    """Return the sentence for a file or folder of the demo that is somebody else's, or has no room."""
    return f"Cannot write to {error.filename}: {error.strerror}. Make that folder yours first."


def deleted_by_reset() -> list[Path]:
    """Return the files and folders that `make demo-reset` deletes besides the database."""
    schedule = sorted(places.var_dir().glob("celerybeat-schedule*"))
    return [BROKER, ACCOUNTS, LOGS, places.var_dir() / "media", OUR_POSTGRES, SECRET_KEY, TABLES, *schedule]
