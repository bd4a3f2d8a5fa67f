"""How near a text is to every service item, and two texts to each other, in meaning rather than in wording.

All scales are constants of the tables in ledgers/reading/data, never of a county's ledgers: one more resource
changes no other resource's score.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ledgers.reading.bearings import (
    bearings,
    beyond,
    directions,
    item_points,
    name_directions,
    text_scores,
)
from ledgers.reading.lexicon import Lexicon
from ledgers.reading.limits import done
from ledgers.reading.meaning import unit
from ledgers.reading.reader import items_ruled_out
from ledgers.reading.sentences import sentence_vectors
from ledgers.reading.words import plain
from pairing.matching.engine.learning import Learned
from pairing.matching.engine.problem import Id, MatchProblem, Need, Offer

_NOTHING = Learned()
_NAMELESS: Mapping[Id, str] = {}
_CONFIRMED = 0.7  # share of an item profile that a person's choice takes
_OFFICE = 0.3  # length of what an offer's branch is called beside what the offer says, 1
_PLAIN = 0.35  # cosine of a text and an item from which on the text is taken to be about it
_PARTY = re.compile("党(?:总支|支部|委|组)")  # what all branches are called


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Texts of one side, a unit row each: `meaning` and `items` without what their side has in common.

    `sentences` are the texts themselves, for what is read only where it has a say (relevance.py).
    `beyond` is how surely each asks for what no branch can do for another, in [0, 1].
    """

    sentences: tuple[str, ...]
    offered: bool
    meaning: np.ndarray
    items: np.ndarray
    beyond: np.ndarray


@lru_cache(maxsize=4)
def points(lexicon: Lexicon) -> Mapping[str, np.ndarray]:
    """Return where every item of the lexicon stands, by its code."""
    rows = item_points((item.name, item.terms) for item in lexicon.items)
    return {item.code: row for item, row in zip(lexicon.items, rows, strict=True)}


@lru_cache(maxsize=8_000)
def likeliest_item(lexicon: Lexicon, title: str, text: str) -> tuple[str, ...]:
    """Return the code of the item that an offer's text is most like, none where it is plainly like no one."""
    where = points(lexicon)
    row = directions([f"{title}，{text}"], offered=True)[0]
    likeness = {code: float(row @ point) for code, point in where.items()}
    best = max(likeness, key=lambda code: (likeness[code], code), default="")
    return (best,) if likeness.get(best, 0.0) >= _PLAIN else ()


def sentence(entry: Need | Offer) -> str:
    """Return title and text as one sentence."""
    return f"{entry.title}，{entry.text}"


def sentences(problem: MatchProblem) -> tuple[list[str], list[str]]:
    """Return the texts of needs and of offers as they are read."""
    asked = [sentence(need) for need in problem.needs]
    return asked, [sentence(without_limits(offer)) for offer in problem.offers]


def without_limits(offer: Offer) -> Offer:
    """Return an offer without what it says it does not do."""
    return replace(offer, text=done(offer.text))


def profiles(
    lexicon: Lexicon,
    entries: Sequence[Need | Offer],
    *,
    offered: bool,
    learned: Learned = _NOTHING,
    offices: Mapping[Id, str] = _NAMELESS,
) -> Profile:
    """Read the texts of one side; items a person has confirmed outweigh what the text sounds like.

    Args:
        learned: votes of past decisions; they bend the reading of needs, an offer's text is its own.
        offices: branch → its name; what offers come from a court or a bank is bent a little that way.
    """
    where = points(lexicon)
    texts = [sentence(entry) for entry in entries]
    scores = text_scores(texts)
    items = directions(texts, offered=offered, scores=scores)
    if offices:
        items = _from_offices(items, [offices.get(entry.branch_id, "") for entry in entries])
    items = learned.adjust(items, where, [(plain(entry.title), plain(entry.text)) for entry in entries])
    for row, entry in enumerate(entries):
        for item in sorted(items_ruled_out(entry.title, entry.text, lexicon) & where.keys()):
            items[row] -= max(float(items[row] @ where[item]), 0.0) * where[item]
        if entry.items:
            items[row] = _settled(items[row], [where[item] for item in sorted(entry.items) if item in where])
    vectors = sentence_vectors(texts)
    known = np.any(vectors != 0, axis=1, keepdims=True)
    meaning = np.where(known, unit(vectors - bearings().means[int(offered)]), 0.0)
    return Profile(tuple(texts), offered, meaning, items, beyond(scores))


def _from_offices(items: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Bend offers that say something towards what the name of their branch sounds like."""
    rows = name_directions([_PARTY.sub("", name) for name in names], offered=True)
    return np.where(np.any(items != 0, axis=1, keepdims=True), unit(items + _OFFICE * rows), 0.0)


def _settled(row: np.ndarray, chosen: list[np.ndarray]) -> np.ndarray:
    """Let a person's choice outweigh the text; a choice the lexicon does not know still silences the text."""
    row = row * (1.0 - _CONFIRMED)
    if not chosen:
        return row
    row = row + _CONFIRMED * unit(np.sum(chosen, axis=0, keepdims=True))[0]
    return np.asarray(row / np.linalg.norm(row))
