"""Why a visit stands where it stands: every half-day of its window, refused or with what it is worth."""

from collections.abc import Mapping
from dataclasses import dataclass

from pairing.activities.scheduling.constraints import refusals
from pairing.activities.scheduling.costs import series_targets, terms
from pairing.activities.scheduling.placed import Placed
from pairing.activities.scheduling.problem import Id, ScheduleProblem, Slot, Visit, window
from pairing.activities.scheduling.travel import way


@dataclass(frozen=True, slots=True)
class HalfDay:
    """A start with everything against it, and its value: placing + timing + liking − ways."""

    slot: Slot
    reasons: tuple[str, ...]
    placing: float
    timing: float
    liking: float
    ways: float

    @property
    def value(self) -> float:
        """Return what standing there adds to the objective."""
        return self.placing + self.timing + self.liking - self.ways


def half_days(problem: ScheduleProblem, placements: Mapping[Id, Slot], visit: Visit) -> list[HalfDay]:
    """Return every start in the window of the visit, in order of time, beside all other `placements`."""
    placed = Placed(problem, placements)
    target = series_targets(problem).get(visit.id)
    return [
        HalfDay(
            slot,
            tuple(refusals(problem, placed, visit, slot)),
            *terms(visit, slot, target),
            way(placed, visit, slot),
        )
        for slot in window(visit)
    ]
