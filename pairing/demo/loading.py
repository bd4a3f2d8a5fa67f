"""Fills an empty database with the article's own year, moved by whole weeks so that it ends about today."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from branches.models import Branch
from core.errors import DomainError, ImportRejected
from core.workbooks.results import ImportResult, ImportTerms
from pairing.imports.models import ImportBatch
from pairing.imports.registry import BOOKS, Ledger
from pairing.imports.services.intake import ledger_import
from pairing.reviews.services.obligations import reviews_materialise, reviews_settle

DATA = Path(__file__).parent / "data"


def as_of() -> date:
    """The day the workbooks describe, before any shift."""
    return date.fromisoformat(json.loads((DATA / "figures.json").read_text(encoding="utf-8"))["as_of"])


def shift_for(today: date) -> timedelta:
    """Whole weeks that put the as-of day on its own weekday, today or at most six days ago."""
    return timedelta(days=(today - as_of()).days // 7 * 7)


def is_loaded() -> bool:
    """Whether the six workbooks are in already, whatever has been done with them since."""
    digests = {sha256(_file(ledger).read_bytes()).hexdigest() for ledger in BOOKS.values()}
    known = ImportBatch.objects.filter(sha256__in=digests).values_list("sha256", flat=True)
    return digests <= set(known)


@transaction.atomic
def demo_load(*, now: datetime, report: Callable[[Ledger, ImportResult], None]) -> timedelta:
    """Import the six workbooks through the product's own importers, all or none; gives the shift used.

    Raises:
        DomainError: when the database already holds something else.
        ImportRejected: when a workbook has errors.
    """
    if Branch.objects.exists():
        raise DomainError("The database already holds organisations; the demo only fills an empty one.")
    today = timezone.localdate(now)
    shift = shift_for(today)
    terms = ImportTerms(now=now, as_of=as_of() + shift, shift=shift)
    for ledger in BOOKS.values():
        path = _file(ledger)
        result = ledger_import(
            kind=ledger.kind, file_name=path.name, content=path.read_bytes(), actor=None, terms=terms
        )
        if result.errors:
            raise ImportRejected(result.errors)
        report(ledger, result)
    reviews_materialise(today=today)
    reviews_settle(now=now)
    return shift


def _file(ledger: Ledger) -> Path:
    return DATA / f"{ledger.title}.xlsx"
