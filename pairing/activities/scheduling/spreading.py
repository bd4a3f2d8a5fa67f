"""Where the visits of a series should stand, so that they and those that stand already are evenly apart."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

_NEIGHBOUR, _END = 1.0, 0.5  # steps to the next visit: from one of the series, from an end of the window


@dataclass(frozen=True, slots=True)
class _Gap:
    """From one neighbour to the next, in days; no visit may stand before `opens`."""

    start: float
    end: float
    head: float
    tail: float
    opens: float

    def step(self, count: int) -> float:
        """Return the days from one visit to the next when `count` of them share the gap."""
        inner = count - 1 + self.tail
        return min((self.end - self.start) / (inner + self.head), (self.end - self.opens) / inner)

    def days(self, count: int) -> list[float]:
        """Return the days of `count` visits, in order."""
        days = (self.end - self.step(count) * (self.tail + k) for k in reversed(range(count)))
        return [max(self.opens, day) for day in days]  # the first may come out a rounding error too early


def even_days(first: int, last: int, standing: Collection[int], count: int) -> list[float]:
    """Return `count` days of [first, last], in order, evenly apart from each other and from what stands.

    Each visit goes into the gap that then leaves it furthest from its neighbours. Where nothing stands these
    are the middles of equal parts. What stands after `last` is nobody's neighbour. O(count × gaps).
    """
    opens, closes = first - 0.5, last + 0.5
    before = max((day for day in standing if day < first), default=None)
    marks = [(opens, _END) if before is None else (float(before), _NEIGHBOUR)]
    marks += [(float(day), _NEIGHBOUR) for day in sorted(standing) if first <= day <= last]
    marks.append((closes, _END))
    gaps = [_Gap(start, end, head, tail, opens) for (start, head), (end, tail) in pairwise(marks)]
    counts = [0] * len(gaps)
    for _ in range(count):
        counts[max(range(len(gaps)), key=lambda i: gaps[i].step(counts[i] + 1))] += 1
    return [day for gap, several in zip(gaps, counts, strict=True) for day in gap.days(several)]
