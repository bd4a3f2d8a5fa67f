#!/usr/bin/env python3
"""Run a management command; brings the virtual environment and the embedded PostgreSQL along by itself."""

import importlib.util
import os
import sys
from pathlib import Path

VENV_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
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


def main() -> None:
    """Run the command of `sys.argv` under the development settings unless the environment names others."""
    if importlib.util.find_spec("django") is None:
        run_in_venv()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings")
    if needs_embedded_database(sys.argv[1:]):
        start_embedded_database()

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def run_in_venv() -> None:
    """Start again with the project's own Python; does not return."""
    if Path(sys.prefix) == VENV_PYTHON.parent.parent or not VENV_PYTHON.exists():
        sys.exit("Django is not installed here: run `make setup` first.")
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])  # noqa: S606 - the same command, no shell


def needs_embedded_database(arguments: list[str]) -> bool:
    """Tell whether the command reads a database and none is named."""
    if os.environ.get("DATABASE_URL") or os.environ["DJANGO_SETTINGS_MODULE"] != "pairing.settings":
        return False
    if not arguments or {"-h", "--help", "--version"} & set(arguments):
        return False
    return arguments[0] not in WITHOUT_DATABASE


def start_embedded_database() -> None:
    """Make sure that the database of the development settings answers."""
    from core.embedded import places, postgres
    from core.embedded.errors import EmbeddedError

    try:
        postgres.ensure_running(places.demo_cluster())
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
