"""Print the report's figures for a span of days."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.commands import iso_date
from pairing.reports.metrics.article import ARTICLE
from pairing.reports.metrics.measure import Window, values


class Command(BaseCommand):
    help = "Print every figure of the report: a table, or {key: value} with --json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        today = timezone.localdate()
        parser.add_argument("--from", dest="first", type=iso_date, default=date(today.year, 1, 1))
        parser.add_argument("--to", dest="last", type=iso_date, default=today)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        window = Window(options["first"], options["last"])
        if window.last < window.first:
            raise CommandError(f"--to {window.last} lies before --from {window.first}: swap them.")
        numbers = values(ARTICLE.figures.values(), window)
        if options["json"]:
            self.stdout.write(json.dumps(numbers, ensure_ascii=False, default=str))
            return
        for key, figure in ARTICLE.figures.items():
            self.stdout.write(f"{key:22} {numbers[key]:>10,} {figure.unit}\t{figure.label}")
