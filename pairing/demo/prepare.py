"""Brings the demo's database up to date and fills it; one process, because starting Django takes a second."""

import io
import re
import sys

import django
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console
from rich.progress import Progress, TaskID


def main() -> None:
    """Apply the open migrations, then load the demo's data unless it is there."""
    django.setup()
    try:
        migrate()
        call_command("load_demo")
    except CommandError as error:
        sys.exit(str(error))


def migrate() -> None:
    """Apply the open migrations with a progress bar; say nothing when there are none."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    console = Console()
    console.print(f"Creating the tables ({len(plan)} migrations) …")
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("migrations", total=len(plan))
        call_command("migrate", interactive=False, no_color=True, stdout=_Applied(progress, bar))


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
