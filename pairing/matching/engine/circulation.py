"""A matching problem written as a circulation: nodes and arcs as arrays, without a Python loop over pairs.

hub ⇄ branch → giving → supply (offer, month) → by (offer, month) → … → need → receiving → branch
     ±R     give cap     capacity                                  −score, 1     receive cap
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pairing.matching.engine.edges import SCALE, Edges
from pairing.matching.engine.frame import Frame
from pairing.matching.engine.network import Network
from pairing.matching.engine.periods import horizon
from pairing.matching.engine.problem import Id, MatchProblem

HUB = 0


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
