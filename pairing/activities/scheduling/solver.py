"""Place visits on half-days: keep what stands, find the best for the rest, fill every gap."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from pairing.activities.scheduling.constraints import Placed, allows, refusals
from pairing.activities.scheduling.costs import series_targets, worth
from pairing.activities.scheduling.prices import priced_bound
from pairing.activities.scheduling.problem import Id, Move, Schedule, ScheduleProblem, Slot, Visit, window
from pairing.activities.scheduling.program import (
    Program,
    build,
    dive,
    exact,
    greedy,
    part,
    relaxed,
    remaining,
)

EXACT_BELOW = 60  # visits: branch and bound is instant here
AT_ONCE_BELOW = 600  # visits: one LP dive takes about two seconds
BLOCK = 400  # visits per neighbourhood beyond that


def solve(problem: ScheduleProblem, *, keep: Mapping[Id, Slot] | None = None, fast: bool = False) -> Schedule:
    """Return a schedule that breaks no hard rule, with a bound on the best there can be.

    Args:
        keep: placements of a published schedule. One stays unless a hard rule now refuses it; only those that
            must go move, so that only those concerned need to be told.
        fast: use prices and one greedy pass instead of linear programmes, for an answer while somebody waits.
    """
    visits = {visit.id: visit for visit in problem.visits}
    placed, evicted = _keep(problem, keep or {})
    targets = series_targets(problem.visits)
    base = sum(worth(visits[each], slot, targets.get(each)) for each, slot in placed.slots.items())
    open_ = sorted((v for v in problem.visits if v.id not in placed.slots), key=_order)
    whole = build(problem, placed, open_, targets, [window(visit) for visit in open_])
    if fast or len(open_) > AT_ONCE_BELOW:
        reached = float(whole.value[greedy(whole, whole.value)].sum())
        bound, price = priced_bound(whole, len(open_), reached)
        columns = greedy(whole, whole.value - whole.matrix.T @ price)
        columns = columns if fast else _improved(whole, columns)
    else:
        columns, bound = _at_once(whole, len(open_))
    for column in columns:
        placed.add(open_[whole.visit[column]], whole.slots[column])
    for column in np.argsort(-whole.value, kind="stable").tolist():
        _fill(problem, placed, open_[whole.visit[column]], whole.slots[column])
    objective = sum(worth(visits[each], slot, targets.get(each)) for each, slot in placed.slots.items())
    return _answer(problem, placed, evicted, objective, base + bound)


def free_slots(
    problem: ScheduleProblem, visit: Visit, limit: int = 5, placed: Mapping[Id, Slot] | None = None
) -> list[Slot]:
    """Return the first `limit` slots in which the visit may stand beside `placed`, in order of time."""
    index = Placed(problem, placed)
    return [slot for slot in window(visit) if allows(problem, index, visit, slot)][:limit]


def _order(visit: Visit) -> tuple:
    return visit.deadline, visit.release, -visit.weight, str(visit.id)


def _keep(problem: ScheduleProblem, keep: Mapping[Id, Slot]) -> tuple[Placed, dict[Id, tuple[Slot, str]]]:
    """Place what may stay; return the rest with where it stood and the first reason against it."""
    placed, evicted = Placed(problem), {}
    kept = [visit for visit in problem.visits if visit.id in keep]
    for visit in sorted(kept, key=lambda each: (-each.weight, str(each.id))):
        against = refusals(problem, placed, visit, keep[visit.id])
        if against:
            evicted[visit.id] = keep[visit.id], against[0]
        else:
            placed.add(visit, keep[visit.id])
    return placed, evicted


def _at_once(program: Program, visits: int) -> tuple[list[int], float]:
    """Solve one programme, exactly when small, by diving otherwise; return the columns and the bound."""
    solution, bound = relaxed(program)
    columns = exact(program) if visits <= EXACT_BELOW else None
    if columns is None:
        return dive(program, solution), bound
    return columns, min(bound, float(program.value[columns].sum()))  # branch and bound closed the gap


def _improved(whole: Program, columns: list[int]) -> list[int]:
    """Solve one neighbourhood of visits after the other again, the rest standing still; never gets worse.

    Visits are in order of deadline, so a block is a stretch of time; blocks overlap by half.
    """
    chosen = np.array(columns, dtype=int)
    last = int(whole.visit.max(initial=-1))
    for start in range(0, last + 1, BLOCK // 2):
        own = np.flatnonzero((whole.visit >= start) & (whole.visit < start + BLOCK))
        inside = np.isin(chosen, own)
        limit = remaining(whole, chosen[~inside].tolist())
        block = part(whole, own, whole.value[own], limit)
        again = own[dive(block, relaxed(block)[0])]
        if whole.value[again].sum() > whole.value[chosen[inside]].sum():
            chosen = np.concatenate([chosen[~inside], again])
    return sorted(chosen.tolist())


def _fill(problem: ScheduleProblem, placed: Placed, visit: Visit, slot: Slot) -> None:
    """Place a visit that still fits, so that in the end no unplaced visit has a free slot left."""
    if visit.id not in placed.slots and allows(problem, placed, visit, slot):
        placed.add(visit, slot)


def _answer(
    problem: ScheduleProblem,
    placed: Placed,
    evicted: dict[Id, tuple[Slot, str]],
    objective: float,
    bound: float,
) -> Schedule:
    moves = tuple(
        Move(visit_id, before, placed.slots.get(visit_id), reason)
        for visit_id, (before, reason) in evicted.items()
    )
    unplaced = tuple(
        (visit.id, _why(problem, placed, visit)) for visit in problem.visits if visit.id not in placed.slots
    )
    placements = {visit.id: placed.slots[visit.id] for visit in problem.visits if visit.id in placed.slots}
    ratio = min(objective / bound, 1.0) if bound > 0 else 1.0
    return Schedule(placements, unplaced, objective, max(bound, objective), ratio, moves)


def _why(problem: ScheduleProblem, placed: Placed, visit: Visit) -> str:
    """Return why no slot is left: the reasons met most often in the window, at most two."""
    starts = window(visit)
    if not starts:
        return f"{visit.release} 至 {visit.deadline} 之间放不下；请放宽时限"
    against = Counter(reason for slot in starts for reason in refusals(problem, placed, visit, slot)[:1])
    telling = [reason for reason, _ in against.most_common() if "不是工作日" not in reason] or list(against)
    return f"{visit.release} 至 {visit.deadline} 之间没有共同空闲的半天，例如：{'；'.join(telling[:2])}"
