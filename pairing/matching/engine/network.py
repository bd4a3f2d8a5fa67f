"""Minimum-cost circulations on arc arrays: solve exactly with OR-Tools, and prove it with node prices."""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow

_ROUNDS = 1_000
_JUMPS = 6  # paths have up to some hundred arcs; what is longer takes another round


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
    """Return shortest-path prices in the residual network, by policy iteration in numpy.

    They exist exactly when no residual cycle is negative, i.e. when the flow is optimal. If rounds run out
    the last prices are returned: `dual_bound` is valid for any prices, only less tight. Every node keeps the
    last arc of its cheapest path so far. A round finds the nodes that an arc makes cheaper and then prices
    every node along its whole path: what falls at one end is known at the other at once, where Bellman–Ford
    takes a round for each arc of the way.
    """
    tail, head, cost = _residual_arcs(network, flow)
    price, step = np.zeros(network.nodes, dtype=np.int64), np.zeros(network.nodes, dtype=np.int64)
    parent, offered, known = np.arange(network.nodes), np.empty_like(cost), np.empty_like(cost)
    for _ in range(_ROUNDS):
        price.take(tail, out=offered, mode="clip")  # clip, since a checked take makes a copy
        price.take(head, out=known, mode="clip")
        offered += cost
        better = np.flatnonzero(offered < known)
        if not better.size:
            break
        reached, least = head[better], offered[better]
        np.minimum.at(price, reached, least)
        best = better[least == price[reached]]
        parent[head[best]], step[head[best]] = tail[best], cost[best]
        price = _along(parent, step, price)
    return price


def _residual_arcs(network: Network, flow: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return tails, heads and costs of the arcs that can take a visit more, or give one back."""
    forward, backward = np.flatnonzero(flow < network.capacity), np.flatnonzero(flow > 0)
    return (
        np.concatenate([network.tail[forward], network.head[backward]]),
        np.concatenate([network.head[forward], network.tail[backward]]),
        np.concatenate([network.cost[forward], -network.cost[backward]]),
    )


def _along(parent: np.ndarray, step: np.ndarray, price: np.ndarray) -> np.ndarray:
    """Return the price of every node by way of its ancestor 2**_JUMPS steps up the paths."""
    for _ in range(_JUMPS):
        step = step + step.take(parent)
        parent = parent.take(parent)
    return step + price.take(parent)


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
