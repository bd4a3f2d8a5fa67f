"""The scheduler beside a clerk, bare prices and CP-SAT: share of the bound, broken rules, seconds."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from benchmarks.results import Options, Result, peak_memory
from benchmarks.schedules import city, tangle
from pairing.activities.scheduling import ScheduleProblem, conflicts, solve
from pairing.activities.scheduling.costs import series_targets
from pairing.activities.scheduling.methods import greedy
from pairing.activities.scheduling.placed import Placed
from pairing.activities.scheduling.prices import priced_bound
from pairing.activities.scheduling.program import Program, build

BENCH = "scheduling"
KINDS: dict[str, Callable[[int, int], ScheduleProblem]] = {"city": city, "tangle": tangle}
GOALS = {500: 0.99, 5_000: 0.98, 50_000: 0.98}
FAST_GOAL = 0.955
CPSAT_SECONDS = {500: 15.0, 5_000: 45.0}


def cases(options: Options) -> Iterator[Result]:
    """Both kinds of list at every size; CP-SAT on the hard kind; memory of the largest."""
    for size in (each for each in GOALS if each <= options.most):
        for kind in KINDS:
            yield from _size(kind, size, options.seed)
    if options.most >= max(GOALS):
        yield Result.figure(BENCH, "city 50000: peak MB", peak_memory(_solve_fast, options.seed))


def _size(kind: str, size: int, seed: int) -> Iterator[Result]:
    problem = KINDS[kind](size, seed)
    case = f"{kind} {size}"
    started = time.perf_counter()
    program = _program(problem)
    built = time.perf_counter() - started
    clerk = _total(program, program.value)
    bound, price = priced_bound(program, size, clerk)
    bare = _total(program, program.value - program.matrix.T @ price)
    yield Result.figure(BENCH, f"{case}: greedy / bound", clerk / bound, build_seconds=round(built, 2))
    yield Result.figure(BENCH, f"{case}: prices alone / bound", bare / bound)
    nobody = tuple(replace(visit, movers=frozenset()) for visit in problem.visits)
    packing = replace(problem, visits=nobody)  # the bound knows no ways, so the goals are for packing alone
    yield from _solved(f"{case}: fast path", packing, FAST_GOAL, fast=True)
    yield from _solved(f"{case}: full", packing, GOALS[size], fast=False)
    if size == min(GOALS):
        yield Result.figure(BENCH, f"{case}: full with ways / bound without", solve(problem).ratio)
    if kind == "tangle" and size in CPSAT_SECONDS:
        with multiprocessing.get_context("spawn").Pool(1) as pool:  # apart: two solver libraries do not mix
            value = pool.apply(_cpsat, (size, seed))
        detail = {"seconds": CPSAT_SECONDS[size]}
        yield Result.figure(BENCH, f"{case}: CP-SAT / bound", value / bound, **detail)


def _solved(case: str, problem: ScheduleProblem, goal: float, *, fast: bool) -> Iterator[Result]:
    started, cpu = time.perf_counter(), time.process_time()
    schedule = solve(problem, fast=fast)
    seconds = {
        "seconds": round(time.perf_counter() - started, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
    }
    yield Result.at_least(
        BENCH, f"{case} / bound", schedule.ratio, goal, placed=len(schedule.placements), **seconds
    )
    broken = len(conflicts(problem, schedule.placements))
    yield Result.at_most(BENCH, f"{case}: broken rules", broken, 0)


def _program(problem: ScheduleProblem) -> Program:
    visits = sorted(problem.visits, key=lambda visit: (visit.deadline, visit.release, str(visit.id)))
    return build(problem, Placed(problem), visits, series_targets(problem))


def _total(program: Program, guide: np.ndarray) -> float:
    return float(program.value[greedy(program, guide)].sum())


def _cpsat(size: int, seed: int) -> float:
    from benchmarks.cpsat import cpsat_value  # here, in a process of its own

    return cpsat_value(_program(tangle(size, seed)), CPSAT_SECONDS[size])


def _solve_fast(seed: int) -> None:
    solve(city(50_000, seed), fast=True)
