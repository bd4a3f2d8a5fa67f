"""Figures about recorded activities: numbers from the tallies of days, rows from the table itself."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from pairing.activities.models import Activity
from pairing.activities.tallies import ActivityTally
from pairing.reports.metrics.conditions import held
from pairing.reports.metrics.measure import Measure, Window


@dataclass(frozen=True, kw_only=True)
class HeldMeasure(Measure):
    """Recorded activities whose kind has one of the `wanted` values in its field `kinds_by`."""

    window: Window
    kinds_by: str
    wanted: tuple[Any, ...]

    @property
    def source(self) -> Hashable:
        return (ActivityTally, self.window)

    def read(self, group: Mapping[str, Measure]) -> dict[str, int | Decimal]:
        """One query sums up the days by kind; each figure adds up the kinds it wants, a dozen at most."""
        fields = {measure.kinds_by: f"kind__{measure.kinds_by}" for measure in _held(group).values()}
        sums = (
            ActivityTally.objects.filter(self.window.holds("day"))
            .order_by()
            .values("kind", *fields.values())
            .annotate(activity_count=Sum("activity_count"), served_count=Sum("served_count"))
        )
        rows = list(sums)
        return {
            key: sum(
                row[measure.field or "activity_count"]
                for row in rows
                if row[fields[measure.kinds_by]] in measure.wanted
            )
            for key, measure in _held(group).items()
        }


def _held(group: Mapping[str, Measure]) -> dict[str, HeldMeasure]:
    return {key: measure for key, measure in group.items() if isinstance(measure, HeldMeasure)}


def activities(window: Window, *names: str, **kinds: Any) -> HeldMeasure:
    """How many were recorded of the named kinds, or of those with a value: line=Line.WORK."""
    return _measure(window, names, kinds, "")


def people(window: Window, *names: str, **kinds: Any) -> HeldMeasure:
    """How many people these activities served."""
    return _measure(window, names, kinds, "served_count")


def _measure(window: Window, names: tuple[str, ...], kinds: dict[str, Any], field: str) -> HeldMeasure:
    kinds_by, wanted = ("name", names) if names else next((by, (value,)) for by, value in kinds.items())
    rows = held(window) & Q(**{f"kind__{kinds_by}__in": wanted})
    return HeldMeasure(
        model=Activity, where=rows, field=field, window=window, kinds_by=kinds_by, wanted=wanted
    )
