"""A matching problem written as a circulation: nodes and arcs as arrays, without a Python loop over pairs.

hub ⇄ branch → giving → supply (offer, month) → by (offer, month) → … → need → receiving → branch
     ±R     give cap     capacity                                  −score, 1     receive cap
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np

from pairing.matching.engine.network import Network
from pairing.matching.engine.periods import horizon, horizon_end, month_indices, ordinals, window_months
from pairing.matching.engine.problem import Id, MatchProblem, Offer
from pairing.matching.engine.scoring import PairTable

SCALE = 1_000_000  # scores become integers: six digits, so ties by rounding are below 1e-6
PIN = 1_000 * SCALE  # what a pinned visit is worth beside its score: more than all it could displace
UNBOUNDED = 1 << 40  # visits: no limit, in a network that still grows
HUB = 0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What a problem says of needs, offers and branches, as arrays by position.

    `giver` and `taker` are branch positions, `first` and `last` the month indices of a need's window, `free`
    the visits an offer has left per month (UNBOUNDED: no limit).
    """

    branches: dict[Id, int]
    giver: np.ndarray
    taker: np.ndarray
    sizes: np.ndarray
    first: np.ndarray
    last: np.ndarray
    free: np.ndarray

    @classmethod
    def of(cls, problem: MatchProblem) -> Self:
        """Read the problem once."""
        givers, takers = [o.branch_id for o in problem.offers], [n.branch_id for n in problem.needs]
        names = sorted({*givers, *takers}, key=lambda each: (str(type(each)), each))
        branches = {name: i for i, name in enumerate(names)}
        return cls(
            branches,
            np.array([branches[name] for name in givers], dtype=np.int64),
            np.array([branches[name] for name in takers], dtype=np.int64),
            np.array([need.size for need in problem.needs], dtype=np.int64),
            *window_months(problem),
            free_by_month(problem, problem.offers),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Possible services as parallel arrays in order of (need, offer) position; a pinned pair has two entries.

    `gain` is the objective per visit × SCALE, `pinned` marks visits worth PIN more, `score` is the pair's
    total in [0, 1], `first` and `last` are the month indices of the need's window.
    """

    need: np.ndarray
    offer: np.ndarray
    capacity: np.ndarray
    gain: np.ndarray
    pinned: np.ndarray
    kept: np.ndarray
    score: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @property
    def cost(self) -> np.ndarray:
        """Return what a visit costs in the network, pins included."""
        return -self.gain - PIN * self.pinned if self.pinned.any() else -self.gain


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where what can change stands in the network, as arc numbers.

    `entry` are the capacity arcs, offer × month (−1: no edge is due so late), `service` those of the edges,
    `owed` those from needs to their branch.
    """

    network: Network
    entry: np.ndarray
    service: np.ndarray
    owed: np.ndarray


class _Arcs:
    """Arcs in growing blocks; `add` returns the numbers of a block. One value stands for a whole column."""

    def __init__(self) -> None:
        self.blocks: list[tuple[slice, tuple[np.ndarray | int, ...]]] = []
        self.count = 0

    def add(
        self,
        tail: np.ndarray | int,
        head: np.ndarray | int,
        capacity: np.ndarray | int,
        cost: np.ndarray | int = 0,
    ) -> np.ndarray:
        start = self.count
        self.count += np.broadcast(tail, head).size
        self.blocks.append((slice(start, self.count), (tail, head, capacity, cost)))
        return np.arange(start, self.count)

    def network(self, nodes: int) -> Network:
        """Return the arcs as one network."""
        tail, head, capacity, cost = (np.empty(self.count, dtype=np.int64) for _ in range(4))
        for place, block in self.blocks:
            for column, values in zip((tail, head, capacity, cost), block, strict=True):
                column[place] = values
        return Network(tail, head, capacity, cost, nodes)


def eligible(problem: MatchProblem, table: PairTable) -> np.ndarray:
    """Return the rows of the table that may be planned: above the floor and with a visit left."""
    return np.flatnonzero((table.fit >= problem.weights.floor) & table.open_)


def edges_of(problem: MatchProblem, table: PairTable, frame: Frame) -> Edges:
    """Return the possible services of a scored problem, pins among them whatever their score."""
    rows = eligible(problem, table)
    code, score = (
        table.need[rows].astype(np.int64) * len(problem.offers) + table.offer[rows],
        table.total[rows],
    )
    if not problem.pins:
        whole = frame.sizes[table.need[rows]]
        return _edges(problem, frame, code, score, whole, np.zeros(code.size, dtype=bool))
    pins = _positions(problem, problem.pins)
    fixed = np.array(sorted(pins), dtype=np.int64)
    extra = fixed[~among(fixed, code)]
    code, score = np.concatenate([code, extra]), np.concatenate([score, _scores(problem, table, extra)])
    capacity = frame.sizes[code // max(len(problem.offers), 1)]
    again = np.flatnonzero(among(code, fixed))
    held = np.minimum([pins[each] for each in code[again].tolist()], capacity[again])
    capacity[again] -= held
    code, score = np.concatenate([code, code[again]]), np.concatenate([score, score[again]])
    pinned = np.arange(code.size) >= capacity.size
    capacity = np.concatenate([capacity, held])
    order = np.lexsort((pinned, code))
    return _edges(problem, frame, code[order], score[order], capacity[order], pinned[order])


def _edges(
    problem: MatchProblem,
    frame: Frame,
    code: np.ndarray,
    score: np.ndarray,
    capacity: np.ndarray,
    pinned: np.ndarray,
) -> Edges:
    previous = sorted(_positions(problem, dict.fromkeys(problem.previous, 1)))
    kept = among(code, np.array(previous, dtype=np.int64))
    gain = np.round(score * SCALE).astype(np.int64) + round(problem.weights.keep_bonus * SCALE) * kept
    need, offer = np.divmod(code, max(len(problem.offers), 1))
    return Edges(need, offer, capacity, gain, pinned, kept, score, frame.first[need], frame.last[need])


def among(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return which values are in the sorted array `known`."""
    if not known.size:
        return np.zeros(values.size, dtype=bool)
    return known[np.minimum(np.searchsorted(known, values), known.size - 1)] == values


def _positions(problem: MatchProblem, pairs: Mapping[tuple[Id, Id], int]) -> dict[int, int]:
    """Return need position × offers + offer position → value, for the pairs that are in the problem."""
    if not pairs:
        return {}
    needs = {need.id: i for i, need in enumerate(problem.needs)}
    offers = {offer.id: j for j, offer in enumerate(problem.offers)}
    return {
        needs[need] * len(offers) + offers[offer]: value
        for (need, offer), value in pairs.items()
        if need in needs and offer in offers
    }


def _scores(problem: MatchProblem, table: PairTable, code: np.ndarray) -> np.ndarray:
    """Return the totals of pairs by code, 0 where the pair was never scored."""
    known = table.need.astype(np.int64) * len(problem.offers) + table.offer
    there, found = among(code, known), np.zeros(code.size)
    found[there] = table.total[np.searchsorted(known, code[there])]
    return found


def free_by_month(problem: MatchProblem, offers: Sequence[Offer]) -> np.ndarray:
    """Return the visits each offer has left per month: `terms.free_visits` as an array."""
    months, today = horizon(problem), problem.as_of.toordinal()
    index = np.arange(len(months))
    capacity = [UNBOUNDED if each.capacity_per_month is None else each.capacity_per_month for each in offers]
    free = np.repeat(np.array(capacity, dtype=np.int64)[:, None], len(months), axis=1)
    _subtract_used(problem, offers, free)
    opens = ordinals([each.valid_from for each in offers], today)
    closes = ordinals([each.valid_to for each in offers], horizon_end(problem).toordinal())
    until = np.where(closes < today, -1, month_indices(problem, closes))
    valid = (index >= month_indices(problem, opens)[:, None]) & (index <= until[:, None])
    return np.where(valid, np.maximum(free, 0), 0)


def _subtract_used(problem: MatchProblem, offers: Sequence[Offer], free: np.ndarray) -> None:
    if not problem.used:
        return
    column = {month: i for i, month in enumerate(horizon(problem))}
    row = {offer.id: j for j, offer in enumerate(offers)}
    spots = np.array(
        [
            [row.get(offer, -1) for offer, _ in problem.used],
            [column.get(month, -1) for _, month in problem.used],
            list(problem.used.values()),
        ],
        dtype=np.int64,
    )
    rows, columns, visits = spots[:, (spots[:2] >= 0).all(axis=0)]
    free[rows, columns] -= np.where(free[rows, columns] == UNBOUNDED, 0, visits)


def price_steps(prices: Sequence[tuple[int, float]], cap: np.ndarray) -> list[tuple[np.ndarray, int]]:
    """Cut caps into stretches of rising price: [(visits per branch in the stretch, price × SCALE), …].

    Raises:
        ValueError: thresholds or prices do not rise – a falling price is not convex and no flow finds it.
    """
    steps = [(0, 0.0), *prices]
    if any(a[0] > b[0] or a[1] > b[1] for a, b in pairwise(steps)):
        raise ValueError("公平价格须随次数递增：门槛和价格都不能下降")
    ends = [*(threshold for threshold, _ in steps[1:]), None]
    found = []
    for (start, price), end in zip(steps, ends, strict=True):
        top = cap if end is None else np.minimum(cap, end)
        found.append((np.maximum(top - start, 0), round(price * SCALE)))
    return found


def lay_out(problem: MatchProblem, frame: Frame, edges: Edges) -> Layout:
    """Write the circulation."""
    arcs, most = _Arcs(), max(int(frame.sizes.sum()), 1)
    count, needs = len(frame.branches), len(problem.needs)
    branch = 1 + np.arange(count)
    give, receive = branch + count, branch + 2 * count
    need = 1 + 3 * count + np.arange(needs)
    _branch_arcs(arcs, problem, frame.branches, (branch, give, receive), most)
    owed = arcs.add(need, receive[frame.taker], frame.sizes)
    by, supply, nodes = _offer_nodes(problem, edges, 1 + 3 * count + needs)
    entry = _offer_arcs(arcs, np.minimum(frame.free, most), (by, supply), give[frame.giver], most)
    tail, nodes = _gates(arcs, edges, by, supply, nodes)
    service = arcs.add(tail, need[edges.need], edges.capacity, edges.cost)
    network = arcs.network(nodes)
    return Layout(network, entry, service, owed)


def _branch_arcs(
    arcs: _Arcs,
    problem: MatchProblem,
    branches: dict[Id, int],
    nodes: tuple[np.ndarray, np.ndarray, np.ndarray],
    most: int,
) -> None:
    """Add caps, fairness prices and the bound of reciprocity."""
    branch, give, receive = nodes
    bound = most if problem.reciprocity is None else problem.reciprocity
    arcs.add(HUB, branch, bound)
    arcs.add(branch, HUB, bound)
    for limits, prices, tail, head in (
        (problem.give_caps, problem.give_prices, branch, give),
        (problem.receive_caps, problem.receive_prices, receive, branch),
    ):
        caps = np.array([limits.get(each, most) for each in branches], dtype=np.int64)
        for visits, price in price_steps(prices, caps):
            arcs.add(tail, head, visits, price)


def _offer_nodes(problem: MatchProblem, edges: Edges, base: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Number the (offer, month) nodes that edges use; return by, supply and the next free number."""
    months, offers = len(horizon(problem)), len(problem.offers)
    deepest = np.full(offers, -1)
    np.maximum.at(deepest, edges.offer, edges.last)
    there = np.arange(months) <= deepest[:, None]
    split = np.zeros(offers, dtype=bool)
    split[edges.offer[edges.first > 0]] = True
    by = np.where(there, base + np.cumsum(there).reshape(there.shape) - 1, -1)
    base += int(there.sum())
    double = there & split[:, None]
    supply = np.where(double, base + np.cumsum(double).reshape(there.shape) - 1, by)
    return by, supply, base + int(double.sum())


def _offer_arcs(
    arcs: _Arcs, free: np.ndarray, nodes: tuple[np.ndarray, np.ndarray], give: np.ndarray, most: int
) -> np.ndarray:
    """Add each month's capacity, usable for any later deadline: prefix windows need one chain, no grid."""
    by, supply = nodes
    entry = np.full(by.shape, -1)
    there, double = by >= 0, supply != by
    giver = np.broadcast_to(give[:, None], by.shape)
    entry[there] = arcs.add(giver[there], supply[there], free[there])
    arcs.add(supply[double], by[double], most)
    onward = there[:, 1:]
    arcs.add(by[:, :-1][onward], by[:, 1:][onward], most)
    return entry


def _gates(
    arcs: _Arcs, edges: Edges, by: np.ndarray, supply: np.ndarray, nodes: int
) -> tuple[np.ndarray, int]:
    """Return the tail node of every edge; windows that start late draw on their own months through a gate."""
    tail = by[edges.offer, edges.last]
    late = np.flatnonzero(edges.first > 0)
    if not late.size:
        return tail, nodes
    months = by.shape[1]
    window = (edges.offer[late] * months + edges.first[late]) * months + edges.last[late]
    windows, own = np.unique(window, return_inverse=True)
    tail[late] = nodes + own
    rest, last = np.divmod(windows, months)
    offer, first = np.divmod(rest, months)
    length = last - first + 1
    gate = np.repeat(np.arange(windows.size), length)
    step = np.arange(gate.size) - np.repeat(np.cumsum(length) - length, length)
    capacity = np.zeros(windows.size, dtype=np.int64)
    np.add.at(capacity, own, edges.capacity[late])
    arcs.add(supply[offer[gate], first[gate] + step], nodes + gate, capacity[gate])
    return tail, nodes + windows.size
