"""Getting about: a branch or an expert with two visits on one day would rather have them near each other."""

from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt

from pairing.activities.scheduling.constraints import allows
from pairing.activities.scheduling.costs import worth
from pairing.activities.scheduling.placed import Placed
from pairing.activities.scheduling.problem import Half, Id, ScheduleProblem, Slot, Visit, window

TRAVEL = 0.2  # worth lost when two visits of one day, of a common mover, are FAR_KM or more apart
FAR_KM = 20.0
_EARTH_KM = 6_371.0
_ROUNDS = 3
_GAIN = 1e-9


def apart(one: Visit, other: Visit) -> float:
    """Return 0 for the same place up to 1 for FAR_KM and more; unknown positions are as far as can be."""
    if one.place and one.place == other.place:
        return 0.0
    if one.position is None or other.position is None:
        return 1.0
    return min(_kilometres(one.position, other.position) / FAR_KM, 1.0)


def way(placed: Placed, visit: Visit, slot: Slot) -> float:
    """Return what the way to and from the other visits of the day costs: TRAVEL × apart, summed up."""
    day = {each.day for each in slot.following(visit.length)}
    met = {
        other.id: other
        for mover in visit.movers
        for each in day
        for half in Half
        for other in placed.holders.get((mover, Slot(each, half)), ())
        if other.id != visit.id and mover in other.movers
    }
    return TRAVEL * sum(apart(visit, other) for other in met.values())


def ways(placed: Placed, visits: Mapping[Id, Visit]) -> float:
    """Return what all ways of a schedule cost, each pair of visits counted once."""
    return sum(way(placed, visits[each], slot) for each, slot in placed.slots.items()) / 2


def brought_nearer(
    problem: ScheduleProblem, placed: Placed, visits: Sequence[Visit], targets: Mapping[Id, float]
) -> None:
    """Move visits with a way to go to the slot where worth minus way is most; never makes it worse."""
    for _ in range(_ROUNDS):
        moved = False
        for visit in visits:
            if visit.id in placed.slots and way(placed, visit, placed.slots[visit.id]) > 0:
                moved |= _settle(problem, placed, visit, targets.get(visit.id))
        if not moved:
            return


def _settle(problem: ScheduleProblem, placed: Placed, visit: Visit, target: float | None) -> bool:
    before = placed.remove(visit)
    options = [(worth(visit, slot, target) - way(placed, visit, slot), slot) for slot in window(visit)]
    least = next(value for value, slot in options if slot == before) + _GAIN
    better = sorted((-value, slot) for value, slot in options if value > least)
    after = next((slot for _, slot in better if allows(problem, placed, visit, slot)), before)
    placed.add(visit, after)
    return after != before


def _kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance on the globe between two (latitude, longitude) in degrees."""
    (lat1, lng1), (lat2, lng2) = (tuple(map(radians, each)) for each in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lng2 - lng1) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(half))
