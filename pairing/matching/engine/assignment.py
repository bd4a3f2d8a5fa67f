"""The whole-list plan: one minimum-cost circulation, its certificate, and what was left unserved.

    hub ⇄ branch → giving → (offer, month) → … → (offer, deadline month) → need → receiving → branch
         ±R     give cap     capacity               −score, 1                    receive cap

A visit given leaves its branch, a visit received arrives there; the hub arcs carry |given − received| ≤ R.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np

from pairing.matching.engine.network import Network, dual_bound, node_prices, solve_circulation
from pairing.matching.engine.periods import first_of_month, months_between, need_window
from pairing.matching.engine.plan import Assignment, Plan
from pairing.matching.engine.problem import MatchProblem, Offer
from pairing.matching.engine.scoring import PairTable, ranked, score_pairs
from pairing.matching.engine.terms import free_visits
from pairing.matching.engine.unserved import unserved_reasons

SCALE = 1_000_000  # scores become integers: six digits, so ties by rounding are below 1e-6


class _Arcs:
    """Collect arcs by named node; nodes are numbered in order of first use, so the build is deterministic."""

    def __init__(self) -> None:
        self.nodes: dict[tuple, int] = {}
        self.rows: list[tuple[int, int, int, int]] = []

    def add(self, tail: tuple, head: tuple, capacity: int, cost: int = 0) -> int:
        """Add an arc and return its number."""
        ends = [self.nodes.setdefault(name, len(self.nodes)) for name in (tail, head)]
        self.rows.append((ends[0], ends[1], capacity, cost))
        return len(self.rows) - 1

    def network(self) -> Network:
        """Return the arcs as arrays."""
        rows = np.array(self.rows, dtype=np.int64).reshape(-1, 4)
        tail, head, capacity, cost = (np.ascontiguousarray(column) for column in rows.T)
        return Network(tail, head, capacity, cost, len(self.nodes))


@dataclass(frozen=True, slots=True)
class Edge:
    """A possible service: need and offer by position, months in which it can start, objective per visit."""

    need: int
    offer: int
    first: date
    last: date
    value: int
    row: int


def solve_table(problem: MatchProblem, table: PairTable) -> tuple[Plan, PairTable]:
    """Solve a scored problem; the table is returned for explanations."""
    started = time.perf_counter()
    edges = _edges(problem, table)
    arcs, arc_of = _build(problem, edges)
    network = arcs.network()
    built = time.perf_counter()
    flow = solve_circulation(network)
    solved = time.perf_counter()
    bound = -dual_bound(network, node_prices(network, flow)) / SCALE
    objective = -int((network.cost * flow).sum()) / SCALE
    proven = time.perf_counter()
    assignments = _decode(problem, table, edges, [int(flow[number]) for number in arc_of])
    plan = Plan(assignments, objective, bound, objective / bound if bound > 0 else 1.0, ())
    unserved = unserved_reasons(problem, table, plan)
    timings = {
        "build": built - started,
        "flow": solved - built,
        "proof": proven - solved,
        "explain": time.perf_counter() - proven,
    }
    return Plan(assignments, objective, bound, plan.ratio, unserved, timings), table


def solve(problem: MatchProblem) -> Plan:
    """Return the best plan for all needs at once, with its bound and the reasons for what stays open.

    Exact: the constraint matrix is a network, so the LP has an integral optimum and the flow finds it.
    Complexity: O(pairs) arcs; the flow is cost scaling, about n·m·log(n·C) and near linear in practice.
    """
    return solve_table(problem, score_pairs(problem))[0]


def _edges(problem: MatchProblem, table: PairTable) -> list[Edge]:
    windows = [need_window(problem, need) for need in problem.needs]
    months = [(first_of_month(start), first_of_month(end)) for start, end in windows]
    bonus = round(problem.weights.keep_bonus * SCALE)
    values = np.round(table.total * SCALE).astype(np.int64).tolist()
    needs, offers = table.need.tolist(), table.offer.tolist()
    edges = []
    for row in sorted(row for found in ranked(problem, table).values() for row in found):
        need, offer = needs[row], offers[row]
        kept = (problem.needs[need].id, problem.offers[offer].id) in problem.previous
        first, last = months[need]
        edges.append(Edge(need, offer, first, last, values[row] + (bonus if kept else 0), row))
    return edges


def _build(problem: MatchProblem, edges: list[Edge]) -> tuple[_Arcs, list[int]]:
    """Build the circulation; return the arcs and, per edge, the number of its need arc."""
    arcs, most = _Arcs(), sum(need.size for need in problem.needs)
    branches = sorted(
        {offer.branch_id for offer in problem.offers} | {need.branch_id for need in problem.needs}
    )
    bound = most if problem.reciprocity is None else problem.reciprocity
    for branch in branches:
        arcs.add(("hub",), ("branch", branch), bound)
        arcs.add(("branch", branch), ("hub",), bound)
        arcs.add(("branch", branch), ("give", branch), problem.give_caps.get(branch, most))
        arcs.add(("receive", branch), ("branch", branch), problem.receive_caps.get(branch, most))
    by_offer: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        by_offer[edge.offer].append(edge)
    for offer, own in sorted(by_offer.items()):
        _offer_months(arcs, problem, offer, max(edge.last for edge in own), most)
    for index in sorted({edge.need for edge in edges}):
        need = problem.needs[index]
        arcs.add(("need", index), ("receive", need.branch_id), need.size)
    return arcs, [_service(arcs, problem, edge) for edge in edges]


def _offer_months(arcs: _Arcs, problem: MatchProblem, index: int, last: date, most: int) -> None:
    """Add each month's capacity, usable for any later deadline: prefix windows need one chain, no grid."""
    offer = problem.offers[index]
    months = months_between(first_of_month(problem.as_of), last)
    for i, month in enumerate(months):
        left = free_visits(problem, offer, month)
        arcs.add(("give", offer.branch_id), ("supply", index, month), most if left is None else left)
        arcs.add(("supply", index, month), ("by", index, month), most)
        if i:
            arcs.add(("by", index, months[i - 1]), ("by", index, month), most)


def _service(arcs: _Arcs, problem: MatchProblem, edge: Edge) -> int:
    """Add the arc that earns the score; a need that starts later draws only on the months of its window."""
    size = problem.needs[edge.need].size
    if edge.first == first_of_month(problem.as_of):
        return arcs.add(("by", edge.offer, edge.last), ("need", edge.need), size, -edge.value)
    gate = ("late", edge.need, edge.offer)
    for month in months_between(edge.first, edge.last):
        arcs.add(("supply", edge.offer, month), gate, size)
    return arcs.add(gate, ("need", edge.need), size, -edge.value)


def _decode(
    problem: MatchProblem, table: PairTable, edges: list[Edge], flow: list[int]
) -> tuple[Assignment, ...]:
    served: dict[int, list[tuple[Edge, int]]] = defaultdict(list)
    for edge, visits in zip(edges, flow, strict=True):
        if visits:
            served[edge.offer].append((edge, visits))
    found: list[Assignment] = []
    for offer, own in served.items():
        for edge, month, visits in _months(problem, problem.offers[offer], own):
            need_id, offer_id = problem.needs[edge.need].id, problem.offers[offer].id
            kept = (need_id, offer_id) in problem.previous
            found.append(Assignment(need_id, offer_id, month, visits, float(table.total[edge.row]), kept))
    return tuple(sorted(found, key=lambda each: (each.need_id, each.offer_id, each.month)))


def _months(problem: MatchProblem, offer: Offer, own: list[tuple[Edge, int]]) -> list[tuple[Edge, date, int]]:
    """Spread an offer's visits over the months, earliest deadline first – exact for unit visits."""
    left = dict(own)
    spread = []
    for month in months_between(first_of_month(problem.as_of), max(edge.last for edge in left)):
        free = free_visits(problem, offer, month)
        for edge in sorted(left, key=lambda each: (each.last, each.need)):
            ready = edge.first <= month <= edge.last
            take = min(left[edge], left[edge] if free is None else free) if ready else 0
            if take:
                spread.append((edge, month, take))
                left[edge] -= take
                free = None if free is None else free - take
    return spread
