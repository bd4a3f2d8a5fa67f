"""`manage.py load_demo`: the article's own year and its logins, once; later runs leave everything alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from core.errors import DomainError
from core.workbooks.results import ImportResult
from pairing.demo import places
from pairing.demo.accounts import Account, demo_accounts_ensure
from pairing.demo.loading import as_of, demo_load, is_loaded
from pairing.imports.registry import LEDGERS, Ledger


class Command(BaseCommand):
    """Safe to run again: loaded data and existing logins stay as they are."""

    help = "Import the demo's six workbooks, moved to end about today, and create its logins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--accounts", type=Path, default=places.ACCOUNTS, help="where the passwords are written"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=cast(IO[str], self.stdout))
        now = timezone.now()
        try:
            if is_loaded():
                console.print("The demo data is already there.")
            else:
                load(console, now)
            accounts = demo_accounts_ensure(file=options["accounts"], today=timezone.localdate(now))
        except DomainError as error:
            raise CommandError(error.message) from error
        if accounts:
            console.print(account_table(accounts))
            console.print(f"Passwords are kept in {options['accounts']}.", soft_wrap=True)


def load(console: Console, now: datetime) -> None:
    """Import the workbooks with a bar that moves with each of them."""
    console.print("Importing the six workbooks …")
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=len(LEDGERS))

        def report(ledger: Ledger, result: ImportResult) -> None:
            progress.update(bar, advance=1, description=ledger.title)
            console.print(f"  {ledger.title}: {result.rows} rows")

        shift = demo_load(now=now, report=report)
    console.print(f"Dates are moved by {shift.days // 7} weeks: the data ends on {as_of() + shift}.")


def account_table(accounts: list[Account]) -> Table:
    table = Table("login", "password", "role", "branch", title="Demo accounts")
    for account in accounts:
        table.add_row(account.username, account.password, account.role, account.branch)
    return table
