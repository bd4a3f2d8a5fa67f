"""The terms of a score, one array each over all pairs: values in [0, 1], NaN where a side says nothing."""

import math
from collections.abc import Callable
from datetime import date

import numpy as np
from scipy import sparse

from ledgers.reading import limits
from ledgers.reading.vocabulary.asked import ASKED_CUES
from ledgers.reading.vocabulary.stand_ins import HELP_STANDS_FOR
from pairing.matching.engine.periods import add_months, first_of_month, months_between, need_window
from pairing.matching.engine.problem import MatchProblem, Need, Offer

_KM_HALF = 15.0  # distance at which the distance term is one half
_CLEAR = 0.5  # confidence at which an offer is taken to do in full what it was read to do
_ASPECT_FULL = 0.5  # cosine of an aspect and an offer at which the offer is all about it
_COMMON_ITEM = 0.6  # share of its say an item loses when every need of the county names it
_CHUNK = 20_000  # pairs per numpy pass, bounding memory to chunk × items


def matrices(needs: list[dict[str, float]], offers: list[dict[str, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Return dense confidence matrices of both sides over the names that occur."""
    names = {name: i for i, name in enumerate(sorted({name for row in (*needs, *offers) for name in row}))}

    def dense(rows: list[dict[str, float]]) -> np.ndarray:
        matrix = np.zeros((len(rows), len(names)))
        for i, row in enumerate(rows):
            for name, value in row.items():
                matrix[i, names[name]] = value
        return matrix

    return dense(needs), dense(offers)


def sharpened(needs: np.ndarray) -> np.ndarray:
    """Let an item that half the needs name count for less: sharing it tells little."""
    spread = (needs > 0).mean(axis=0) if len(needs) else np.zeros(needs.shape[1])
    return needs * (1.0 - _COMMON_ITEM * spread)


def clear(offers: np.ndarray) -> np.ndarray:
    """Take an offer to do in full what it was clearly read to do."""
    return np.minimum(offers / _CLEAR, 1.0)


def coverage(needs: np.ndarray, offers: np.ndarray, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return how much of what the need names the offer covers; NaN when either names nothing."""
    asked = needs.max(axis=1, initial=0.0)
    value = np.full(need.size, np.nan)
    named = (asked > 0)[need] & (offers.max(axis=1, initial=0.0) > 0)[offer]
    for start in range(0, need.size, _CHUNK):
        rows = np.flatnonzero(named[start : start + _CHUNK]) + start
        wanted, given = needs[need[rows]], offers[offer[rows]]
        value[rows] = (wanted**2 * given).sum(axis=1) / (wanted**2).sum(axis=1)
    return value


def help_term(
    asked: list[dict[str, float]], given: list[dict[str, float]], need: np.ndarray, offer: np.ndarray
) -> np.ndarray:
    """Return how well the offered kinds of help stand in for the kinds asked for."""
    names = sorted({name for row in (*asked, *given) for name in row})
    stands = np.array([[stands_for(a, b) for b in names] for a in names])
    wanted, able = matrices(asked, given)
    served = np.array([(row[:, None] * stands).max(axis=0) for row in clear(able)]) if names else able
    return coverage(wanted, served.reshape(able.shape), need, offer)


def unmet(
    asked: list[dict[str, float]], given: list[dict[str, float]], need: np.ndarray, offer: np.ndarray
) -> np.ndarray:
    """Return how surely a need asks for goods or money that the offer does not say it gives, in [0, 1]."""
    able = [frozenset(row) for row in given]
    wanted = [{kind: row[kind] for kind in row if kind in ASKED_CUES} for row in asked]

    def value(row: dict[str, float], kinds: frozenset[str]) -> float:
        lacks = (
            sure * (1.0 - max((stands_for(kind, own) for own in kinds), default=0.0))
            for kind, sure in row.items()
        )
        return max(lacks, default=0.0)

    return np.array([value(wanted[i], able[j]) for i, j in zip(need.tolist(), offer.tolist(), strict=True)])


def ruled_out(problem: MatchProblem, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return 1 where the offer says that it does not do what the need speaks of, else 0."""
    limited = np.array([bool(limits.limits(each.text)) for each in problem.offers], dtype=bool)
    value = np.zeros(need.size)
    for row in np.flatnonzero(limited[offer]).tolist():
        wanted, given = problem.needs[need[row]], problem.offers[offer[row]]
        value[row] = bool(limits.ruled_out(f"{wanted.title}，{wanted.text}", given.title, given.text))
    return value


def stands_for(asked: str, given: str) -> float:
    """Return how far one kind of help serves a need for another, in [0, 1]."""
    return 1.0 if asked == given else HELP_STANDS_FOR.get(frozenset({asked, given}), 0.0)


def aspect_term(
    problem: MatchProblem, wanted: np.ndarray, offered: np.ndarray, need: np.ndarray, offer: np.ndarray
) -> np.ndarray:
    """Return 1 where the offer names the need's aspect, else how far it lies in that direction.

    An aspect may be any word of any county; NaN where it is empty or says nothing.

    Args:
        wanted, offered: bearings of the needs' aspects and of the offers.
    """
    named = _each(problem, need, offer, lambda a, b: float(a.aspect in b.aspects))
    toward = np.clip(dense_product(wanted, offered, need, offer) / _ASPECT_FULL, 0.0, 1.0)
    silent = ~np.any(wanted != 0, axis=1)[need] & (named == 0)
    return np.where(silent, math.nan, np.maximum(named, toward))


def pair_term(problem: MatchProblem, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    if not problem.pairs:
        return np.full(need.size, np.nan)
    return _each(
        problem, need, offer, lambda a, b: float(frozenset((a.branch_id, b.branch_id)) in problem.pairs)
    )


def distance_term(problem: MatchProblem, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + km / 15), great-circle kilometres."""
    km = distance_km(problem, need, offer)
    return 1.0 / (1.0 + km / _KM_HALF)


def distance_km(problem: MatchProblem, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return great-circle kilometres per pair (NaN where a place is unknown)."""

    def places(rows: tuple[Need, ...] | tuple[Offer, ...]) -> np.ndarray:
        known = [(r.latitude if r.latitude is not None else math.nan, r.longitude or math.nan) for r in rows]
        return np.radians(np.array(known, dtype=float).reshape(-1, 2))

    a, b = places(problem.needs)[need], places(problem.offers)[offer]
    half = (a - b) / 2
    chord = np.sin(half[:, 0]) ** 2 + np.cos(a[:, 0]) * np.cos(b[:, 0]) * np.sin(half[:, 1]) ** 2
    return 2 * 6371.0 * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))


def window_term(problem: MatchProblem, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return the share of the need's window in which the offer is valid; NaN when it is always valid."""

    def value(a: Need, b: Offer) -> float:
        if b.valid_from is None and b.valid_to is None:
            return math.nan
        start, end = need_window(problem, a)
        first, last = max(start, b.valid_from or start), min(end, b.valid_to or end)
        return max((last - first).days + 1, 0) / ((end - start).days + 1)

    return _each(problem, need, offer, value)


def spare(problem: MatchProblem, offer: np.ndarray) -> np.ndarray:
    """Return the share of this month's capacity that is still free."""
    month = first_of_month(problem.as_of)
    spare = [
        math.nan
        if each.capacity_per_month is None
        else max(each.capacity_per_month - problem.used.get((each.id, month), 0), 0)
        / max(each.capacity_per_month, 1)
        for each in problem.offers
    ]
    return np.array(spare, dtype=float)[offer]


def urgency_term(problem: MatchProblem, need: np.ndarray, wait: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + months of waiting × urgency); NaN for an ordinary need."""
    urgency = np.array([each.urgency for each in problem.needs], dtype=float)[need]
    return np.where(urgency > 0, 1.0 / (1.0 + wait * urgency), np.nan)


def availability(problem: MatchProblem, need: np.ndarray, offer: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return visits left in the window (−1: unlimited), months until the first, and whether there is any."""
    known: dict[tuple[int, date, date], tuple[int, int, bool]] = {}
    windows = [need_window(problem, each) for each in problem.needs]

    def value(i: int, j: int) -> tuple[int, int, bool]:
        key = (j, *windows[i])
        if key not in known:
            known[key] = _left(problem, problem.offers[j], *windows[i])
        return known[key]

    rows = [value(i, j) for i, j in zip(need.tolist(), offer.tolist(), strict=True)]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2].astype(bool)


def _left(problem: MatchProblem, offer: Offer, start: date, end: date) -> tuple[int, int, bool]:
    left = [free_visits(problem, offer, month) for month in months_between(start, end)]
    first = next((i for i, visits in enumerate(left) if visits is None or visits > 0), None)
    if first is None:
        return 0, len(left), False
    return (-1 if None in left else sum(v for v in left if v)), first, True


def free_visits(problem: MatchProblem, offer: Offer, month: date) -> int | None:
    """Return the visits an offer has left in a month (None: unlimited, 0: outside its validity)."""
    later = add_months(month, 1)
    today_or_month = max(month, problem.as_of)
    if (offer.valid_from and offer.valid_from >= later) or (
        offer.valid_to and offer.valid_to < today_or_month
    ):
        return 0
    if offer.capacity_per_month is None:
        return None
    return max(offer.capacity_per_month - problem.used.get((offer.id, month), 0), 0)


def cosine(
    needs: sparse.csr_matrix, offers: sparse.csr_matrix, need: np.ndarray, offer: np.ndarray
) -> np.ndarray:
    parts = [
        np.asarray(needs[need[i : i + _CHUNK]].multiply(offers[offer[i : i + _CHUNK]]).sum(axis=1)).ravel()
        for i in range(0, need.size, _CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def dense_product(needs: np.ndarray, offers: np.ndarray, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return the dot product per pair."""
    parts = [
        np.einsum("ij,ij->i", needs[need[i : i + _CHUNK]], offers[offer[i : i + _CHUNK]])
        for i in range(0, need.size, _CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def strongest(rows: np.ndarray, least: float = 0.2) -> sparse.csr_matrix:
    """Return unit rows without their small entries, for looking up candidates."""
    return sparse.csr_matrix(np.where(rows >= least, rows, 0.0))


def _each(
    problem: MatchProblem, need: np.ndarray, offer: np.ndarray, value: Callable[[Need, Offer], float]
) -> np.ndarray:
    needs, offers = problem.needs, problem.offers
    rows = (value(needs[i], offers[j]) for i, j in zip(need.tolist(), offer.tolist(), strict=True))
    return np.fromiter(rows, dtype=float, count=need.size)
