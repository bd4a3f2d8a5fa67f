"""The arrays of a problem: who gives and who takes, how much and when, and what is left free per month."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pairing.matching.engine.periods import horizon, horizon_end, month_indices, ordinals, window_months
from pairing.matching.engine.problem import Id, MatchProblem, Offer

UNBOUNDED = 1 << 40  # visits: no limit, in a network that still grows


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
