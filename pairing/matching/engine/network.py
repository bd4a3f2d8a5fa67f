"""Minimum-cost circulations on arc arrays: solve exactly with OR-Tools, and prove it with node prices."""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

_ROUNDS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Arcs as parallel int64 arrays; lower bounds are zero, costs may be negative, all supplies are zero."""

    tail: np.ndarray
    head: np.ndarray
    capacity: np.ndarray
    cost: np.ndarray
    nodes: int


class FlowError(RuntimeError):
    """The flow solver gave up – never expected, since the zero circulation is always feasible."""


def solve_circulation(network: Network) -> np.ndarray:
    """Return an optimal integral flow per arc.

    Raises:
        FlowError: the solver did not reach an optimum (a bug, or costs out of range).
    """
    if not network.tail.size:
        return np.zeros(0, dtype=np.int64)
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(
        network.tail, network.head, network.capacity, network.cost
    )
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise FlowError(f"min-cost flow ended with status {status}")
    return np.asarray(solver.flows(arcs), dtype=np.int64)


def node_prices(network: Network, flow: np.ndarray) -> np.ndarray:
    """Return shortest-path prices in the residual network (Bellman–Ford, numpy over the arcs of a round).

    They exist exactly when no residual cycle is negative, i.e. when the flow is optimal. If rounds run out
    the last prices are returned: `dual_bound` is valid for any prices, only less tight. Each round looks only
    at arcs that leave a node whose price just fell.
    """
    forward, backward = np.flatnonzero(flow < network.capacity), np.flatnonzero(flow > 0)
    tail = np.concatenate([network.tail[forward], network.head[backward]])
    head = np.concatenate([network.head[forward], network.tail[backward]])
    cost = np.concatenate([network.cost[forward], -network.cost[backward]])
    order = np.argsort(tail.astype(np.min_scalar_type(network.nodes)), kind="stable")  # short numbers: radix
    tail, head, cost = tail[order], head[order], cost[order]
    starts = np.searchsorted(tail, np.arange(network.nodes + 1))
    price, fallen = np.zeros(network.nodes, dtype=np.int64), np.zeros(network.nodes, dtype=bool)
    arcs: np.ndarray | slice = slice(None)
    for _ in range(min(network.nodes + 1, _ROUNDS)):
        ends = head[arcs]
        offered = price[tail[arcs]] + cost[arcs]
        better = np.flatnonzero(offered < price[ends])
        if not better.size:
            break
        reached = ends[better]
        np.minimum.at(price, reached, offered[better])
        fallen[reached] = True
        nodes = np.flatnonzero(fallen)
        fallen[nodes] = False
        arcs = spans(starts[nodes], starts[nodes + 1])
    return price


def spans(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the numbers of all half-open ranges [start, end), one range after the other."""
    length = end - start
    shift = np.repeat(start - np.cumsum(length) + length, length)
    return np.arange(shift.size) + shift


def dual_bound(network: Network, price: np.ndarray) -> int:
    """Return a lower bound of the LP's optimum at these prices: Σ capacity · min(0, reduced cost).

    Weak duality makes it a bound whatever the prices are, so one equal to the flow's cost proves the flow.
    """
    reduced = network.cost + price[network.tail] - price[network.head]
    return int((network.capacity * np.minimum(reduced, 0)).sum())
