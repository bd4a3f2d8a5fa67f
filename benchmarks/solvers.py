"""The same plan asked of others, side by side: a clerk, scipy's HiGHS on the linear programme, and CP-SAT."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from ortools.sat.python import cp_model
from scipy import sparse
from scipy.optimize import linprog

from benchmarks.assignment import network_of
from benchmarks.counties import contended
from benchmarks.greedy import greedy_total
from benchmarks.results import Options, Result
from pairing.matching.engine.assignment import solve_table
from pairing.matching.engine.edges import SCALE
from pairing.matching.engine.network import Network

BENCH = "solvers"
CHOICES = 20
SIZES = (1_000, 5_000)
CPSAT_SECONDS = 20.0


def cases(options: Options) -> Iterator[Result]:
    """Objective as a share of ours and seconds, on the very arcs of our plan."""
    for size in SIZES:
        made = contended(options.seed, size, CHOICES)
        started = time.perf_counter()
        plan, _ = solve_table(made.problem, made.table)
        ours = time.perf_counter() - started
        yield Result.at_least(BENCH, f"{size}: ours / bound", plan.ratio, 1 - 1e-9, seconds=round(ours, 3))
        network = network_of(made)
        for name, solve in (("HiGHS", _highs), ("CP-SAT", _cpsat)):
            started = time.perf_counter()
            value = solve(network) / plan.objective
            spent = time.perf_counter() - started
            detail = {"seconds": round(spent, 3), "times_ours": round(spent / ours, 1)}
            yield Result.figure(BENCH, f"{size}: {name} / ours", value, **detail)
        started = time.perf_counter()
        value = greedy_total(made.problem, made.table) / plan.objective
        detail = {"seconds": round(time.perf_counter() - started, 3)}
        yield Result.figure(BENCH, f"{size}: greedy / ours", value, **detail)


def _highs(network: Network) -> float:
    """Solve the circulation as a linear programme: flow in equals flow out at every node."""
    arcs = np.arange(network.tail.size)
    ones = np.ones(arcs.size)
    balance = sparse.csr_matrix((ones, (network.head, arcs)), shape=(network.nodes, arcs.size))
    balance = balance - sparse.csr_matrix((ones, (network.tail, arcs)), shape=balance.shape)
    limits = np.column_stack([np.zeros(arcs.size), network.capacity])
    answer = linprog(
        network.cost / SCALE, A_eq=balance, b_eq=np.zeros(network.nodes), bounds=limits, method="highs"
    )
    return -float(answer.fun)


def _cpsat(network: Network) -> float:
    """Solve the same flow in whole numbers; the best found within the time, 0 when there is none."""
    model = cp_model.CpModel()
    flow = [model.new_int_var(0, most, "") for most in network.capacity.tolist()]
    inside: list[list[cp_model.IntVar]] = [[] for _ in range(network.nodes)]
    outside: list[list[cp_model.IntVar]] = [[] for _ in range(network.nodes)]
    for arc, (tail, head) in enumerate(zip(network.tail.tolist(), network.head.tolist(), strict=True)):
        outside[tail].append(flow[arc])
        inside[head].append(flow[arc])
    for come, go in zip(inside, outside, strict=True):
        model.add(sum(come) == sum(go))
    model.minimize(cp_model.LinearExpr.weighted_sum(flow, network.cost.tolist()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = CPSAT_SECONDS
    solver.parameters.num_workers = 1
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return 0.0
    return -solver.objective_value / SCALE
