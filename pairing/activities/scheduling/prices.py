"""Lagrangian prices on half-days and caps: a bound for any size, found with numpy alone."""

import numpy as np

from pairing.activities.scheduling.program import Program

ROUNDS = 200
_PATIENCE = 10  # rounds without a better bound after which steps are halved


def priced_bound(program: Program, visits: int, reached: float) -> tuple[float, np.ndarray]:
    """Return the best bound found and the price of every row at it (0 for the rows of visits).

    For prices p ≥ 0 on the shared rows, Σ p·limit + Σ_visits max(0, best value − price of its slot) bounds
    every schedule. Polyak steps raise the price of what is wanted too often. O(rounds × non-zeros).

    Args:
        visits: how many leading rows are "one slot per visit"; the rest are shared and get prices.
        reached: the objective of some schedule, which sets the length of the steps.
    """
    if not program.value.size:
        return 0.0, np.zeros(program.limit.size)
    shared, limit = program.matrix[visits:].tocsr(), program.limit[visits:]
    across = shared.T.tocsr()
    starts = np.flatnonzero(np.r_[True, np.diff(program.visit) > 0])
    price = np.zeros(limit.size)
    best, best_price, stale, scale = np.inf, price, 0, 1.0
    for _ in range(ROUNDS):
        reduced = program.value - across @ price
        top = np.maximum.reduceat(reduced, starts)
        bound = float(price @ limit + np.maximum(top, 0.0).sum())
        stale = 0 if bound < best - 1e-9 else stale + 1
        if bound < best:
            best, best_price = bound, price
        if stale >= _PATIENCE:
            price, stale, scale = best_price, 0, scale / 2
            continue
        chosen = np.zeros(reduced.size)
        chosen[_wanted(reduced, top, starts)] = 1.0
        slack = limit - shared @ chosen
        slack[(price <= 0) & (slack > 0)] = 0.0  # a free price cannot fall further
        norm = float((slack**2).sum())
        if norm == 0:
            break
        price = np.maximum(price - scale * max(bound - reached, 1e-6) / norm * slack, 0.0)
    return best, np.r_[np.zeros(visits), best_price]


def _wanted(reduced: np.ndarray, top: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return, per visit, its first column of the best positive reduced value."""
    owner = np.repeat(np.arange(starts.size), np.diff(np.r_[starts, reduced.size]))
    hits = np.flatnonzero(reduced >= top[owner])
    _, first = np.unique(owner[hits], return_index=True)
    chosen = hits[first]
    return chosen[reduced[chosen] > 0]
