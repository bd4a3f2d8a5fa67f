"""Better a large schedule piece by piece: solve the surroundings of one unplaced visit after the other."""

import numpy as np
from scipy import sparse

from pairing.activities.scheduling.methods import dive, relaxed
from pairing.activities.scheduling.program import Program, part, remaining
from pairing.activities.scheduling.repair import repaired

BLOCK = 400  # visits solved together: the LP of a block of 800 in one tangle takes a hundred times as long
MOST_PASSES = 6
WORTH_GOING_ON = 3e-4  # share a pass must add for another one
_GROWTH = 2  # steps from the seed along shared rows; two already reach most of a county


def improved(whole: Program, visits: int, columns: np.ndarray) -> np.ndarray:
    """Return columns worth at least as much. O(passes × blocks × non-zeros), a block's LP in milliseconds.

    A block is an unplaced visit and those that share most half-days and caps with it and with each other; the
    rest of the schedule stands still. Each unplaced visit is in at least one block of a pass.
    """
    shares = _Shares(whole, visits)
    for number in range(MOST_PASSES):
        before = whole.value[columns].sum()
        waiting = np.setdiff1d(np.arange(visits), whole.visit[columns])
        covered = np.zeros(visits, dtype=bool)
        for seed in waiting[:: -1 if number % 2 else 1].tolist():  # blocks differ from pass to pass
            if not covered[seed]:
                block = shares.around(seed)
                covered[block] = True
                columns = _better(whole, columns, block, shares.first)
        columns = repaired(whole, columns)
        if whole.value[columns].sum() < before * (1 + WORTH_GOING_ON):
            break
    return columns


class _Shares:
    """Which visits could be in each other's way: those with columns in the same rows."""

    def __init__(self, whole: Program, visits: int) -> None:
        self.first = np.searchsorted(whole.visit, np.arange(visits + 1))
        columns = np.arange(whole.visit.size)
        owner = sparse.csr_array(
            (np.ones(columns.size), (whole.visit, columns)), shape=(visits, columns.size)
        )
        self.rows = (owner @ whole.matrix.T.tocsr()[:, visits:]).tocsr()
        self.visits_of_row = self.rows.T.tocsr()

    def around(self, seed: int) -> np.ndarray:
        """Return at most BLOCK visits, the seed among them, in order."""
        members = np.array([seed])
        for _ in range(_GROWTH):
            inside = np.zeros(self.rows.shape[0])
            inside[members] = 1.0
            score = self.rows @ (self.visits_of_row @ inside)
            score[seed] = np.inf
            best = np.argsort(-score, kind="stable")[:BLOCK]
            members = best[score[best] > 0]
        return np.sort(members)


def _better(whole: Program, columns: np.ndarray, block: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Place the visits of a block anew around all others; keep what is worth more."""
    inside = np.isin(whole.visit[columns], block)
    limit = remaining(whole, columns[~inside])
    own = np.concatenate([np.arange(first[visit], first[visit + 1]) for visit in block.tolist()])
    own = own[(whole.matrix[:, own].T @ (limit < 1).astype(float)) == 0]
    inner = part(whole, own, limit)
    again = own[dive(inner, relaxed(inner)[0])]
    if whole.value[again].sum() <= whole.value[columns[inside]].sum():
        return columns
    return np.sort(np.concatenate([columns[~inside], again]))
