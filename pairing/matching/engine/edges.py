"""The possible services of a scored problem, as arrays: who may serve whom, how often, for what gain."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pairing.matching.engine.frame import Frame
from pairing.matching.engine.problem import Id, MatchProblem
from pairing.matching.engine.scoring import PairTable

SCALE = 1_000_000  # scores become integers: six digits, so ties by rounding are below 1e-6
PIN = 1_000 * SCALE  # what a pinned visit is worth beside its score: more than all it could displace


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Possible services as parallel arrays in order of (need, offer) position; a pinned pair has two entries.

    `gain` is the objective per visit × SCALE, `pinned` marks visits worth PIN more, `score` is the pair's
    total in [0, 1], `first` and `last` are the month indices of the need's window.
    """

    need: np.ndarray
    offer: np.ndarray
    capacity: np.ndarray
    gain: np.ndarray
    pinned: np.ndarray
    kept: np.ndarray
    score: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @property
    def cost(self) -> np.ndarray:
        """Return what a visit costs in the network, pins included."""
        return -self.gain - PIN * self.pinned if self.pinned.any() else -self.gain


def eligible(problem: MatchProblem, table: PairTable) -> np.ndarray:
    """Return the rows of the table that may be planned: above the floor and with a visit left."""
    return np.flatnonzero((table.fit >= problem.weights.floor) & table.open_)


def edges_of(problem: MatchProblem, table: PairTable, frame: Frame) -> Edges:
    """Return the possible services of a scored problem, pins among them whatever their score."""
    rows = eligible(problem, table)
    code, score = (
        table.need[rows].astype(np.int64) * len(problem.offers) + table.offer[rows],
        table.total[rows],
    )
    if not problem.pins:
        whole = frame.sizes[table.need[rows]]
        return _edges(problem, frame, code, score, whole, np.zeros(code.size, dtype=bool))
    pins = _positions(problem, problem.pins)
    fixed = np.array(sorted(pins), dtype=np.int64)
    extra = fixed[~among(fixed, code)]
    code, score = np.concatenate([code, extra]), np.concatenate([score, _scores(problem, table, extra)])
    capacity = frame.sizes[code // max(len(problem.offers), 1)]
    again = np.flatnonzero(among(code, fixed))
    held = np.minimum([pins[each] for each in code[again].tolist()], capacity[again])
    capacity[again] -= held
    code, score = np.concatenate([code, code[again]]), np.concatenate([score, score[again]])
    pinned = np.arange(code.size) >= capacity.size
    capacity = np.concatenate([capacity, held])
    order = np.lexsort((pinned, code))
    return _edges(problem, frame, code[order], score[order], capacity[order], pinned[order])


def _edges(
    problem: MatchProblem,
    frame: Frame,
    code: np.ndarray,
    score: np.ndarray,
    capacity: np.ndarray,
    pinned: np.ndarray,
) -> Edges:
    previous = sorted(_positions(problem, dict.fromkeys(problem.previous, 1)))
    kept = among(code, np.array(previous, dtype=np.int64))
    gain = np.round(score * SCALE).astype(np.int64) + round(problem.weights.keep_bonus * SCALE) * kept
    need, offer = np.divmod(code, max(len(problem.offers), 1))
    return Edges(need, offer, capacity, gain, pinned, kept, score, frame.first[need], frame.last[need])


def among(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return which values are in the sorted array `known`."""
    if not known.size:
        return np.zeros(values.size, dtype=bool)
    return known[np.minimum(np.searchsorted(known, values), known.size - 1)] == values


def _positions(problem: MatchProblem, pairs: Mapping[tuple[Id, Id], int]) -> dict[int, int]:
    """Return need position × offers + offer position → value, for the pairs that are in the problem."""
    if not pairs:
        return {}
    needs = {need.id: i for i, need in enumerate(problem.needs)}
    offers = {offer.id: j for j, offer in enumerate(problem.offers)}
    return {
        needs[need] * len(offers) + offers[offer]: value
        for (need, offer), value in pairs.items()
        if need in needs and offer in offers
    }


def _scores(problem: MatchProblem, table: PairTable, code: np.ndarray) -> np.ndarray:
    """Return the totals of pairs by code, 0 where the pair was never scored."""
    known = table.need.astype(np.int64) * len(problem.offers) + table.offer
    there, found = among(code, known), np.zeros(code.size)
    found[there] = table.total[np.searchsorted(known, code[there])]
    return found
