"""Builds workbooks for the importers' tests, and says where the demo's own ones are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import pairing.demo
from core.workbooks.results import ImportResult, ImportTerms
from pairing.imports.registry import BOOKS, LEDGERS
from pairing.imports.services.intake import ledger_import

DATA = Path(pairing.demo.__file__).parent / "data"
AS_OF = date(2025, 11, 28)
NOW = timezone.make_aware(datetime(2025, 11, 28, 9, 0))
TERMS = ImportTerms(now=NOW, as_of=AS_OF)


def demo_book(kind: str) -> Path:
    return DATA / f"{LEDGERS[kind].title}.xlsx"


def import_demo_book(kind: str) -> ImportResult:
    content = demo_book(kind).read_bytes()
    return ledger_import(kind=kind, file_name=f"{kind}.xlsx", content=content, actor=None, terms=TERMS)


def import_demo_books() -> dict[str, ImportResult]:
    """The article's year, unshifted, into an empty database."""
    return {kind: import_demo_book(kind) for kind in BOOKS}


def usual_headers(kind: str) -> list[str]:
    """The columns a file must have, after the 序号 that it usually has."""
    columns = LEDGERS[kind].columns
    return [column.header for column in columns if not column.optional or column.name == "serial"]


def book(
    kind: str, *rows: dict[str, Any], title: str = "", tweak: Callable[[Worksheet], Any] | None = None
) -> bytes:
    """A workbook of one ledger as a county sends it: title in row 1, header in row 3, data from row 4."""
    headers = usual_headers(kind)
    extra = dict.fromkeys(header for row in rows for header in row if header not in headers)
    return sheet(LEDGERS[kind].title, [*headers, *extra], rows, title, tweak)


def sheet(
    name: str,
    headers: Iterable[str],
    rows: Iterable[dict[str, Any]],
    title: str = "",
    tweak: Callable[[Worksheet], Any] | None = None,
) -> bytes:
    workbook = Workbook()
    page = workbook.active
    page.title = name
    page.append([title or f"2025年度{name}"])
    page.append(["填报单位：某县"])
    headers = list(headers)
    page.append(headers)
    for row in rows:
        page.append([row.get(header) for header in headers])
    if tweak:
        tweak(page)
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def short(errors: Iterable[Any]) -> list[tuple[int, str, str, str]]:
    """Row, column, value and reason of each error."""
    return [(error.row, error.column, error.value, error.reason) for error in errors]
