"""Ways to solve a slot-packing programme: exactly when small, by diving, greedily along a guide."""

import numpy as np
import scipy  # scipy.optimize takes half a second and is loaded by the first programme to be solved

from pairing.activities.scheduling.program import Program, part

_NODES = (
    5_000  # branch-and-bound nodes: a bound by count keeps the answer reproducible, one by time would not
)
_DIVE_SHARE = 0.15  # share of the fractional visits fixed per round of a dive
_WHOLE = 1.0 - 1e-6


def relaxed(program: Program) -> tuple[np.ndarray, float]:
    """Return the LP's solution and optimum, an upper bound of every schedule of the programme."""
    if not program.value.size:
        return np.zeros(0), 0.0
    result = scipy.optimize.linprog(
        -program.value, A_ub=program.matrix, b_ub=program.limit, bounds=(0, 1), method="highs"
    )
    return result.x, -float(result.fun)


def exact(program: Program) -> np.ndarray | None:
    """Return the chosen columns of an optimal schedule, or None when the node limit came first."""
    if not program.value.size:
        return np.zeros(0, dtype=int)
    result = scipy.optimize.milp(
        -program.value,
        integrality=np.ones(program.value.size),
        bounds=scipy.optimize.Bounds(0, 1),
        constraints=scipy.optimize.LinearConstraint(program.matrix, ub=program.limit),
        options={"node_limit": _NODES, "mip_rel_gap": 1e-9},
    )
    return np.flatnonzero(result.x > 0.5) if result.status == 0 else None


def dive(program: Program, solution: np.ndarray) -> np.ndarray:
    """Return columns of a good schedule: fix what the LP is sure of, a few more, and solve again.

    Args:
        solution: the LP's solution, from `relaxed`.
    """
    chosen: list[int] = []
    left, now = np.arange(program.value.size), program
    room = program.limit.copy()
    while left.size:
        taken = _take(program, left[_wanted(now, solution)], room)
        chosen.extend(taken)
        left = left[~_blocked(program, left, room) & ~np.isin(left, taken)]
        now = part(program, left, room)
        solution = relaxed(now)[0]
    return np.sort(np.array(chosen, dtype=int))


def greedy(program: Program, guide: np.ndarray) -> np.ndarray:
    """Return the columns met when taking the best guide value first, as long as there is room."""
    order = np.argsort(-guide, kind="stable")
    return np.sort(np.array(_take(program, order, program.limit.copy()), dtype=int))


def _take(program: Program, order: np.ndarray, room: np.ndarray) -> list[int]:
    """Take columns in order while there is room; uses up `room`."""
    matrix, chosen = program.matrix, []
    starts, rows, left = matrix.indptr.tolist(), matrix.indices.tolist(), room.tolist()
    for column in order.tolist():
        used = rows[starts[column] : starts[column + 1]]
        if all(left[row] >= 1 for row in used):
            for row in used:
                left[row] -= 1
            chosen.append(column)
    room[:] = left
    return chosen


def _wanted(program: Program, solution: np.ndarray) -> np.ndarray:
    """Return the columns to fix this round, surest first."""
    order = np.lexsort((-program.value, -np.round(solution, 6)))
    whole = int((solution > _WHOLE).sum())
    fractional = int(((solution > 1e-6) & (solution <= _WHOLE)).sum())
    return order[: max(whole + int(_DIVE_SHARE * fractional), 1)]


def _blocked(program: Program, left: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Return which of the columns need a row that is full; those of placed visits do."""
    full = (room < 1).astype(float)
    return (program.matrix[:, left].T @ full) > 0
