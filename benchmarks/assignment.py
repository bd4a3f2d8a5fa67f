"""The whole-list plan: how good it is, and what it costs above the bare flow on the same arcs."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator

import numpy as np

from benchmarks.counties import Contended, contended
from benchmarks.greedy import greedy_total
from benchmarks.results import Options, Result, peak_memory, race
from pairing.matching.engine.assignment import solve_table
from pairing.matching.engine.circulation import lay_out
from pairing.matching.engine.edges import edges_of
from pairing.matching.engine.frame import Frame
from pairing.matching.engine.network import Network, dual_bound, node_prices, solve_circulation
from pairing.matching.engine.plan import Plan

BENCH = "assignment"
SIZES = (1_000, 5_000, 50_000)
LARGE = (500_000,)
CHOICES = (20, 10)
ROUNDS = {1_000: 41, 5_000: 11, 50_000: 3}
EXACT = 1 - 1e-9


def cases(options: Options) -> Iterator[Result]:
    """Objective against bound and greedy, processor time against raw SimpleMinCostFlow, memory."""
    for size in (*SIZES, *(LARGE if options.large else ())):
        for choices in CHOICES:
            yield from _size(options, size, choices)
        yield Result.figure(BENCH, f"{size} peak MB", peak_memory(_solve_once, options.seed, size))


def _size(options: Options, size: int, choices: int) -> Iterator[Result]:
    case = f"{size}, K={choices}"
    made = contended(options.seed, size, choices)
    plan, _ = solve_table(made.problem, made.table)
    yield Result.at_least(BENCH, f"{case}: objective / bound", plan.ratio, EXACT, objective=plan.objective)
    yield Result.at_least(BENCH, f"{case}: objective / hidden plan", plan.objective / made.planted, EXACT)
    if size <= max(SIZES):
        ratio = plan.objective / greedy_total(made.problem, made.table)
        yield Result.at_least(BENCH, f"{case}: ours / greedy", ratio, 1.03 if choices == 20 else 1.05)
    yield _work(case, made, ROUNDS.get(size, 1))


def _work(case: str, made: Contended, times: int) -> Result:
    """At 500,000 demands a solution takes minutes: what the clock saw last is used for the rest."""
    network, flows, plans = network_of(made), deque[np.ndarray](maxlen=1), deque[Plan](maxlen=1)
    raw, whole, proof = race(
        lambda: flows.append(solve_circulation(network)),
        lambda: plans.append(solve_table(made.problem, made.table)[0]),
        lambda: dual_bound(network, node_prices(network, flows[0])),
        times=times,
        clock=time.process_time,
    )
    detail = {"seconds": round(whole, 4), "raw_seconds": round(raw, 4), "arcs": int(network.tail.size)}
    detail["without_proof"] = round((whole - proof) / raw, 4)
    detail |= {f"{name}_wall": round(value, 4) for name, value in plans[0].timings.items()}
    return Result.at_most(BENCH, f"{case}: whole plan / raw flow", whole / raw, 1.5, **detail)


def network_of(made: Contended) -> Network:
    """Return the arcs that the plan of a county is solved on."""
    frame = Frame.of(made.problem)
    return lay_out(made.problem, frame, edges_of(made.problem, made.table, frame)).network


def _solve_once(seed: int, size: int) -> None:
    made = contended(seed, size, CHOICES[0])
    solve_table(made.problem, made.table)
