"""The plan written out once more, month by month, as a linear programme – no chain of months, no flow."""

from itertools import pairwise

import numpy as np
from scipy.optimize import linprog

from pairing.matching.engine.periods import months_between, need_window
from pairing.matching.engine.terms import free_visits

PLENTY = 99


class Programme:
    """Columns with a gain, rows with an upper bound (or equal to zero), solved by HiGHS."""

    def __init__(self):
        self.gains, self.tops, self.rows, self.bounds, self.sums = [], [], [], [], []

    def column(self, gain, top=None):
        self.gains.append(gain)
        self.tops.append((0, top))
        return len(self.gains) - 1

    def at_most(self, weights, bound):
        self.rows.append(weights)
        self.bounds.append(bound)

    def is_zero(self, weights):
        self.sums.append(weights)

    def optimum(self):
        if not self.gains:
            return 0.0
        upper, equal = self._matrix(self.rows), self._matrix(self.sums)
        result = linprog(
            -np.array(self.gains),
            A_ub=upper,
            b_ub=self.bounds if self.rows else None,
            A_eq=equal,
            b_eq=[0] * len(self.sums) if self.sums else None,
            bounds=self.tops,
            method="highs",
        )
        return -result.fun

    def _matrix(self, rows):
        if not rows:
            return None
        matrix = np.zeros((len(rows), len(self.gains)))
        for i, weights in enumerate(rows):
            for column, weight in weights.items():
                matrix[i, column] += weight
        return matrix


def linear_optimum(problem, scores):
    """Return the LP optimum of a problem whose pairs (need id, offer id) have these scores."""
    programme, visits = Programme(), {}
    needs, offers = ({each.id: each for each in side} for side in (problem.needs, problem.offers))
    for (i, j), score in scores.items():
        if score >= problem.weights.floor and needs[i].branch_id != offers[j].branch_id:
            keep = problem.weights.keep_bonus if (i, j) in problem.previous else 0.0
            for month in months_between(*need_window(problem, needs[i])):
                visits[i, j, month] = programme.column(score + keep)
    for need in problem.needs:
        own = [column for (i, _, _), column in visits.items() if i == need.id]
        programme.at_most(dict.fromkeys(own, 1), need.size)
    for j, month in {(j, month) for _, j, month in visits}:
        left = free_visits(problem, offers[j], month)
        if left is not None:
            own = [column for (_, k, when), column in visits.items() if (k, when) == (j, month)]
            programme.at_most(dict.fromkeys(own, 1), left)
    _bind_branches(programme, problem, visits, needs, offers)
    return programme.optimum()


def _bind_branches(programme, problem, visits, needs, offers):
    for branch in sorted({each.branch_id for each in (*problem.needs, *problem.offers)}):
        given = [column for (_, j, _), column in visits.items() if offers[j].branch_id == branch]
        received = [column for (i, _, _), column in visits.items() if needs[i].branch_id == branch]
        for own, caps, prices in (
            (given, problem.give_caps, problem.give_prices),
            (received, problem.receive_caps, problem.receive_prices),
        ):
            programme.at_most(dict.fromkeys(own, 1), caps.get(branch, PLENTY))
            steps = [(0, 0.0), *prices, (PLENTY, 0.0)]
            paid = [programme.column(-price, end - at) for (at, price), (end, _) in pairwise(steps)]
            programme.is_zero({**dict.fromkeys(own, 1), **dict.fromkeys(paid, -1)})
        if problem.reciprocity is not None:
            net = {**dict.fromkeys(given, 1), **dict.fromkeys(received, -1)}
            programme.at_most(net, problem.reciprocity)
            programme.at_most({column: -weight for column, weight in net.items()}, problem.reciprocity)
