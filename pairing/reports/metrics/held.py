"""Figures about recorded activities: numbers from the tallies of days, rows from the table itself."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Q, QuerySet, Sum

from pairing.activities.models import Activity, ActivityKind
from pairing.reports.metrics.conditions import held
from pairing.reports.metrics.measure import Measure, Window


@dataclass(frozen=True, kw_only=True)
class HeldMeasure(Measure):
    """Recorded activities of the kinds that meet a condition."""

    window: Window
    kinds: Q

    @property
    def source(self) -> Hashable:
        return (ActivityKind, self.window)

    def base(self) -> QuerySet[Any]:
        """One row a kind with its sums: every figure is then a sum over a dozen rows."""
        days = Q(tallies__day__range=(self.window.first, self.window.last))
        return ActivityKind.objects.order_by().annotate(
            activity_count=Sum("tallies__activity_count", filter=days, default=0),
            served_count=Sum("tallies__served_count", filter=days, default=0),
        )

    def aggregate(self) -> Aggregate:
        return Sum(self.field or "activity_count", filter=self.kinds, default=0)


def activities(window: Window, *kinds: str, where: Q | None = None) -> HeldMeasure:
    """How many were recorded, of the named kinds or of those that meet a condition; of all without either."""
    return _measure(window, kinds, where)


def people(window: Window, *kinds: str, where: Q | None = None) -> HeldMeasure:
    """How many people these activities served."""
    return _measure(window, kinds, where, "served_count")


def _measure(window: Window, kinds: tuple[str, ...], where: Q | None, field: str = "") -> HeldMeasure:
    of_kind = Q(name__in=kinds) if kinds else where or Q(pk__isnull=False)
    rows = held(window) & Q(kind__in=ActivityKind.objects.filter(of_kind))
    return HeldMeasure(model=Activity, where=rows, window=window, kinds=of_kind, field=field)
