"""How near a text is to every service item, and two texts to each other, in meaning rather than in wording.

An item is known by its lexicon and by phrases of both sides (data/phrases.txt). All scales are constants of
the lexicon, never of a county's ledgers: one more resource changes no other resource's score.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from pairing.matching.engine.learning import Learned
from pairing.matching.engine.meaning import text_vectors, unit
from pairing.matching.engine.problem import Lexicon, Need, Offer
from pairing.matching.engine.reading import plain

_PHRASES = Path(__file__).parent / "data" / "phrases.txt"
_SHARPNESS = 2.0  # how fast an item loses its share as it lags behind the best one
_CLAUSE = 0.4  # say of the one clause nearest to an item; the rest is the whole text's
_BREAK = re.compile(r"[，。；、！？：,.;!?:\s]+")
_CHUNK = 2_000  # texts per pass, bounding memory to chunk × phrases
_NOTHING = Learned()
_CONFIRMED = 0.7  # share of an item profile that a person's choice takes


@dataclass(frozen=True, slots=True, eq=False)
class ItemSpace:
    """The items as places in the space of meaning.

    `mean` and `spread` standardise likeness to an item, `asked` and `offered` are the mean vectors of both
    sides' phrases (what all needs, all offers have in common), `scale` the spread of likeness without that.
    """

    names: tuple[str, ...]
    phrases: np.ndarray
    starts: np.ndarray
    mean: np.ndarray
    spread: float
    asked: np.ndarray
    offered: np.ndarray
    scale: float


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Texts of one side: `meaning` without what its side has in common, `items` as unit rows of affinity."""

    meaning: np.ndarray
    items: np.ndarray


@cache
def spoken() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return item name → (how it is asked for, how it is offered)."""
    lines = _PHRASES.read_text(encoding="utf-8").splitlines()
    rows = (line.split("|") for line in lines if line and not line.startswith("#"))
    return {name: (tuple(asked.split("；")), tuple(offered.split("；"))) for name, asked, offered in rows}


@lru_cache(maxsize=4)
def item_space(lexicon: Lexicon) -> ItemSpace:
    """Return the space of a lexicon's items and of the known items it leaves out."""
    words = {name: (*asked, *offered) for name, (asked, offered) in spoken().items()}
    for item in lexicon.items:
        words[item.name] = (item.name, *item.terms, *words.get(item.name, ()))
    names = tuple(sorted(words))
    phrases = text_vectors([(phrase, "") for name in names for phrase in words[name]])
    starts = np.cumsum([0, *(len(words[name]) for name in names)])
    asked, offered = (text_vectors(_side(side)) for side in (0, 1))
    likeness = _likeness(phrases, phrases, starts, own=True)
    cross = (asked - asked.mean(axis=0)) @ (offered - offered.mean(axis=0)).T
    return ItemSpace(
        names,
        phrases,
        starts,
        likeness.mean(axis=0),
        float(likeness.std()),
        asked.mean(axis=0),
        offered.mean(axis=0),
        float(cross.std()),
    )


def profiles(
    lexicon: Lexicon, entries: Sequence[Need | Offer], *, offered: bool, learned: Learned = _NOTHING
) -> Profile:
    """Read the texts of one side; items a person has confirmed outweigh what the text sounds like.

    Args:
        learned: votes of past decisions; they bend the reading of needs, an offer's text is its own.
    """
    space = item_space(lexicon)
    vectors = text_vectors([(plain(entry.title), plain(entry.text)) for entry in entries])
    items = _shares(space, vectors, [_clauses(entry) for entry in entries])
    items = learned.adjust(items, space.names, [(plain(entry.title), plain(entry.text)) for entry in entries])
    column = {name: i for i, name in enumerate(space.names)}
    for item in lexicon.items:
        column[item.code] = column[item.name]
    for row, entry in enumerate(entries):
        if entry.items:
            _settle(items[row], [column[item] for item in sorted(entry.items) if item in column])
    return Profile(vectors - (space.offered if offered else space.asked), items)


def _settle(shares: np.ndarray, chosen: list[int]) -> None:
    """Let a person's choice outweigh the text; a choice the lexicon does not know still silences the text."""
    shares *= 1.0 - _CONFIRMED
    if chosen:
        shares[chosen] += _CONFIRMED
        shares /= np.linalg.norm(shares)


def _clauses(entry: Need | Offer) -> list[str]:
    """Return the clauses of title and text, at least one."""
    found = [clause for clause in _BREAK.split(f"{entry.title}，{entry.text}") if len(clause) > 1]
    return found or [entry.title]


def _shares(space: ItemSpace, vectors: np.ndarray, clauses: Sequence[list[str]]) -> np.ndarray:
    """Return unit rows of soft shares among the items; one telling clause can outweigh a wordy text."""
    if not len(vectors):
        return np.zeros((0, len(space.names)))
    parts = _standing(space, text_vectors([(clause, "") for each in clauses for clause in each]))
    starts = np.cumsum([0, *(len(each) for each in clauses[:-1])])
    best = np.maximum.reduceat(parts, starts, axis=0)
    standing = (1.0 - _CLAUSE) * _standing(space, vectors) + _CLAUSE * best
    return unit(np.exp(_SHARPNESS * (standing - standing.max(axis=1, keepdims=True))))


def _standing(space: ItemSpace, vectors: np.ndarray) -> np.ndarray:
    """Return likeness to every item in spreads above what a text of another item has."""
    chunks = [
        _likeness(vectors[i : i + _CHUNK], space.phrases, space.starts)
        for i in range(0, len(vectors), _CHUNK)
    ]
    return (np.concatenate(chunks) - space.mean) / space.spread


def _likeness(vectors: np.ndarray, phrases: np.ndarray, starts: np.ndarray, own: bool = False) -> np.ndarray:
    """Return text × item: the mean cosine with the item's two nearest phrases (`own`: never with itself)."""
    product = vectors @ phrases.T
    if own:
        np.fill_diagonal(product, -1.0)
    sizes = np.diff(starts)
    nearest = np.maximum.reduceat(product, starts[:-1], axis=1)
    product[product == np.repeat(nearest, sizes, axis=1)] = -1.0
    second = np.maximum.reduceat(product, starts[:-1], axis=1)
    return np.where(sizes > 1, (nearest + second) / 2, nearest)


def _side(side: int) -> list[tuple[str, str]]:
    return [(phrase, "") for both in spoken().values() for phrase in both[side]]
