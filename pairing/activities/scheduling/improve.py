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
    shares, plan = _Shares(whole, visits), _Plan(whole, visits, columns)
    for number in range(MOST_PASSES):
        before = whole.value[plan.columns].sum()
        waiting = np.flatnonzero(plan.at < 0)
        covered = np.zeros(visits, dtype=bool)
        for seed in waiting[:: -1 if number % 2 else 1].tolist():  # blocks differ from pass to pass
            if not covered[seed]:
                block = shares.around(seed)
                covered[block] = True
                plan.solve_again(block)
        plan = _Plan(whole, visits, repaired(whole, plan.columns))
        if whole.value[plan.columns].sum() < before * (1 + WORTH_GOING_ON):
            break
    return plan.columns


class _Shares:
    """Which visits could be in each other's way: those with columns in the same rows."""

    def __init__(self, whole: Program, visits: int) -> None:
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
            rows, times = np.unique(self.rows[members].indices, return_counts=True)
            near = self.visits_of_row[rows]
            weight = np.repeat(times, np.diff(near.indptr)) * near.data
            score = np.bincount(near.indices, weight, minlength=self.rows.shape[0]).astype(float)
            score[seed] = np.inf
            found = np.flatnonzero(score)
            members = found[np.argsort(-score[found], kind="stable")[:BLOCK]]
        return np.sort(members)


class _Plan:
    """The column that each visit has (−1: none), and what is left of every limit."""

    def __init__(self, whole: Program, visits: int, columns: np.ndarray) -> None:
        self.whole = whole
        self.first = np.searchsorted(whole.visit, np.arange(visits + 1))
        self.at = np.full(visits, -1)
        self.at[whole.visit[columns]] = columns
        self.room = remaining(whole, columns)

    @property
    def columns(self) -> np.ndarray:
        return np.sort(self.at[self.at >= 0])

    def solve_again(self, block: np.ndarray) -> None:
        """Place the visits of a block anew around all others; keep what is worth more."""
        whole = self.whole
        inside = self.at[block][self.at[block] >= 0]
        self._count(inside, 1)
        own = np.concatenate([np.arange(self.first[each], self.first[each + 1]) for each in block.tolist()])
        own = own[(whole.matrix[:, own].T @ (self.room < 1).astype(float)) == 0]
        inner = part(whole, own, self.room)
        again = own[dive(inner, relaxed(inner)[0])]
        if whole.value[again].sum() <= whole.value[inside].sum():
            again = inside
        self.at[block] = -1
        self.at[whole.visit[again]] = again
        self._count(again, -1)

    def _count(self, columns: np.ndarray, sign: int) -> None:
        np.add.at(self.room, self.whole.matrix[:, columns].indices, sign)
