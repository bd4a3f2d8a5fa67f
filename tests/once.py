"""Rows that a whole module reads: written once, undone after its last test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def kept_for_the_module(django_db_blocker) -> Iterator[None]:
    """Keep what is written inside for as long as a module's fixture lives.

    pytest-django runs each test in a savepoint inside this transaction, so that what a test writes is undone
    before the next. Every test of such a module meets the rows, also one that does not ask for them.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
