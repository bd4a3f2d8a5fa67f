"""Seeded counties with planted truth: the same seed gives the same county on every computer."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from pairing.matching.engine import Id, Lexicon, MatchProblem, Need, Offer, pair_of
from pairing.matching.engine.scoring import PairTable, score_pairs

TODAY = date(2026, 3, 2)
DEADLINES = (date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31))
UNSERVED = 0.1  # share of the service items that no resource of a county offers
_OPENINGS = ("希望有人来", "想请人帮忙", "群众反映要", "我村需要", "近期急需", "盼望")
_SKILLS = ("多年从事", "擅长", "可以提供", "熟悉", "长期负责")
_PLACES = ("村里", "社区", "网格", "老年人", "留守儿童", "种植户", "商户", "学校")


@dataclass(frozen=True)
class County:
    """A problem and which offers really serve each need (none: nothing in the county does)."""

    problem: MatchProblem
    truth: dict[Id, frozenset[Id]]


def county(seed: int, *, branches: int = 300, resources: int = 3000, demands: int = 5000) -> County:
    """Write the ledgers of a county out of the words of the built-in service items.

    A need and an offer of the same item belong together – that is the planted truth. Both sides are worded
    independently, with one to three of the item's words each.
    """
    chance = random.Random(seed)  # noqa: S311
    items = [(item.name, item.terms) for item in Lexicon.default().items]
    lacking = set(chance.sample(range(len(items)), max(round(UNSERVED * len(items)), 1)))
    there = [number for number in range(len(items)) if number not in lacking]
    offered: dict[int, set[Id]] = {}
    offers, needs = [], []
    truth: dict[Id, frozenset[Id]] = {}
    for i in range(resources):
        number = chance.choice(there)
        offered.setdefault(number, set()).add(i)
        offers.append(_offer(chance, i, chance.randrange(branches), items[number]))
    for i in range(demands):
        number = chance.randrange(len(items))
        truth[i] = frozenset(offered.get(number, ()))
        needs.append(_need(chance, i, chance.randrange(branches), items[number]))
    pairs = frozenset(pair_of(i, i + 1) for i in range(0, branches - 1, 2))
    problem = MatchProblem(tuple(offers), tuple(needs), TODAY, pairs=pairs)
    return County(problem, truth)


def _words(chance: random.Random, terms: tuple[str, ...]) -> str:
    return "、".join(chance.sample(terms, min(len(terms), chance.randint(1, 3))))


def _offer(chance: random.Random, number: int, branch: int, item: tuple[str, tuple[str, ...]]) -> Offer:
    title = f"{item[0]}骨干" if chance.random() < 0.5 else f"{chance.choice(item[1])}能手"
    text = f"{chance.choice(_SKILLS)}{_words(chance, item[1])}。"
    return Offer(number, branch, title, text, capacity_per_month=chance.choice((1, 1, 2, 4, None)))


def _need(chance: random.Random, number: int, branch: int, item: tuple[str, tuple[str, ...]]) -> Need:
    title = f"{chance.choice(_PLACES)}{chance.choice(item[1])}"
    text = f"{chance.choice(_OPENINGS)}{_words(chance, item[1])}。"
    deadline = TODAY + timedelta(days=chance.randint(10, 150)) if chance.random() < 0.7 else None
    return Need(number, branch, title, text, urgency=chance.choice((0, 0, 0, 1, 2)), deadline=deadline)


@dataclass(frozen=True)
class Contended:
    """A scored problem without texts, and the total of a plan that was hidden in it."""

    problem: MatchProblem
    table: PairTable
    planted: float


def contended(
    seed: int, demands: int, choices: int, *, spare: float = 0.0, bounded: bool = True
) -> Contended:
    """Build needs that compete for offers: `choices` candidates a need.

    A plan that serves every need is hidden in it; its total is a floor under the optimum.

    Args:
        spare: visits beyond one a need, as a share of the needs.
        bounded: also cap what branches give and receive and bound the difference, wide enough for the hidden
            plan.
    """
    chance = np.random.default_rng(seed)
    offers = max(demands // 3, choices, 2)
    branches = max(demands // 16, 4)
    giver, taker = chance.integers(0, branches, offers), chance.integers(0, branches, demands)
    hidden = _hidden(chance, giver, taker)
    need = np.repeat(np.arange(demands), choices)
    offer = chance.integers(0, offers, need.size)
    offer[::choices] = hidden
    fine = giver[offer] != taker[need]
    code, first = np.unique((need * offers + offer)[fine], return_index=True)
    score = chance.beta(4, 3, need.size)[fine][first] * 0.6 + 0.4
    need, offer = np.divmod(code, offers)
    capacity = np.maximum(-(-np.bincount(hidden, minlength=offers) // len(DEADLINES)), 1)
    turn = _rank(hidden) // capacity[hidden]
    due = np.minimum(turn + chance.integers(0, len(DEADLINES), demands), len(DEADLINES) - 1)
    problem = _bare(giver, taker, capacity, due)
    free = _free(capacity, hidden, turn)
    filled = chance.random(free.shape) >= spare * demands / max(int(free.sum()), 1)
    problem = replace(problem, used=_spoken_for(np.where(filled, free, 0)))
    if bounded:
        problem = _bounded(problem, giver[hidden], taker, branches)
    empty = score_pairs(MatchProblem((), (), TODAY))
    table = replace(
        empty, need=need, offer=offer, total=score, fit=score, open_=np.ones(need.size, dtype=bool)
    )
    known = np.searchsorted(code, np.arange(demands) * offers + hidden)
    return Contended(problem, table, float(score[known].sum()))


def _hidden(chance: np.random.Generator, giver: np.ndarray, taker: np.ndarray) -> np.ndarray:
    """Choose an offer of another branch for every need."""
    chosen = chance.integers(0, giver.size, taker.size)
    while (own := giver[chosen] == taker).any():
        chosen[own] = chance.integers(0, giver.size, int(own.sum()))
    return chosen


def _rank(chosen: np.ndarray) -> np.ndarray:
    """Return how many needs before it have the same offer."""
    order = np.argsort(chosen, kind="stable")
    first = np.searchsorted(chosen[order], chosen[order])
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size) - first
    return rank


def _free(capacity: np.ndarray, chosen: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Return the visits per offer and month that the hidden plan leaves free."""
    taken = np.zeros((capacity.size, len(DEADLINES)), dtype=np.int64)
    np.add.at(taken, (chosen, turn), 1)
    return capacity[:, None] - taken


def _spoken_for(visits: np.ndarray) -> dict[tuple[Id, date], int]:
    places = zip(*np.nonzero(visits), visits[visits > 0].tolist(), strict=True)
    return {(int(j), DEADLINES[month].replace(day=1)): used for j, month, used in places}


def _bare(giver: np.ndarray, taker: np.ndarray, capacity: np.ndarray, due: np.ndarray) -> MatchProblem:
    offers = tuple(
        Offer(j, branch, f"资源{j}", capacity_per_month=most)
        for j, (branch, most) in enumerate(zip(giver.tolist(), capacity.tolist(), strict=True))
    )
    needs = tuple(
        Need(i, branch, f"需求{i}", deadline=DEADLINES[month])
        for i, (branch, month) in enumerate(zip(taker.tolist(), due.tolist(), strict=True))
    )
    return MatchProblem(offers, needs, TODAY, horizon_months=len(DEADLINES))


def _bounded(problem: MatchProblem, giver: np.ndarray, taker: np.ndarray, branches: int) -> MatchProblem:
    """Bound every branch by what the hidden plan does, so that the bounds bind and leave it possible."""
    given, received = np.bincount(giver, minlength=branches), np.bincount(taker, minlength=branches)
    return replace(
        problem,
        give_caps=dict(enumerate((given + 2).tolist())),
        receive_caps=dict(enumerate((received + 2).tolist())),
        reciprocity=int(np.abs(given - received).max()),
    )
