"""Place visits on half-days: keep what stands, find the best for the rest, fill every gap."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pairing.activities.scheduling.constraints import allows, refusals
from pairing.activities.scheduling.costs import series_targets, worth
from pairing.activities.scheduling.improve import improved
from pairing.activities.scheduling.methods import dive, exact, greedy, relaxed
from pairing.activities.scheduling.placed import Placed
from pairing.activities.scheduling.prices import priced_bound
from pairing.activities.scheduling.problem import (
    Id,
    Move,
    Schedule,
    ScheduleProblem,
    Slot,
    Visit,
    day_in_words,
    window,
)
from pairing.activities.scheduling.program import Program, build
from pairing.activities.scheduling.repair import repaired
from pairing.activities.scheduling.travel import brought_nearer, way, ways

EXACT_BELOW = 60  # visits: branch and bound is instant here
AT_ONCE_BELOW = 600  # visits: one LP dive takes seconds; beyond, neighbourhoods
RATHER_LATER = 0.25  # days: of two days as near to the announced one, people manage the later one better


def solve(problem: ScheduleProblem, *, keep: Mapping[Id, Slot] | None = None, fast: bool = False) -> Schedule:
    """Return a schedule that breaks no hard rule, with a bound on the best there can be.

    Args:
        keep: placements of a published schedule. One stays unless a hard rule now refuses it; only those that
            must go move, so that only those concerned need to be told, and as few days as may be.
        fast: use prices and one greedy pass instead of linear programmes, for an answer while somebody waits.
    """
    visits = {visit.id: visit for visit in problem.visits}
    placed, evicted = _keep(problem, keep or {})
    stood = {each: slot.day.toordinal() + RATHER_LATER for each, (slot, _) in evicted.items()}
    targets = series_targets(problem) | stood
    base = _value(placed, visits, targets)
    open_ = sorted((v for v in problem.visits if v.id not in placed.slots), key=_order)
    whole = _less_ways(build(problem, placed, open_, targets), placed, open_)
    if fast or len(open_) > AT_ONCE_BELOW:
        columns, bound = _priced(whole, len(open_))
        columns = columns if fast else improved(whole, len(open_), columns)
    else:
        columns, bound = _at_once(whole, len(open_))
    _accept(problem, placed, open_, whole, columns)
    brought_nearer(problem, placed, open_, targets)
    objective = _value(placed, visits, targets)  # the bound knows no ways among the open ones: still one
    return _answer(problem, placed, evicted, objective, base + bound)


def _value(placed: Placed, visits: Mapping[Id, Visit], targets: Mapping[Id, float]) -> float:
    """Return the objective: worth of all placements less the ways between them."""
    total = sum(worth(visits[each], slot, targets.get(each)) for each, slot in placed.slots.items())
    return total - ways(placed, visits)


def _less_ways(program: Program, placed: Placed, visits: Sequence[Visit]) -> Program:
    """Take from each column's value the ways to what stands already; ways among the open ones come later."""
    standing = {subject for (subject, _), holders in placed.holders.items() if holders}
    near = np.array([not standing.isdisjoint(visit.movers) for visit in visits], dtype=bool)
    value = program.value.copy()
    for column in np.flatnonzero(near[program.visit]).tolist() if near.any() else ():
        slot = Slot.numbered(int(program.start[column]))
        value[column] -= way(placed, visits[program.visit[column]], slot)
    return replace(program, value=value)


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


def _at_once(program: Program, visits: int) -> tuple[np.ndarray, float]:
    """Solve one programme, exactly when small, by diving otherwise; return the columns and the bound."""
    solution, bound = relaxed(program)
    columns = exact(program) if visits <= EXACT_BELOW else None
    if columns is None:
        return improved(program, visits, repaired(program, dive(program, solution))), bound
    return columns, min(bound, float(program.value[columns].sum()))  # branch and bound closed the gap


def _priced(program: Program, visits: int) -> tuple[np.ndarray, float]:
    """Return a schedule guided by prices and repaired, and the Lagrangian bound: the fast path."""
    plain = repaired(program, greedy(program, program.value))
    bound, price = priced_bound(program, visits, float(program.value[plain].sum()))
    guided = repaired(program, greedy(program, program.value - program.matrix.T @ price))
    return max((guided, plain), key=lambda columns: program.value[columns].sum()), bound


def _accept(
    problem: ScheduleProblem, placed: Placed, visits: Sequence[Visit], program: Program, columns: np.ndarray
) -> None:
    """Place what the rules allow of the chosen columns, then whatever else still fits, the best first."""
    owners, starts = program.visit.tolist(), program.start.tolist()
    for column in (*columns.tolist(), *np.argsort(-program.value, kind="stable").tolist()):
        visit = visits[owners[column]]
        if visit.id in placed.slots:
            continue
        slot = Slot.numbered(starts[column])
        if allows(problem, placed, visit, slot):
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
        (visit.id, why_unplaced(problem, placed, visit))
        for visit in problem.visits
        if visit.id not in placed.slots
    )
    placements = {visit.id: placed.slots[visit.id] for visit in problem.visits if visit.id in placed.slots}
    ratio = min(objective / bound, 1.0) if bound > 0 else 1.0
    return Schedule(placements, unplaced, objective, max(bound, objective), ratio, moves)


def why_unplaced(problem: ScheduleProblem, placed: Placed, visit: Visit) -> str:
    """Return why no slot is left: the reasons met most often in the window, at most two."""
    starts = window(visit)
    if not starts:
        return _why_no_window(problem, visit)
    against = Counter(reason for slot in starts for reason in refusals(problem, placed, visit, slot)[:1])
    telling = [reason for reason, _ in against.most_common() if "不是工作日" not in reason] or list(against)
    return f"{_span(visit)}没有共同空闲的半天，例如：{'；'.join(telling[:2])}"


def _why_no_window(problem: ScheduleProblem, visit: Visit) -> str:
    due, remedy = day_in_words(visit.deadline), "请在定单里申请变更，把完成时限改晚"
    if problem.now is not None and visit.deadline < problem.now.date():
        return f"完成时限{due}已经过了；{remedy}"
    if visit.deadline < visit.release:
        return f"离完成时限{due}太近，来不及提前通知；{remedy}"
    return f"{_span(visit)}放不下连续 {visit.length} 个半天；{remedy}"


def _span(visit: Visit) -> str:
    first, last = day_in_words(visit.release), day_in_words(visit.deadline)
    return f"{first}至{last}之间" if first != last else f"{first}"
