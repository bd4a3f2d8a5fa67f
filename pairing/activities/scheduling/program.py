"""The slot-packing programme as arrays, solved by HiGHS: exactly when small, by diving otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from pairing.activities.scheduling.constraints import Placed, allows
from pairing.activities.scheduling.costs import worth
from pairing.activities.scheduling.problem import Id, ScheduleProblem, Slot, Visit

_NODES = (
    5_000  # branch-and-bound nodes: a bound by count keeps the answer reproducible, one by time would not
)
_DIVE_SHARE = 0.15  # share of the fractional visits fixed per round of a dive
_WHOLE = 1.0 - 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """max Σ value·x  subject to  matrix·x ≤ limit, x ∈ {0, 1}; one column per (visit, slot) still possible.

    The first rows allow one slot per visit, the others one visit per (subject, half-day) and the month caps.
    """

    visit: np.ndarray
    slots: list[Slot]
    value: np.ndarray
    matrix: sparse.csc_matrix
    limit: np.ndarray


def build(
    problem: ScheduleProblem,
    placed: Placed,
    visits: Sequence[Visit],
    targets: dict[Id, float],
    starts: Sequence[Sequence[Slot]],
) -> Program:
    """Write the programme for `visits` around what is placed; `starts` are the slots to consider for each."""
    rows: dict[tuple, int] = {("visit", i): i for i in range(len(visits))}
    limits = [1.0] * len(visits)
    owner, slots, value, indices, indptr = [], [], [], [], [0]
    for i, (visit, options) in enumerate(zip(visits, starts, strict=True)):
        for slot in options:
            if not allows(problem, placed, visit, slot):
                continue
            indices.append(i)
            for key, limit in _uses(problem, placed, visit, slot):
                if key not in rows:
                    rows[key] = len(rows)
                    limits.append(limit)
                indices.append(rows[key])
            indptr.append(len(indices))
            owner.append(i)
            slots.append(slot)
            value.append(worth(visit, slot, targets.get(visit.id)))
    shape = (len(rows), len(owner))
    matrix = sparse.csc_matrix((np.ones(len(indices)), indices, indptr), shape=shape)
    return Program(np.array(owner, dtype=int), slots, np.array(value), matrix, np.array(limits))


def _uses(problem: ScheduleProblem, placed: Placed, visit: Visit, slot: Slot) -> list[tuple[tuple, float]]:
    """Return (row, its limit) for everything a placement takes up."""
    month = slot.day.replace(day=1)
    taken: list[tuple[tuple, float]] = [
        ((subject, each), 1.0) for subject in sorted(visit.subjects) for each in slot.following(visit.length)
    ]
    for subject in sorted(visit.loads & problem.month_caps.keys()):
        count = len(placed.months.get((subject, month), ())) + problem.month_counts.get((subject, month), 0)
        taken.append(((subject, month), float(problem.month_caps[subject] - count)))
    return taken


def relaxed(program: Program) -> tuple[np.ndarray, float]:
    """Return the LP's solution and optimum, an upper bound of every schedule of the programme."""
    if not program.value.size:
        return np.zeros(0), 0.0
    result = linprog(-program.value, A_ub=program.matrix, b_ub=program.limit, bounds=(0, 1), method="highs")
    return result.x, -float(result.fun)


def exact(program: Program) -> list[int] | None:
    """Return the chosen columns of an optimal schedule, or None when the node limit came first."""
    if not program.value.size:
        return []
    result = milp(
        -program.value,
        integrality=np.ones(program.value.size),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(program.matrix, ub=program.limit),
        options={"node_limit": _NODES, "mip_rel_gap": 1e-9},
    )
    return np.flatnonzero(result.x > 0.5).tolist() if result.status == 0 else None


def dive(program: Program, start: np.ndarray) -> list[int]:
    """Return columns of a good schedule: fix what the LP is sure of, a few more, and solve again.

    Args:
        start: the LP's solution, from `relaxed`.
    """
    left, limit, chosen, solution = np.arange(program.value.size), program.limit.copy(), [], start
    while left.size:
        picked = _pick(program, left, solution, limit)
        chosen.extend(picked)
        limit = remaining(program, chosen)
        left = _still_open(program, left, limit)
        if left.size:
            solution = relaxed(part(program, left, program.value[left], limit))[0]
    return sorted(chosen)


def greedy(program: Program, guide: np.ndarray) -> list[int]:
    """Return the columns met when taking the best guide value first, as long as there is room."""
    room, chosen = program.limit.copy(), []
    for column in np.argsort(-guide, kind="stable").tolist():
        if _take(program, column, room):
            chosen.append(column)
    return chosen


def _take(program: Program, column: int, room: np.ndarray) -> bool:
    """Use up a column's room if there is enough."""
    used = program.matrix.indices[program.matrix.indptr[column] : program.matrix.indptr[column + 1]]
    free = bool((room[used] >= 1).all())
    if free:
        room[used] -= 1
    return free


def part(program: Program, columns: np.ndarray, value: np.ndarray, limit: np.ndarray) -> Program:
    """Return the programme of some columns, with values and limits of their own; rows keep their numbers."""
    slots = [program.slots[column] for column in columns.tolist()]
    return Program(program.visit[columns], slots, value, program.matrix[:, columns], limit)


def remaining(program: Program, chosen: list[int]) -> np.ndarray:
    """Return what the chosen columns leave of each limit."""
    used = np.asarray(program.matrix[:, chosen].sum(axis=1)).ravel()
    return program.limit - used


def _pick(program: Program, left: np.ndarray, solution: np.ndarray, limit: np.ndarray) -> list[int]:
    """Return columns to fix this round, surest first, each still within the limits."""
    order = np.lexsort((left, -program.value[left], -np.round(solution, 6)))
    whole = int((solution > _WHOLE).sum())
    fractional = int(((solution > 1e-6) & (solution <= _WHOLE)).sum())
    wanted = max(whole + int(_DIVE_SHARE * fractional), 1)
    room = limit.copy()
    return [column for column in left[order][:wanted].tolist() if _take(program, column, room)]


def _still_open(program: Program, left: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Return the columns whose rows all have room; those of placed visits have none."""
    full = (limit < 1).astype(float)
    blocked = np.asarray(program.matrix[:, left].T @ full).ravel()
    return left[blocked == 0]
