"""Soft preferences: what a placement is worth. Placing at all is worth more than all preferences together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pairing.activities.scheduling.problem import Id, ScheduleProblem, Slot, Visit
from pairing.activities.scheduling.spreading import even_days

PLACED = 3.0
TIMING = 0.6  # early after release, or near its share of the series
PREFERRED = 0.4
LATER_HALF = 0.01  # of timing: the afternoon loses a tie to the morning


def series_targets(problem: ScheduleProblem) -> dict[Id, float]:
    """Return visit id → the day (ordinal) at which it should stand for its series to be even.

    The visits of a series share its common window with those of it that stand already, see `even_days`.
    """
    series: dict[Id, list[Visit]] = defaultdict(list)
    for visit in problem.visits:
        if visit.series_id is not None:
            series[visit.series_id].append(visit)
    targets: dict[Id, float] = {}
    for name, members in series.items():
        first = min(visit.release for visit in members).toordinal()
        last = max(visit.deadline for visit in members).toordinal()
        standing = [day.toordinal() for day in problem.standing.get(name, ())]
        members.sort(key=lambda each: (each.release, each.deadline, str(each.id)))
        days = even_days(first, last, standing, len(members))
        targets |= {visit.id: day for visit, day in zip(members, days, strict=True)}
    return targets


def timeliness(visit: Visit, day: date, target: float | None) -> float:
    """Return 1 on the best day, falling linearly to 0 one window length away."""
    length = (visit.deadline - visit.release).days + 1
    best = visit.release.toordinal() if target is None else target
    return max(1.0 - abs(day.toordinal() - best) / length, 0.0)


def terms(visit: Visit, slot: Slot, target: float | None) -> tuple[float, float, float]:
    """Return what being placed, the day, and the half-day people like add, each times the weight."""
    liking = visit.preferences.get((slot.day.weekday(), slot.half), 0.0)
    timing = timeliness(visit, slot.day, target) - (LATER_HALF if slot.half else 0.0) / (2 * visit.length)
    return visit.weight * PLACED, visit.weight * TIMING * max(timing, 0.0), visit.weight * PREFERRED * liking


def worth(visit: Visit, slot: Slot, target: float | None) -> float:
    """Return what placing the visit there adds to the objective: weight × (3 … 4)."""
    return sum(terms(visit, slot, target))


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """`worth` for millions of placements at once: one array entry per visit (`liking`: 14 half-days each)."""

    weight: np.ndarray
    best: np.ndarray
    days: np.ndarray
    later: np.ndarray
    liking: np.ndarray

    @classmethod
    def of(cls, visits: Sequence[Visit], targets: dict[Id, float]) -> "Worth":
        liking = np.zeros((len(visits), 14))
        for i, visit in enumerate(visits):
            for (weekday, half), value in visit.preferences.items():
                liking[i, weekday * 2 + half] = value
        return cls(
            np.array([visit.weight for visit in visits]),
            np.array([float(targets.get(visit.id, visit.release.toordinal())) for visit in visits]),
            np.array([(visit.deadline - visit.release).days + 1.0 for visit in visits]),
            np.array([LATER_HALF / (2 * visit.length) for visit in visits]),
            liking,
        )

    def at(self, visit: np.ndarray, start: np.ndarray) -> np.ndarray:
        """Return the worth of each placement: `visit` by index, `start` by number of its first half-day."""
        day, half = start // 2, start % 2
        timing = np.maximum(1.0 - np.abs(day - self.best[visit]) / self.days[visit], 0.0)
        timing = np.maximum(timing - self.later[visit] * half, 0.0)
        liking = self.liking[visit, (day - 1) % 7 * 2 + half]  # ordinal 1 was a Monday
        return self.weight[visit] * (PLACED + TIMING * timing + PREFERRED * liking)
