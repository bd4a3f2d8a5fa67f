"""The article's year, taken in through the product's own importers."""

from __future__ import annotations

import pytest

from pairing.imports.registry import BOOKS
from pairing.imports.services.intake import ledger_import
from tests.imports.workbooks import TERMS, demo_book


@pytest.fixture
def article_year(db) -> None:
    for kind in BOOKS:
        content = demo_book(kind).read_bytes()
        ledger_import(kind=kind, file_name=f"{kind}.xlsx", content=content, actor=None, terms=TERMS)
