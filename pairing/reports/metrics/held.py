"""Figures about recorded activities: numbers from the tallies of days and months, rows from the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet

from pairing.activities.models import Activity
from pairing.activities.tallies import ActivityTally, MonthTally, by_month
from pairing.reports.metrics.conditions import held
from pairing.reports.metrics.measure import Measure, Window

Tallies = Sequence[MonthTally]


def tallies(window: Window) -> Tallies:
    """What was recorded in the window by month and kind, oldest first, in one query."""
    return by_month(window.first, window.last)


@dataclass(frozen=True, kw_only=True)
class HeldMeasure(Measure):
    """Recorded activities whose kind has one of the `wanted` values in its field `kinds_by`."""

    window: Window
    kinds_by: str
    wanted: tuple[Any, ...]

    @property
    def source(self) -> Hashable:
        return source(self.window)

    def read(self, group: Mapping[str, Measure], rows: Tallies | None = None) -> dict[str, int | Decimal]:
        """Each figure adds up the kinds it wants, a dozen at most."""
        kinds = _by_kind(tallies(self.window) if rows is None else rows)
        return {
            key: sum(
                getattr(kind, measure.field or "activity_count")
                for kind in kinds
                if getattr(kind, measure.kinds_by) in measure.wanted
            )
            for key, measure in group.items()
            if isinstance(measure, HeldMeasure)
        }

    def rows(self) -> QuerySet[Model]:
        return Activity.objects.filter(held(self.window) & Q(**{f"kind__{self.kinds_by}__in": self.wanted}))


def _by_kind(known: Tallies) -> Tallies:
    """The same over all months together."""
    activities, people = Counter[str](), Counter[str]()
    for row in known:
        activities[row.name] += row.activity_count
        people[row.name] += row.served_count
    kinds = {row.name: row for row in known}
    return [
        row._replace(activity_count=activities[name], served_count=people[name])
        for name, row in kinds.items()
    ]


def source(window: Window) -> Hashable:
    """Where all figures of activities over a window come from."""
    return ActivityTally, window


def activities(window: Window, *names: str, **kinds: Any) -> HeldMeasure:
    """How many were recorded of the named kinds, or of those with a value: line=Line.WORK."""
    return _measure(window, names, kinds, "")


def people(window: Window, *names: str, **kinds: Any) -> HeldMeasure:
    """How many people these activities served."""
    return _measure(window, names, kinds, "served_count")


def _measure(window: Window, names: tuple[str, ...], kinds: dict[str, Any], field: str) -> HeldMeasure:
    kinds_by, wanted = ("name", names) if names else next((by, (value,)) for by, value in kinds.items())
    return HeldMeasure(
        model=Activity, where=Q(), field=field, window=window, kinds_by=kinds_by, wanted=wanted
    )
