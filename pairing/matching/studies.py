"""What the studies compute: what an almost-match lacks, what two lists give each other, who should pair.

Plain Python on ids and scores. Points are whole numbers, a score of 1 being 10,000, so that "best" is exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy  # scipy.optimize is loaded when a study is asked for

from pairing.matching.engine import Id, Score, Term, pair_of

Pair = frozenset[Id]
POINTS = 10_000
ENOUGH = 0.5  # a term worth less than this is said to be missing
LIMIT = 5.0  # deterministic seconds of search; beyond it the answer is only as good as its printed bound
_LACKING = {"item": "要办的事项不同", "audience": "服务对象不同", "text": "说的不是一回事"}
_PARTLY = {"item": "服务事项只对上一部分", "help": "服务方式只对上一部分"}


@dataclass(frozen=True)
class Link:
    """One demand served by one resource of the other branch, in points."""

    need: Id
    offer: Id
    points: int


@dataclass(frozen=True)
class Matching:
    """Pairs whose total no other choice beats when `points` equals `bound`; both in points."""

    pairs: frozenset[Pair]
    points: int
    bound: int

    @property
    def is_best(self) -> bool:
        return self.points == self.bound


@dataclass(frozen=True)
class Swap:
    """Pairs that end and pairs that begin in one step, and what it gains, in points."""

    ended: tuple[Pair, ...]
    begun: tuple[Pair, ...]
    gain: int


def shortfalls(score: Score, *, most: int = 3) -> list[str]:
    """Say what an almost-match lacks, the costliest term first."""
    lacking = [term for term in score.terms if term.value < ENOUGH and not _speaks_for(term)]
    lacking.sort(key=_cost, reverse=True)
    said = (_lack(term) for term in lacking)
    return [sentence for sentence in said if sentence][:most]


def _speaks_for(term: Term) -> bool:
    """Whether it is what labelled counties add; what they take is lacking."""
    return not term.weight and term.value >= 0


def _cost(term: Term) -> float:
    return term.weight * (1 - term.value) if term.weight else -term.value


def _lack(term: Term) -> str:
    if term.name in _PARTLY and (term.value > 0.1 or "都" in term.sentence):
        return _PARTLY[term.name] if "都" in term.sentence else term.sentence
    return _LACKING.get(term.name) or term.sentence


def fill(scores: Mapping[tuple[Id, Id], float], limits: Mapping[Id, int | None]) -> list[Link]:
    """Serve as much as possible, each need once, each offer at most its limit (None: any number of times).

    Exact: an assignment problem in which an offer stands once per visit. Complexity: O(needs² · places).
    """
    needs = sorted({need for need, _ in scores}, key=str)
    offers = sorted({offer for _, offer in scores}, key=str)
    places = [offer for offer in offers for _ in range(_places(limits.get(offer), len(needs)))]
    points = np.array(
        [[round(POINTS * scores.get((need, offer), 0.0)) for offer in places] for need in needs]
    ).reshape(len(needs), len(places))
    rows, columns = scipy.optimize.linear_sum_assignment(points, maximize=True)
    found = zip(rows.tolist(), columns.tolist(), strict=True)
    return [Link(needs[i], places[j], int(points[i, j])) for i, j in found if points[i, j] > 0]


def _places(limit: int | None, needs: int) -> int:
    return needs if limit is None else min(limit, needs)


def best_pairs(
    gains: Mapping[Pair, int], limits: Mapping[Id, int], today: frozenset[Pair] = frozenset()
) -> Matching:
    """Choose pairs of the largest total, each branch in at most its limit of them.

    Among equals the choice with most of today's pairs wins, so that nothing changes for nothing. Solved in
    whole numbers by CP-SAT with one worker and fixed seeds: exact, and the same every time.

    Args:
        gains: points per pair, not negative; a pair that gains nothing is never chosen unless it exists.
        limits: pairs per branch, at least 1 each.
    """
    from ortools.sat.python import cp_model  # brings pandas along, which nothing else here needs

    pairs = sorted((pair for pair in gains if gains[pair] > 0 or pair in today), key=_key)
    step = len(today) + 1  # one of today's pairs breaks a tie and never outweighs a point
    model = cp_model.CpModel()
    chosen = {pair: model.new_bool_var("") for pair in pairs}
    for branch, limit in limits.items():
        model.add(sum(chosen[pair] for pair in pairs if branch in pair) <= limit)
    # A pair takes two places, so an odd place stays empty. Searching for that one cut takes minutes.
    model.add(sum(chosen.values()) <= sum(limits.values()) // 2)
    model.maximize(sum((step * gains[pair] + (pair in today)) * chosen[pair] for pair in pairs))
    for pair in pairs:
        model.add_hint(chosen[pair], pair in today)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = LIMIT
    is_solved = solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    found = frozenset(pair for pair in pairs if solver.boolean_value(chosen[pair])) if is_solved else today
    return Matching(found, total(gains, found), int(solver.best_objective_bound) // step)


def total(gains: Mapping[Pair, int], pairs: Iterable[Pair]) -> int:
    return sum(gains.get(pair, 0) for pair in pairs)


def swaps(
    gains: Mapping[Pair, int], limits: Mapping[Id, int], today: frozenset[Pair], *, most: int = 3
) -> list[Swap]:
    """The single steps that gain most: two pairs exchange partners, or a branch takes a freer partner.

    Complexity: O(pairs² + pairs · branches).
    """
    steps = {*_exchanges(today), *_replacements(limits, today)}
    found = [Swap(old, new, total(gains, new) - total(gains, old)) for old, new in steps]
    better = [swap for swap in found if swap.gain > 0]
    return sorted(better, key=lambda swap: (-swap.gain, list(map(_key, (*swap.ended, *swap.begun)))))[:most]


Step = tuple[tuple[Pair, ...], tuple[Pair, ...]]


def _exchanges(today: frozenset[Pair]) -> Iterable[Step]:
    for first, second in combinations(sorted(today, key=_key), 2):
        if first & second:
            continue
        a, b = sorted(first, key=str)
        for c in second:
            (d,) = second - {c}
            begun = tuple(sorted((pair_of(a, c), pair_of(b, d)), key=_key))
            if not today & set(begun):
                yield (first, second), begun


def _replacements(limits: Mapping[Id, int], today: frozenset[Pair]) -> Iterable[Step]:
    """New pairs with a branch that still has room; a partner is left when the other has none."""
    held = Counter(branch for pair in today for branch in pair)
    free = sorted((branch for branch in limits if held[branch] < limits[branch]), key=str)
    for first, second in combinations(free, 2):
        if pair_of(first, second) not in today:
            yield (), (pair_of(first, second),)
    for pair in today:
        for kept in pair:
            for branch in free:
                if branch not in pair and pair_of(kept, branch) not in today:
                    yield (pair,), (pair_of(kept, branch),)


def _key(pair: Pair) -> list[str]:
    return sorted(map(str, pair))
