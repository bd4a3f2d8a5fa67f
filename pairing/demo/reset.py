"""`python -m pairing.demo.reset`: stops a running demo and deletes its data, so the next one starts over."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

from core.embedded import places as embedded
from core.embedded import postgres
from core.embedded.errors import EmbeddedError
from pairing.demo import places
from pairing.demo.children import say

STOP_SECONDS = 40


def main() -> None:
    """Stop the demo and its PostgreSQL, then delete database, task queue, accounts and logs."""
    if not embedded.var_dir().exists():
        say("There is no demo data yet.")
        return
    try:
        stop_running_demo()
        postgres.stop(embedded.demo_cluster())
    except EmbeddedError as error:
        sys.exit(str(error))
    except PermissionError:
        sys.exit(f"The demo in {embedded.var_dir()} is another user's: run `make demo-reset` as that user.")
    for path in (embedded.demo_cluster(), *places.deleted_by_reset()):
        remove(path)
    say("The demo data is deleted; `make demo` starts over.")


def stop_running_demo() -> None:
    """End the demo that holds the lock, as Ctrl-C in its terminal would."""
    deadline = time.monotonic() + STOP_SECONDS
    told = 0
    while (lock := places.try_lock()) is None:
        pid, _ = places.lock_holder()
        if pid and pid != told:
            say("Stopping the running demo …")
            os.kill(pid, signal.SIGTERM)
            told = pid
        if time.monotonic() > deadline:
            sys.exit("The running demo does not stop: press Ctrl-C in its terminal, then try again.")
        time.sleep(0.1)
    lock.close()


def remove(path: Path) -> None:
    """Delete a file or a folder, if it is there."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        sys.exit(f"Cannot delete {error.filename or path}: {error.strerror}.")


if __name__ == "__main__":
    main()
