"""The half-days of a problem as numpy tables: who is free when, which days are worked, what a month has left.

The tables say the same as the hard rules, many million times faster; the rules have the last word on whatever
is placed, and a test holds both to each other slot by slot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from pairing.activities.scheduling.placed import Placed
from pairing.activities.scheduling.problem import ScheduleProblem, Slot, Subject, Visit


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """For each visit a list of numbers, end to end: those of visit i are `flat[start[i]:start[i + 1]]`."""

    flat: np.ndarray
    start: np.ndarray

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> "Lists":
        rows = list(rows)
        start = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=start[1:])
        return cls(np.fromiter((each for row in rows for each in row), np.int64, int(start[-1])), start)

    def gathered(self, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (column, number) for every number of the list of each column's owner."""
        counts = np.diff(self.start)[owner]
        column = np.repeat(np.arange(owner.size), counts)
        offset = np.arange(column.size) - np.repeat(np.cumsum(counts) - counts, counts)
        return column, self.flat[self.start[owner][column] + offset]


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Half-day numbers from `first` on; rows of `free` are subjects, columns half-days (also of `worked`).

    `runs` of a table counts how many half-days from here on are good without a break. `room` holds what the
    capped subjects have left in each month; `month` is the month's number of each half-day.
    """

    first: int
    subjects: dict[Subject, int]
    worked: np.ndarray
    free: np.ndarray
    capped: dict[Subject, int]
    month: np.ndarray
    room: np.ndarray


def grid_of(problem: ScheduleProblem, placed: Placed, visits: Sequence[Visit]) -> Grid:
    """Write the tables for the window of `visits` around what is placed. O(subjects × half-days) in numpy."""
    first = min(visit.release for visit in visits).toordinal() * 2
    latest = max(visit.deadline for visit in visits).toordinal() * 2 + 1
    last = max(latest, first + 1)  # every deadline may be over before the first release
    days = [date.fromordinal(number) for number in range(first // 2, last // 2 + 1)]
    named = sorted({subject for visit in visits for subject in visit.subjects})
    subjects = {subject: i for i, subject in enumerate(named)}
    loaded = {subject for visit in visits for subject in visit.loads}
    capped = {subject: i for i, subject in enumerate(sorted(loaded & problem.month_caps.keys()))}
    months = [(day.year * 12 + day.month) - (days[0].year * 12 + days[0].month) for day in days]
    worked = np.repeat(np.array([problem.is_working(day) for day in days]), 2)
    return Grid(
        first,
        subjects,
        worked,
        _free(problem, placed, subjects, first, worked.size),
        capped,
        np.repeat(np.array(months), 2),
        _room(problem, placed, capped, days[0], months[-1] + 1),
    )


def runs(good: np.ndarray) -> np.ndarray:
    """Return, for each half-day (last axis), how many good ones follow without a break, itself included."""
    count = np.zeros(good.shape, dtype=np.int16)
    ahead = np.zeros(good.shape[:-1], dtype=np.int16)
    for i in range(good.shape[-1] - 1, -1, -1):
        ahead = np.where(good[..., i], ahead + 1, 0).astype(np.int16)
        count[..., i] = ahead
    return count


def _free(
    problem: ScheduleProblem, placed: Placed, subjects: dict[Subject, int], first: int, width: int
) -> np.ndarray:
    free = np.ones((len(subjects), width), dtype=bool)
    weekday_half = ((first // 2 - 1) % 7 * 2 + np.arange(width)) % 14  # ordinal 1 was a Monday
    for subject in subjects.keys() & problem.weekly.keys():
        week = np.zeros(14, dtype=bool)
        week[[weekday * 2 + half for weekday, half in problem.weekly[subject]]] = True
        free[subjects[subject]] = week[weekday_half]
        _mark(free[subjects[subject]], problem.extra.get(subject, ()), first, value=True)
    for taken in (problem.closed, problem.busy):
        for subject in subjects.keys() & taken.keys():
            _mark(free[subjects[subject]], taken[subject], first, value=False)
    for (subject, slot), holders in placed.holders.items():
        if holders and subject in subjects:
            _mark(free[subjects[subject]], (slot,), first, value=False)
    return free


def _mark(row: np.ndarray, slots: Iterable[Slot], first: int, *, value: bool) -> None:
    numbers = np.array([slot.number - first for slot in slots], dtype=np.int64)
    row[numbers[(numbers >= 0) & (numbers < row.size)]] = value


def _room(
    problem: ScheduleProblem, placed: Placed, capped: dict[Subject, int], day: date, count: int
) -> np.ndarray:
    """Visits that each capped subject may still take on, by month."""
    room = np.zeros((len(capped), count))
    for subject, row in capped.items():
        room[row] = problem.month_caps[subject]
    standing = [(key, len(visits)) for key, visits in placed.months.items()]
    for (subject, month), taken in (*problem.month_counts.items(), *standing):
        column = month.year * 12 + month.month - day.year * 12 - day.month
        if subject in capped and 0 <= column < count:
            room[capped[subject], column] -= taken
    return room
