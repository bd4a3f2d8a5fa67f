"""What a diligent clerk does: best score first, taken whenever everything it needs is still free."""

from __future__ import annotations

import numpy as np

from pairing.matching.engine import MatchProblem
from pairing.matching.engine.frame import Frame
from pairing.matching.engine.scoring import PairTable

_PLENTY = 1 << 40


def greedy_total(problem: MatchProblem, table: PairTable) -> float:
    """Return the total score of the plan that takes pairs in order of their score.

    Needs must be of size 1 and their windows start this month. Reciprocity is kept after every single choice,
    as a clerk who cannot know the rest would.
    """
    frame = Frame.of(problem)
    names = list(frame.branches)
    give = [problem.give_caps.get(name, _PLENTY) for name in names]
    receive = [problem.receive_caps.get(name, _PLENTY) for name in names]
    bound = _PLENTY if problem.reciprocity is None else problem.reciprocity
    room, net = np.cumsum(frame.free, axis=1), [0] * len(names)
    served, total = [False] * len(problem.needs), 0.0
    for row in np.argsort(-table.total, kind="stable").tolist():
        i, j = int(table.need[row]), int(table.offer[row])
        giver, taker, due = int(frame.giver[j]), int(frame.taker[i]), int(frame.last[i])
        if served[i] or room[j, due:].min() < 1 or give[giver] < 1 or receive[taker] < 1:
            continue
        if net[giver] >= bound or net[taker] <= -bound:
            continue
        served[i] = True
        room[j, due:] -= 1
        give[giver] -= 1
        receive[taker] -= 1
        net[giver] += 1
        net[taker] -= 1
        total += float(table.total[row])
    return total
