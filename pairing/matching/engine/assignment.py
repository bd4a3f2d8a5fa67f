"""The whole-list plan: one minimum-cost circulation, its certificate, and what was left unserved."""

import time
from collections import defaultdict
from functools import partial

import numpy as np

from pairing.matching.engine.circulation import Layout, lay_out
from pairing.matching.engine.edges import PIN, SCALE, Edges, among, edges_of
from pairing.matching.engine.frame import Frame
from pairing.matching.engine.network import dual_bound, node_prices, solve_circulation
from pairing.matching.engine.periods import horizon
from pairing.matching.engine.plan import Assignment, Plan
from pairing.matching.engine.problem import Id, MatchProblem
from pairing.matching.engine.scoring import PairTable, score_pairs
from pairing.matching.engine.unserved import unserved_reasons

_assignment = partial(tuple.__new__, Assignment)  # of all fields in order; half a million are made at once


def solve(problem: MatchProblem) -> Plan:
    """Return the best plan for all needs at once, with its bound and the reasons for what stays open.

    Exact: the constraint matrix is a network, so the LP has an integral optimum and the flow finds it.
    Complexity: O(pairs) arcs; the flow is cost scaling, about n·m·log(n·C) and near linear in practice.
    """
    return solve_table(problem, score_pairs(problem))[0]


def solve_table(problem: MatchProblem, table: PairTable) -> tuple[Plan, PairTable]:
    """Solve a scored problem; the table is returned for explanations."""
    started = time.perf_counter()
    frame = Frame.of(problem)
    edges = edges_of(problem, table, frame)
    layout = lay_out(problem, frame, edges)
    built = time.perf_counter()
    flow = solve_circulation(layout.network)
    timings = {"build": built - started, "flow": time.perf_counter() - built}
    return plan_of(problem, table, (frame, edges, layout), flow, timings), table


def plan_of(
    problem: MatchProblem,
    table: PairTable,
    model: tuple[Frame, Edges, Layout],
    flow: np.ndarray,
    timings: dict[str, float],
) -> Plan:
    """Prove a flow, read the assignments out of it, and give the reasons for what stays open."""
    frame, edges, layout = model
    network, visits = layout.network, flow[layout.service]
    started = time.perf_counter()
    pinned = PIN * int(visits[edges.pinned].sum())
    bound = (-dual_bound(network, node_prices(network, flow)) - pinned) / SCALE
    objective = (-int(network.cost @ flow) - pinned) / SCALE
    proven = time.perf_counter()
    assignments = decode(problem, frame, edges, visits)
    is_all_served = int(visits.sum()) == int(frame.sizes.sum())
    unserved = () if is_all_served else unserved_reasons(problem, table, frame, edges, visits)
    timings = timings | {"proof": proven - started, "explain": time.perf_counter() - proven}
    ratio = objective / bound if bound > 0 else 1.0
    broken = _broken(problem, edges, visits)
    return Plan(assignments, objective, bound, ratio, unserved, timings, broken)


def _broken(problem: MatchProblem, edges: Edges, visits: np.ndarray) -> tuple[tuple[Id, Id], ...]:
    short = np.flatnonzero(edges.pinned & (visits < edges.capacity))
    return tuple((problem.needs[edges.need[i]].id, problem.offers[edges.offer[i]].id) for i in short.tolist())


def decode(problem: MatchProblem, frame: Frame, edges: Edges, visits: np.ndarray) -> tuple[Assignment, ...]:
    """Turn visits per edge into assignments per month, in order of need, offer, month.

    An offer's visits fill its months from the first on, earliest deadline first – exact for unit visits.
    """
    used = np.flatnonzero(visits)
    if not used.size:
        return ()
    late = among(edges.offer[used], np.unique(edges.offer[used[edges.first[used] > 0]]))
    both = _by_rank(frame, edges, used[~late], visits), _by_turn(frame, edges, used[late], visits)
    edge, month = (np.concatenate(part) for part in zip(*both, strict=True))
    rank, months = _pair_rank(edges), horizon(problem)
    codes, counts = np.unique(rank[edge] * len(months) + month, return_counts=True)
    pair, month = np.divmod(codes, len(months))
    edge = np.searchsorted(rank, pair)
    needs, offers = [each.id for each in problem.needs], [each.id for each in problem.offers]
    columns = (
        map(needs.__getitem__, edges.need[edge].tolist()),
        map(offers.__getitem__, edges.offer[edge].tolist()),
        map(months.__getitem__, month.tolist()),
        counts.tolist(),
        edges.score[edge].tolist(),
        edges.kept[edge].tolist(),
        among(pair, rank[edges.pinned & (visits > 0)]).tolist(),
    )
    return tuple(map(_assignment, zip(*columns, strict=True)))


def _pair_rank(edges: Edges) -> np.ndarray:
    """Number the pairs; the two entries of a pinned pair share one number."""
    new = np.ones(edges.need.size, dtype=np.int64)
    new[1:] = (edges.need[1:] != edges.need[:-1]) | (edges.offer[1:] != edges.offer[:-1])
    return np.cumsum(new) - 1


def _by_rank(
    frame: Frame, edges: Edges, used: np.ndarray, visits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (edge, month) per visit where all windows start now: visit k takes free place k."""
    order = used[np.lexsort((edges.need[used], edges.last[used], edges.offer[used]))]
    edge = np.repeat(order, visits[order])
    if not edge.size:
        return edge, edge
    offer = edges.offer[edge]
    rank = np.arange(edge.size) - np.searchsorted(offer, offer)
    filled = np.cumsum(frame.free, axis=1)
    return edge, (filled[offer] <= rank[:, None]).sum(axis=1)


def _by_turn(
    frame: Frame, edges: Edges, used: np.ndarray, visits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (edge, month) per visit of offers with a window that starts later, month by month."""
    by_offer: dict[int, list[int]] = defaultdict(list)
    for edge in used[np.lexsort((edges.need[used], edges.last[used], edges.offer[used]))].tolist():
        by_offer[edges.offer[edge]].append(edge)
    found: list[tuple[int, int]] = []
    for offer, own in by_offer.items():
        found.extend(_turns(edges, own, visits[own].tolist(), frame.free[offer].tolist()))
    both = np.array(found, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _turns(edges: Edges, own: list[int], wanted: list[int], free: list[int]) -> list[tuple[int, int]]:
    """Spread one offer's visits over its months; `own` is in order of deadline."""
    spread = []
    for month, room in enumerate(free):
        for i, edge in enumerate(own):
            take = min(wanted[i], room) if edges.first[edge] <= month <= edges.last[edge] else 0
            spread.extend([(edge, month)] * take)
            wanted[i] -= take
            room -= take
    return spread
