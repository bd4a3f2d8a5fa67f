"""Brings the demo's database up to date and fills it; one process, because starting Django takes a second."""

import hashlib
import io
import json
import re
import sys
from pathlib import Path

import django
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from rich.console import Console
from rich.progress import Progress, TaskID

from core.embedded.places import ROOT
from pairing.demo import places

MADE_BEFORE = (
    "This demo was made by an earlier version of the program, and its tables are not those of today: "
    "`make demo-reset`, then `make demo`."
)


def main() -> None:
    """Apply the open migrations, then load the demo's data unless it is there."""
    django.setup()
    try:
        migrate()
        call_command("load_demo")
    except CommandError as error:
        sys.exit(str(error))


def migrate() -> None:
    """Apply the open migrations with a progress bar; say nothing when there are none.

    Raises:
        CommandError: migrations that made the tables have been rewritten since, as they are before 1.0.
    """
    executor = MigrationExecutor(connection)
    refuse_rewritten(executor.loader)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    console = Console()
    console.print(f"Creating the tables ({len(plan)} migrations) …")
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("migrations", total=len(plan))
        call_command("migrate", interactive=False, no_color=True, stdout=_Applied(progress, bar))


def refuse_rewritten(loader: MigrationLoader) -> None:
    """Compare the migrations applied with what is on record of them, and put those of today on record.

    What is not on record, as after `manage.py migrate`, is taken to be as today.
    """
    today = _digests(loader)
    made = json.loads(places.TABLES.read_text()) if places.TABLES.exists() else {}
    applied = made.keys() & {".".join(key) for key in loader.applied_migrations}
    if any(made[name] != today.get(name) for name in applied):
        raise CommandError(MADE_BEFORE)
    # Before the tables are made: who is killed meanwhile goes on with them.
    places.TABLES.write_text(json.dumps(today, indent=1))


def _digests(loader: MigrationLoader) -> dict[str, str]:
    """What the project's own migrations say, by app and name."""
    files = {
        f"{app}.{name}": Path(sys.modules[migration.__module__].__file__ or "")
        for (app, name), migration in loader.disk_migrations.items()
    }
    return {
        name: hashlib.sha256(file.read_bytes()).hexdigest()
        for name, file in sorted(files.items())
        if file.is_relative_to(ROOT) and ".venv" not in file.parts
    }


class _Applied(io.StringIO):
    """Takes the output of `migrate` and moves the bar by each migration that it reports as applied."""

    def __init__(self, progress: Progress, bar: TaskID) -> None:
        super().__init__()
        self._progress = progress
        self._bar = bar

    def write(self, text: str) -> int:
        self._progress.advance(self._bar, len(re.findall(r"\bOK$", text, re.MULTILINE)))
        return len(text)


if __name__ == "__main__":
    main()
