#!/usr/bin/env python3
"""Run a management command; brings environment, embedded PostgreSQL and its tables along by itself."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "demo",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "version",
}
# These are about the tables themselves, so they find an empty database as it is.
WITHOUT_TABLES = {"dbshell", "makemigrations", "migrate", "showmigrations", "sqlmigrate"}
UNDEFINED_TABLE = "42P01"  # SQLSTATE


def main() -> None:
    """Run the command of `sys.argv` under the development settings unless the environment names others."""
    if importlib.util.find_spec("django") is None:
        run_in_venv()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings")
    arguments = sys.argv[1:]
    if needs_embedded_database(arguments):
        start_embedded_database(with_tables=arguments[0] not in WITHOUT_TABLES)
    execute()


def execute() -> None:
    """Run the command; a database that does not answer or lacks its tables is told in a sentence."""
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if sqlstate(error):
            raise
        reason = str(error).partition("\n")[0]
        sys.exit(f"The database does not answer: {reason} (DATABASE_URL says where it is.)")
    except ProgrammingError as error:
        if sqlstate(error) != UNDEFINED_TABLE:
            raise
        sys.exit("The database lacks tables of this version: run `manage.py migrate` first.")


def sqlstate(error: Exception) -> str | None:
    """Return the code of the server's refusal; None when no server was reached."""
    return getattr(error.__cause__, "sqlstate", None)


def run_in_venv() -> None:
    """Start again with the project's own Python, made first if it is missing; does not return."""
    python = str(VENV / "bin" / "python")
    if sys.executable == python:
        sys.exit(f"Django is missing in {VENV}: delete that folder and run `make setup`.")
    made = subprocess.run(  # noqa: S603 - our own script; its words must not mix with the command's output
        [sys.executable, ROOT / "scripts" / "setup.py", "--quickest"], stdout=sys.stderr, check=False
    )
    if made.returncode != 0:
        sys.exit(made.returncode)
    os.execv(python, [python, *sys.argv])  # noqa: S606 - the same command, no shell


def needs_embedded_database(arguments: list[str]) -> bool:
    """Tell whether the command reads a database and none is named."""
    if os.environ.get("DATABASE_URL") or os.environ["DJANGO_SETTINGS_MODULE"] != "pairing.settings":
        return False
    if not arguments or {"-h", "--help", "--version"} & set(arguments):
        return False
    return arguments[0] not in WITHOUT_DATABASE


def start_embedded_database(*, with_tables: bool) -> None:
    """Make sure that the database of the development settings answers, and has its tables if wanted."""
    from core.embedded import places, postgres
    from core.embedded.errors import EmbeddedError

    cluster = places.demo_cluster()
    try:
        postgres.ensure_running(cluster)
    except EmbeddedError as error:
        sys.exit(str(error))
    if with_tables and postgres.is_empty(cluster):
        with postgres.making_tables(cluster) as are_missing:
            if are_missing:
                create_tables()


def create_tables() -> None:
    """Migrate in a process of its own, so that the command begins with a fresh Django."""
    print("Creating the tables of a new database …", file=sys.stderr, flush=True)  # noqa: T201
    command = [sys.executable, ROOT / "manage.py", "migrate", "--verbosity=0", "--skip-checks"]
    made = subprocess.run(command, stdout=sys.stderr, check=False)  # noqa: S603 - our own program
    if made.returncode != 0:
        sys.exit(made.returncode)


if __name__ == "__main__":
    main()
