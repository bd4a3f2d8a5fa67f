"""The slot-packing programme as arrays: a column per visit and slot still possible, built without a loop."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pairing.activities.scheduling.constraints import is_open_enough, not_begun, within_opening_hours
from pairing.activities.scheduling.costs import Worth
from pairing.activities.scheduling.grid import Grid, Lists, grid_of, runs
from pairing.activities.scheduling.placed import Placed
from pairing.activities.scheduling.problem import Half, Id, ScheduleProblem, Slot, Visit


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """max Σ value·x  subject to  matrix·x ≤ limit, x ∈ {0, 1}; one column per (visit, slot) still possible.

    `visit` is the index of the column's visit (ascending), `start` the number of its first half-day. The
    first rows allow one slot per visit, the others one visit per (subject, half-day) and the month caps; rows
    that can never bind are left out.
    """

    visit: np.ndarray
    start: np.ndarray
    value: np.ndarray
    matrix: sparse.csc_array
    limit: np.ndarray


def build(
    problem: ScheduleProblem, placed: Placed, visits: Sequence[Visit], targets: dict[Id, float]
) -> Program:
    """Write the programme for `visits` around what is placed. O(columns × subjects) in numpy."""
    if not visits:
        return Program(*(np.zeros(0, dtype=int),) * 2, np.zeros(0), sparse.csc_array((0, 0)), np.zeros(0))
    grid = grid_of(problem, placed, visits)
    length = np.array([visit.length for visit in visits])
    held = Lists.of([[grid.subjects[each] for each in visit.subjects] for visit in visits])
    loads = Lists.of([[grid.capped[s] for s in visit.loads if s in grid.capped] for visit in visits])
    visit, start = _possible(grid, visits, length, held, loads)
    if problem.hours:
        is_open = _open(problem, placed, visits, length, visit, start)
        visit, start = visit[is_open], start[is_open]
    if problem.now is not None:
        is_ahead = _ahead(problem, placed, visits, visit, start)
        visit, start = visit[is_ahead], start[is_ahead]
    value = Worth.of(visits, targets).at(visit, start)
    matrix, limit = _rows(grid, len(visits), length, held, loads, visit, start)
    return Program(visit, start, value, matrix, limit)


def part(program: Program, columns: np.ndarray, limit: np.ndarray) -> Program:
    """Return the programme of some columns with limits of their own; rows that cannot bind are left out."""
    matrix = program.matrix[:, columns]
    used = np.bincount(matrix.indices, minlength=limit.size)
    rows = np.flatnonzero(used > np.maximum(limit, 0.0))
    return Program(
        program.visit[columns], program.start[columns], program.value[columns], matrix[rows], limit[rows]
    )


def remaining(program: Program, chosen: np.ndarray) -> np.ndarray:
    """Return what the chosen columns leave of each limit."""
    return program.limit - np.bincount(program.matrix[:, chosen].indices, minlength=program.limit.size)


def _possible(
    grid: Grid, visits: Sequence[Visit], length: np.ndarray, held: Lists, loads: Lists
) -> tuple[np.ndarray, np.ndarray]:
    """Return visit and first half-day of every placement that the tables allow."""
    opens = np.array([visit.release.toordinal() * 2 for visit in visits])
    closes = np.array([visit.deadline.toordinal() * 2 + 1 for visit in visits])
    counts = np.maximum(closes - opens + 2 - length, 0)
    visit = np.repeat(np.arange(len(visits)), counts)
    start = opens[visit] + np.arange(visit.size) - np.repeat(np.cumsum(counts) - counts, counts)
    any_day = np.array([visit.any_day for visit in visits])
    good = any_day[visit] | (runs(grid.worked)[start - grid.first] >= length[visit])
    visit, start = visit[good], start[good]
    free = runs(grid.free)
    column, subject = held.gathered(visit)
    refused = column[free[subject, start[column] - grid.first] < length[visit[column]]]
    capped, subject = loads.gathered(visit)
    full = capped[grid.room[subject, grid.month[start[capped] - grid.first]] < 1]
    good = np.ones(visit.size, dtype=bool)
    good[refused], good[full] = False, False
    return visit[good], start[good]


def _open(
    problem: ScheduleProblem,
    placed: Placed,
    visits: Sequence[Visit],
    length: np.ndarray,
    visit: np.ndarray,
    start: np.ndarray,
) -> np.ndarray:
    """Return which placements the opening hours allow; half by half, where hours are fixed by the rule."""
    open_ = np.array([[is_open_enough(problem, each, half) for half in Half] for each in visits])
    good = np.where(length[visit] > 1, open_[visit].all(axis=1), open_[visit, start % 2])
    for i in (i for i, each in enumerate(visits) if each.clocks):
        for column in np.flatnonzero(visit == i).tolist():
            slot = Slot.numbered(int(start[column]))
            good[column] = within_opening_hours(problem, placed, visits[i], slot) is None
    return good


def _ahead(
    problem: ScheduleProblem, placed: Placed, visits: Sequence[Visit], visit: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Return which placements have not begun: all of days to come, those of today by the rule."""
    assert problem.now is not None
    good = start // 2 > problem.now.toordinal()
    for column in np.flatnonzero(start // 2 == problem.now.toordinal()).tolist():
        slot = Slot.numbered(int(start[column]))
        good[column] = not_begun(problem, placed, visits[visit[column]], slot) is None
    return good


def _rows(
    grid: Grid,
    visits: int,
    length: np.ndarray,
    held: Lists,
    loads: Lists,
    visit: np.ndarray,
    start: np.ndarray,
) -> tuple[sparse.csc_array, np.ndarray]:
    """Return the matrix and the limits: a row per visit, per (subject, half-day), per (subject, month)."""
    width, months = grid.worked.size, grid.room.shape[1]
    column, subject = held.gathered(visit)
    reach = length[visit[column]]
    spread = np.repeat(np.arange(column.size), reach)
    offset = np.arange(spread.size) - np.repeat(np.cumsum(reach) - reach, reach)
    taken = column[spread]
    slots = visits + subject[spread] * width + start[taken] - grid.first + offset
    loading, capped = loads.gathered(visit)
    month = grid.month[start[loading] - grid.first]
    base = visits + len(grid.subjects) * width
    keys = np.concatenate([visit, slots, base + capped * months + month])
    columns = np.concatenate([np.arange(visit.size), taken, loading])
    limits = np.ones(base + grid.room.size)
    limits[base:] = grid.room.ravel()
    used = np.bincount(keys, minlength=limits.size)
    kept = used > np.maximum(limits, 0.0)
    kept[:visits] = True
    number = np.cumsum(kept) - 1
    entries = kept[keys]
    shape = (int(kept.sum()), visit.size)
    matrix = sparse.coo_array(
        (np.ones(int(entries.sum())), (number[keys[entries]], columns[entries])), shape=shape
    )
    return matrix.tocsc(), limits[kept]
