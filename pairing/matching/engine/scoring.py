"""Score pairs: each term an array in [0, 1] over all pairs, NaN where one side says nothing about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ledgers.reading.pieces import chinese
from pairing.matching.engine import terms
from pairing.matching.engine.affinity import Profile, sentence
from pairing.matching.engine.candidates import candidate_pairs
from pairing.matching.engine.problem import Id, MatchProblem, Need, Offer
from pairing.matching.engine.reading import Reading, is_paper, read
from pairing.matching.engine.relevance import adjusted, relevance

TERMS = ("item", "aspect", "help", "audience", "text", "pair", "distance", "window", "capacity", "urgency")
# what the offer does, as opposed to where and when
FIT_TERMS = ("item", "aspect", "help", "audience", "text")
CANDIDATES = 40
_TEXT_FULL = 0.30  # cosine of two short texts on one matter; above it they say the same
_WRONG_HELP = 0.25  # share of the fit lost when the kind of help offered is surely not the kind asked for
_MEANING_FULL = 0.8  # cosine of two texts in meaning at which they mean the same
_NOTHING = 0.15  # item and text values below which two entries have nothing to do with each other
_PLAIN = 0.6  # item value above which two entries are plainly about the same
_ON_TOPIC = 0.4  # item value below which aspect and kind of help count for less: they carry no match alone
_UNMET = 0.45  # share lost when a need surely asks for goods or money and the offer gives none
_LIKE_FULL = 0.35  # cosine of two bearings at which two texts are likely about one thing
_NAMED = 0.1  # what naming the same items adds to which way the texts point
_BEYOND = 0.95  # share lost when a need surely asks for what no branch can do
_ANSWERED = 0.5  # share of that loss which an offer that is plainly about the same makes good
_RULED_OUT = 0.6  # share lost when the offer says that it does not do what the need speaks of
_CROWDED = 0.4  # share of both sides' crowding that a likeness loses; it gains where little is said
_SAYING, _CURT = 4, 0.5  # characters that say something; share lost where one side has fewer, as “烟” alone
_PAPER = 0.75  # of what relevance adds for a paper: its words are those of the help that it only explains
_BEHIND = 0.5  # share of the floor that is enough once another offer has reached it
_WORDING = 0.2  # say of shared wording in the text term; the rest is meaning


@dataclass(frozen=True, slots=True, eq=False)
class PairTable:
    """All scored pairs as arrays over one pair axis, sorted by (need, offer) position in the problem.

    `values` and `weights` are pair × term (weight 0: the term was skipped), `added` is what `total` gains or
    loses by what labelled counties teach; `fit` has gained or lost about as much. `capacity` counts the
    visits the offer still has within the need's window (−1: unlimited), `wait` the months until the first of
    them; `open_` is False where there is none.
    """

    need: np.ndarray
    offer: np.ndarray
    values: np.ndarray
    weights: np.ndarray
    added: np.ndarray
    total: np.ndarray
    fit: np.ndarray
    capacity: np.ndarray
    wait: np.ndarray
    open_: np.ndarray
    reading: Reading


def score_pairs(problem: MatchProblem, reading: Reading | None = None) -> PairTable:
    """Score every candidate pair of the problem.

    Args:
        reading: of the same texts in the same order, where it is known already.

    Complexity: O(pairs × (terms + items)) in numpy plus one sparse product of the text vectors.
    """
    reading = reading or read(problem)
    need, offer = candidate_pairs(problem, *_views(reading, len(problem.needs)), k=CANDIDATES)
    capacity, wait, open_ = terms.availability(problem, need, offer)
    columns = _columns(problem, reading, need, offer, wait)
    values = np.column_stack([columns[name] for name in TERMS]) if need.size else np.zeros((0, len(TERMS)))
    weights = _weights(problem, values, reading, need, offer)
    values = np.nan_to_num(values)
    ruled_out = terms.ruled_out(problem, need, offer)
    curt = _curt(problem.needs)[need] | _curt(problem.offers)[offer]
    lost = np.maximum.reduce([_lost(reading, values, need, offer), _RULED_OUT * ruled_out, _CURT * curt])
    plain, plain_fit = _combine(problem, values, weights, lost)
    more = _more(problem, reading, need, offer)
    # what an offer says of itself or persons chose is surer; what has nothing to do with a need is no answer,
    # nor is a word or two
    settled = (ruled_out > 0) | (plain_fit == 0) | curt | _chosen_otherwise(problem, values, need, offer)
    more = np.where(settled, np.minimum(more, 0.0), more)
    total, fit = adjusted(plain, more), adjusted(plain_fit, more)
    added = total - plain
    return PairTable(need, offer, values, weights, added, total, fit, capacity, wait, open_, reading)


def _more(problem: MatchProblem, reading: Reading, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return what labelled counties would add to each pair; their table is not read where it has no say."""
    share = problem.weights.relevance
    if not share:
        return np.zeros(need.size)
    added = share * relevance(reading.need_profile, reading.offer_profile, need, offer)
    paper = np.array([is_paper(each) for each in problem.offers], dtype=bool)[offer]
    return np.where(paper & (added > 0), _PAPER * added, added)


def _views(reading: Reading, split: int) -> tuple[list[sparse.csr_matrix], list[sparse.csr_matrix]]:
    """Return the vectors candidates are looked up by: wording, items named, items the text is like."""
    items = terms.matrices(reading.need_items, reading.offer_items)
    likeness = (terms.strongest(reading.need_profile.items), terms.strongest(reading.offer_profile.items))
    texts = (reading.text[:split], reading.text[split:])
    left, right = (
        [text, sparse.csr_matrix(named), like]
        for text, named, like in zip(texts, items, likeness, strict=True)
    )
    return left, right


def _columns(
    problem: MatchProblem, reading: Reading, need: np.ndarray, offer: np.ndarray, wait: np.ndarray
) -> dict[str, np.ndarray]:
    audiences = terms.matrices(reading.need_audiences, reading.offer_audiences)
    return {
        "item": _item_column(problem, reading, need, offer),
        "text": _text_column(problem, reading, need, offer),
        "aspect": terms.aspect_term(problem, reading.need_aspects, reading.offer_profile.items, need, offer),
        "help": terms.help_term(reading.need_help, reading.offer_help, need, offer),
        "audience": terms.coverage(audiences[0], terms.clear(audiences[1]), need, offer),
        "pair": terms.pair_term(problem, need, offer),
        "distance": terms.distance_term(problem, need, offer),
        "window": terms.window_term(problem, need, offer),
        "capacity": terms.spare(problem, offer),
        "urgency": terms.urgency_term(problem, need, wait),
    }


def _item_column(problem: MatchProblem, reading: Reading, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return how much of what is asked for the offer does: which way both texts point, and items both name.

    Where persons chose the need's items, that tells half, and which way the texts point the other half.
    """
    items = terms.matrices(reading.need_items, reading.offer_items)
    named = terms.coverage(terms.sharpened(items[0]), terms.clear(items[1]), need, offer)
    like = terms.dense_product(reading.need_profile.items, reading.offer_profile.items, need, offer)
    like -= _CROWDED * (reading.need_crowded[need] + reading.offer_crowded[offer])
    either = np.tanh(np.clip(like / _LIKE_FULL + _NAMED * np.nan_to_num(named), 0.0, None))
    chosen = np.array([bool(each.items) for each in problem.needs], dtype=bool)[need] & ~np.isnan(named)
    return np.where(chosen, (named + either) / 2, either)


def _text_column(problem: MatchProblem, reading: Reading, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return how near the two texts are, mostly in meaning, a little in wording."""
    split = len(problem.needs)
    wording = terms.cosine(reading.text[:split], reading.text[split:], need, offer) / _TEXT_FULL
    meaning = terms.dense_product(reading.need_profile.meaning, reading.offer_profile.meaning, need, offer)
    meaning /= _MEANING_FULL
    return _WORDING * np.minimum(wording, 1.0) + (1.0 - _WORDING) * np.clip(meaning, 0.0, 1.0)


def _lost(reading: Reading, values: np.ndarray, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return the share of the fit that is lost because the need asks for what no service is, or not this one.

    Few words may sound like a building or a post and mean a visit; an offer about just that says which.
    """
    unmet = terms.unmet(reading.need_help, reading.offer_help, need, offer)
    answered = np.clip((values[:, TERMS.index("item")] - _PLAIN) / (1.0 - _PLAIN), 0.0, 1.0)
    beyond = reading.need_profile.beyond[need] * (1.0 - _ANSWERED * answered)
    return np.maximum(_UNMET * unmet, _BEYOND * beyond)


def _combine(
    problem: MatchProblem, values: np.ndarray, weights: np.ndarray, lost: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return (total, fit): weighted means over the terms present, scaled by a wrong topic or kind of help.

    A mean alone lets a free neighbour of the right aspect win with the wrong service; the factors do not.

    Args:
        lost: share of the fit that is lost whatever the terms say, see `_lost`.
    """
    what = [TERMS.index(name) for name in FIT_TERMS]
    topic = np.maximum(values[:, TERMS.index("item")], values[:, TERMS.index("text")])
    wrong_help = _sure(problem, weights, "help") * _shortfall(values[:, TERMS.index("help")], 0.4)
    factor = (1.0 - _WRONG_HELP * wrong_help) * (1.0 - lost)
    factor *= 1.0 - _shortfall(values[:, TERMS.index("item")], _ON_TOPIC)
    factor[topic < _NOTHING] = 0.0
    return factor * _mean(values, weights), factor * _mean(values[:, what], weights[:, what])


def _curt(entries: Sequence[Need | Offer]) -> np.ndarray:
    """Tell which entries say next to nothing, where no person chose what they are about."""
    said = [len(chinese(sentence(each)).replace(",", "")) for each in entries]
    return np.array([n < _SAYING and not e.items for n, e in zip(said, entries, strict=True)], dtype=bool)


def _chosen_otherwise(
    problem: MatchProblem, values: np.ndarray, need: np.ndarray, offer: np.ndarray
) -> np.ndarray:
    """Tell where persons chose the kinds of help on both sides and none stands in for what is asked for."""
    asked, given = (
        np.array([bool(each.help_kinds) for each in entries], dtype=bool)
        for entries in (problem.needs, problem.offers)
    )
    return asked[need] & given[offer] & (values[:, TERMS.index("help")] == 0.0)


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
        ("help", reading.need_help, reading.offer_help),
        ("audience", reading.need_audiences, reading.offer_audiences),
    ):
        weights[:, TERMS.index(name)] *= np.sqrt(_surest(needs)[need] * _surest(offers)[offer])
    needs_sure, offers_sure = (
        _item_sure(problem, problem.needs, reading.need_profile),
        _item_sure(problem, problem.offers, reading.offer_profile),
    )
    weights[:, TERMS.index("item")] *= np.sqrt(needs_sure[need] * offers_sure[offer])
    return weights


def _item_sure(problem: MatchProblem, entries: Sequence[Need | Offer], profile: Profile) -> np.ndarray:
    """Return 1 where a person chose the items, `inferred` where the text suggests them, 0 without a text."""
    said = np.any(profile.meaning != 0, axis=1)
    return np.array(
        [1.0 if e.items else problem.weights.inferred * s for e, s in zip(entries, said, strict=True)],
        dtype=float,
    )


def _surest(rows: list[dict[str, float]]) -> np.ndarray:
    return np.array([max(row.values(), default=0.0) for row in rows], dtype=float)


def ranked(problem: MatchProblem, table: PairTable) -> dict[Id, list[int]]:
    """Return need id → rows above the floor and available, best first, ties by offer position."""
    return _by_need(problem, table, (table.fit >= problem.weights.floor) & table.open_)


def suggested(problem: MatchProblem, table: PairTable) -> dict[Id, list[int]]:
    """Return need id → rows worth showing, best first.

    Nothing is shown unless something reaches the floor; then what comes near it stands behind, near and free
    as it may be.
    """
    floor = problem.weights.floor
    best = np.zeros(len(problem.needs))
    np.maximum.at(best, table.need[table.open_], table.fit[table.open_])
    near = table.fit >= _BEHIND * floor
    return _by_need(problem, table, (best[table.need] >= floor) & near & (table.fit > 0) & table.open_)


def _by_need(problem: MatchProblem, table: PairTable, good: np.ndarray) -> dict[Id, list[int]]:
    rows = np.flatnonzero(good)
    value, is_below = np.round(table.total[rows], 9), table.fit[rows] < problem.weights.floor
    order = rows[np.lexsort((table.offer[rows], -value, is_below, table.need[rows]))]
    found: dict[Id, list[int]] = {need.id: [] for need in problem.needs}
    for row in order.tolist():
        found[problem.needs[table.need[row]].id].append(row)
    return found
