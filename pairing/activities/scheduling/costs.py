"""Soft preferences: what a placement is worth. Placing at all is worth more than all preferences together."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from pairing.activities.scheduling.problem import Id, Slot, Visit

PLACED = 3.0
TIMING = 0.6  # early after release, or near its share of the series
PREFERRED = 0.4


def series_targets(visits: Collection[Visit]) -> dict[Id, float]:
    """Return visit id → the day (ordinal) at which it should stand for its series to be even.

    The k-th of n visits aims at the middle of the k-th of n equal parts of the series' common window.
    """
    series: dict[Id, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.series_id is not None:
            series[visit.series_id].append(visit)
    targets = {}
    for members in series.values():
        first = min(visit.release for visit in members).toordinal()
        part = (max(visit.deadline for visit in members).toordinal() - first + 1) / len(members)
        for k, visit in enumerate(
            sorted(members, key=lambda each: (each.release, each.deadline, str(each.id)))
        ):
            targets[visit.id] = first + (k + 0.5) * part - 0.5
    return targets


def timeliness(visit: Visit, day: date, target: float | None) -> float:
    """Return 1 on the best day, falling linearly to 0 one window length away."""
    length = (visit.deadline - visit.release).days + 1
    best = visit.release.toordinal() if target is None else target
    return max(1.0 - abs(day.toordinal() - best) / length, 0.0)


def worth(visit: Visit, slot: Slot, target: float | None) -> float:
    """Return what placing the visit there adds to the objective: weight × (3 … 4)."""
    liking = visit.preferences.get((slot.day.weekday(), slot.half), 0.0)
    timing = timeliness(visit, slot.day, target) - (0.01 if slot.half else 0.0) / max(1, 2 * visit.length)
    return visit.weight * (PLACED + TIMING * max(timing, 0.0) + PREFERRED * liking)
