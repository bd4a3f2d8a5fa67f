"""Bring in visits that found no slot: whoever is in the way moves aside, or gives way to a worthier one."""

from collections import deque

import numpy as np

from pairing.activities.scheduling.program import Program

_TRIES = 3  # how often one visit is tried; those that gave way are tried again
_GAIN = 1e-9


def repaired(program: Program, chosen: np.ndarray) -> np.ndarray:
    """Return columns worth at least as much: each unplaced visit enters where it adds most, if anywhere."""
    board = _Board(program, chosen.tolist())
    best = np.zeros(board.visits)
    np.maximum.at(best, program.visit, program.value)
    queue = deque(np.argsort(-best, kind="stable").tolist())
    tries = [0] * board.visits
    while queue:
        visit = queue.popleft()
        if board.at[visit] >= 0 or tries[visit] == _TRIES:
            continue
        tries[visit] += 1
        given_way = board.enter(visit)
        if given_way is not None:
            queue.append(given_way)
    return np.array(sorted(column for column in board.at if column >= 0), dtype=int)


class _Board:
    """Where every visit stands, and which column holds each row that is full."""

    def __init__(self, program: Program, chosen: list[int]) -> None:
        self.visits = int(program.visit.max(initial=-1)) + 1
        self.visit = program.visit.tolist()
        self.value = program.value.tolist()
        self.first = np.searchsorted(program.visit, np.arange(self.visits + 1)).tolist()
        self.rows, self.starts = program.matrix.indices.tolist(), program.matrix.indptr.tolist()
        self.room = program.limit.tolist()
        self.holder: list[int] = [-1] * len(self.room)  # of rows for several, the last to come
        self.at = [-1] * self.visits
        for column in chosen:
            self._put(column)

    def enter(self, visit: int) -> int | None:
        """Place the visit where it adds most; returns the visit that lost its place for it, if one did."""
        gain, column, other = max(self._options(visit), default=(0.0, -1, -1))
        if gain <= _GAIN:
            return None
        moved = self.visit[other] if other >= 0 else -1
        if moved >= 0:
            self._take(other)
        self._put(column)
        if moved < 0:
            return None
        aside = max(
            ((self.value[each], each) for each in self._columns(moved) if self._fits(each)), default=None
        )
        if aside is None:
            return moved
        self._put(aside[1])
        return None

    def _options(self, visit: int) -> list[tuple[float, int, int]]:
        """(what it adds, column, the one column in the way or -1) of each way in."""
        options = []
        for column in self._columns(visit):
            full = [row for row in self._used(column) if self.room[row] < 1]
            in_the_way = {self.holder[row] for row in full}
            if not in_the_way:
                options.append((self.value[column], column, -1))
            elif len(in_the_way) == 1 and -1 not in in_the_way:
                other = in_the_way.pop()
                options.append((self.value[column] + self._loss(other, column), column, other))
        return options

    def _loss(self, other: int, column: int) -> float:
        """What it costs (≤ 0, or a little more) when `other` makes room for `column` and moves aside."""
        self._take(other)
        self._put(column)
        aside = max((self.value[c] for c in self._columns(self.visit[other]) if self._fits(c)), default=0.0)
        self._take(column)
        self._put(other)
        return aside - self.value[other]

    def _columns(self, visit: int) -> range:
        return range(self.first[visit], self.first[visit + 1])

    def _used(self, column: int) -> list[int]:
        return self.rows[self.starts[column] : self.starts[column + 1]]

    def _fits(self, column: int) -> bool:
        return all(self.room[row] >= 1 for row in self._used(column))

    def _put(self, column: int) -> None:
        for row in self._used(column):
            self.room[row] -= 1
            self.holder[row] = column
        self.at[self.visit[column]] = column

    def _take(self, column: int) -> None:
        for row in self._used(column):
            self.room[row] += 1
        self.at[self.visit[column]] = -1
