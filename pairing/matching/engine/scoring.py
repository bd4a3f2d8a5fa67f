"""Score pairs: each term an array in [0, 1] over all pairs, NaN where one side says nothing about it."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pairing.matching.engine import terms
from pairing.matching.engine.candidates import candidate_pairs, tf_idf
from pairing.matching.engine.problem import Id, MatchProblem, Need, Offer
from pairing.matching.engine.reading import read_audiences, read_help, read_items

TERMS = ("item", "aspect", "help", "audience", "text", "pair", "distance", "window", "capacity", "urgency")
# what the offer does, as opposed to where and when
FIT_TERMS = ("item", "aspect", "help", "audience", "text")
CANDIDATES = 40
_TEXT_FULL = 0.30  # cosine of two short texts on one matter; above it they say the same
_WRONG_HELP = 0.45  # share of the fit lost when the kind of help offered is surely not the kind asked for
_WRONG_TOPIC = 0.45  # share lost when neither the item nor the wording has anything in common
_UNKNOWN_ITEM = 0.5  # share of the item weight that remains, with value 0, when only the need names an item


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What was read from every text: name → confidence, per need and per offer, and the idf of each gram."""

    need_items: list[dict[str, float]]
    offer_items: list[dict[str, float]]
    need_help: list[dict[str, float]]
    offer_help: list[dict[str, float]]
    need_audiences: list[dict[str, float]]
    offer_audiences: list[dict[str, float]]
    text: sparse.csr_matrix
    idf: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """All scored pairs as arrays over one pair axis, sorted by (need, offer) position in the problem.

    `values` and `weights` are pair × term (weight 0: the term was skipped). `capacity` counts the visits the
    offer still has within the need's window (−1: unlimited), `wait` the months until the first of them;
    `open_` is False where there is none.
    """

    need: np.ndarray
    offer: np.ndarray
    values: np.ndarray
    weights: np.ndarray
    total: np.ndarray
    fit: np.ndarray
    capacity: np.ndarray
    wait: np.ndarray
    open_: np.ndarray
    reading: Reading


def read(problem: MatchProblem) -> Reading:
    """Read items, kinds of help, audiences and TF-IDF vectors from all texts of the problem."""
    discount = problem.weights.inferred
    entries: list[Need | Offer] = [*problem.needs, *problem.offers]
    texts = [f"{entry.title} {entry.title} {entry.text}" for entry in entries]
    vectors, idf = tf_idf(texts, len(problem.needs))
    return Reading(
        [read_items(need, problem.lexicon, discount) for need in problem.needs],
        [read_items(offer, problem.lexicon, discount) for offer in problem.offers],
        [read_help(need, discount) for need in problem.needs],
        [read_help(offer, discount) for offer in problem.offers],
        [read_audiences(need, discount) for need in problem.needs],
        [read_audiences(offer, discount) for offer in problem.offers],
        vectors,
        idf,
    )


def score_pairs(problem: MatchProblem) -> PairTable:
    """Score every candidate pair of the problem.

    Complexity: O(pairs × (terms + items)) in numpy plus one sparse product of the text vectors.
    """
    reading = read(problem)
    items = terms.matrices(reading.need_items, reading.offer_items)
    split = len(problem.needs)
    need_text, offer_text = reading.text[:split], reading.text[split:]
    views = ([need_text, sparse.csr_matrix(items[0])], [offer_text, sparse.csr_matrix(items[1])])
    need, offer = candidate_pairs(problem, *views, k=CANDIDATES)
    capacity, wait, open_ = terms.availability(problem, need, offer)
    columns = _columns(problem, reading, need, offer, wait)
    columns["text"] = np.minimum(terms.cosine(need_text, offer_text, need, offer) / _TEXT_FULL, 1.0)
    values = np.column_stack([columns[name] for name in TERMS]) if need.size else np.zeros((0, len(TERMS)))
    weights = _weights(problem, values, reading, need, offer)
    values = np.nan_to_num(values)
    total, fit = _combine(problem, values, weights)
    return PairTable(need, offer, values, weights, total, fit, capacity, wait, open_, reading)


def _columns(
    problem: MatchProblem, reading: Reading, need: np.ndarray, offer: np.ndarray, wait: np.ndarray
) -> dict[str, np.ndarray]:
    items = terms.matrices(reading.need_items, reading.offer_items)
    audiences = terms.matrices(reading.need_audiences, reading.offer_audiences)
    return {
        "item": terms.coverage(terms.sharpened(items[0]), terms.clear(items[1]), need, offer),
        "aspect": terms.aspect_term(problem, need, offer),
        "help": terms.help_term(reading.need_help, reading.offer_help, need, offer),
        "audience": terms.coverage(audiences[0], terms.clear(audiences[1]), need, offer),
        "pair": terms.pair_term(problem, need, offer),
        "distance": terms.distance_term(problem, need, offer),
        "window": terms.window_term(problem, need, offer),
        "capacity": terms.spare(problem, offer),
        "urgency": terms.urgency_term(problem, need, wait),
    }


def _combine(problem: MatchProblem, values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (total, fit): weighted means over the terms present, scaled by a wrong topic or kind of help.

    A mean alone lets a free neighbour of the right aspect win with the wrong service; the two factors do not.
    """
    what = [TERMS.index(name) for name in FIT_TERMS]
    topic = np.maximum(values[:, TERMS.index("item")], values[:, TERMS.index("text")])
    factor = 1.0 - _WRONG_HELP * _sure(problem, weights, "help") * _shortfall(
        values[:, TERMS.index("help")], 0.4
    )
    factor *= 1.0 - _WRONG_TOPIC * _sure(problem, weights, "item") * _shortfall(topic, 0.3)
    return factor * _mean(values, weights), factor * _mean(values[:, what], weights[:, what])


def _shortfall(value: np.ndarray, enough: float) -> np.ndarray:
    """Return 1 at value 0, falling to 0 at `enough`."""
    return 1.0 - np.minimum(value / enough, 1.0)


def _sure(problem: MatchProblem, weights: np.ndarray, name: str) -> np.ndarray:
    """Return how sure both sides' readings of a term are, in [0, 1] (0: the term was skipped)."""
    full = getattr(problem.weights, name)
    return weights[:, TERMS.index(name)] / full if full else np.zeros(len(weights))


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    mass = weights.sum(axis=1)
    return np.divide((values * weights).sum(axis=1), mass, out=np.zeros(mass.size), where=mass > 0)


def _weights(
    problem: MatchProblem, values: np.ndarray, reading: Reading, need: np.ndarray, offer: np.ndarray
) -> np.ndarray:
    """Give each term its weight, 0 where absent; what was read from a vague text weighs less."""
    base = np.array([getattr(problem.weights, name) for name in TERMS])
    weights = np.where(np.isnan(values), 0.0, base)
    for name, needs, offers in (
        ("item", reading.need_items, reading.offer_items),
        ("help", reading.need_help, reading.offer_help),
        ("audience", reading.need_audiences, reading.offer_audiences),
    ):
        weights[:, TERMS.index(name)] *= np.sqrt(_surest(needs)[need] * _surest(offers)[offer])
    asked, silent = _surest(reading.need_items)[need], _surest(reading.offer_items)[offer] == 0
    weights[silent, TERMS.index("item")] = (problem.weights.item * _UNKNOWN_ITEM * asked)[silent]
    return weights


def _surest(rows: list[dict[str, float]]) -> np.ndarray:
    return np.array([max(row.values(), default=0.0) for row in rows], dtype=float)


def ranked(problem: MatchProblem, table: PairTable) -> dict[Id, list[int]]:
    """Return need id → rows above the floor and available, best first, ties by offer position."""
    good = np.flatnonzero((table.fit >= problem.weights.floor) & table.open_)
    order = good[np.lexsort((table.offer[good], -np.round(table.total[good], 9), table.need[good]))]
    found: dict[Id, list[int]] = {need.id: [] for need in problem.needs}
    for row in order.tolist():
        found[problem.needs[table.need[row]].id].append(row)
    return found
