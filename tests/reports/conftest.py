"""The article's year, taken in through the product's own importers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.imports.workbooks import import_demo_books
from tests.once import kept_for_the_module


@pytest.fixture(scope="module")
def imported_year(django_db_setup, django_db_blocker) -> Iterator[None]:
    with kept_for_the_module(django_db_blocker):
        import_demo_books()
        yield


@pytest.fixture
def article_year(imported_year: None, db: None) -> None:
    pass
