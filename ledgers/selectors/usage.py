"""已占满: a resource whose visits of a month are all promised.

Promises are claims and orders, which sit in a layer above; it registers here how they are counted.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.expressions import Combinable

from ledgers.enums import ResourceState
from ledgers.models import Resource

Promises = Callable[[date], Combinable]  # the visits a resource row has promised in the month of a day
_counted_by: list[Promises] = []


def count_promises_with(promises: Promises) -> None:
    """Let the layer that keeps promises say, once at start-up, how many of a month's visits are taken."""
    _counted_by[:] = [promises]


def full_resources(*, today: date) -> QuerySet[Resource]:
    """The usable resources that can take nothing more in the month of `today`."""
    limited = Resource.objects.filter(state=ResourceState.PUBLISHED, capacity_per_month__isnull=False)
    if not _counted_by:
        return limited.none()
    return limited.alias(promised=_counted_by[0](today)).filter(promised__gte=F("capacity_per_month"))


def with_full(rows: QuerySet[Resource], *, today: date) -> QuerySet[Resource]:
    """The same rows, each with `is_full`."""
    return rows.annotate(is_full=Exists(full_resources(today=today).filter(pk=OuterRef("pk"))))
