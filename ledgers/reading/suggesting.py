"""Suggest what a text just typed is about: service items, kinds of help, audiences, each with its reason."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import sparse

from ledgers.reading.bearings import BEYOND, bearings, features, item_points
from ledgers.reading.lexicon import Lexicon
from ledgers.reading.reader import Found, audiences_named, help_named, items_named, items_ruled_out
from ledgers.reading.words import plain

ITEMS = 3  # suggested at most
LEAST = 0.15  # confidence below which nothing is suggested
_SURE = 0.5  # confidence at which a kind of help or an audience is suggested
_NAMED = 0.1  # what the lexicon's own words add to a score
_HALF, _STEEP = 0.22, 0.05  # score at which an item is as likely right as wrong, and how fast that turns
_WORDS = 3


@dataclass(frozen=True, slots=True)
class Suggested:
    """One suggestion: what (an item by its code), its `confidence` in [0, 1], the words that led to it."""

    name: str
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a text seems to be about, the surest first; all empty when it says too little."""

    items: tuple[Suggested, ...] = ()
    help_kinds: tuple[Suggested, ...] = ()
    audiences: tuple[Suggested, ...] = ()


def suggestions(title: str, text: str, lexicon: Lexicon, *, asked: bool) -> Suggestions:
    """Read an entry as it is typed.

    Args:
        asked: the text is a demand's; otherwise a resource's.
    """
    if not plain(f"{title} {text}"):
        return Suggestions()
    return Suggestions(
        items_suggested(title, text, lexicon),
        _surest(help_named(title, text, asked=asked)),
        _surest(audiences_named(f"{title} {text}" if asked else text)),
    )


@lru_cache(maxsize=2_000)
def items_suggested(title: str, text: str, lexicon: Lexicon, top: int = ITEMS) -> tuple[Suggested, ...]:
    """Return the likeliest items of the lexicon, by its words and by what the whole text sounds like."""
    whole = f"{title}，{text}"
    table = bearings()
    cells = features([whole], table.grams, table.rarity)
    scores = _scores(lexicon, table.by_item_evenly(table.scores_of(cells))[0])
    named = items_named(title, text, lexicon)
    ruled_out = items_ruled_out(title, text, lexicon)
    total = {
        code: score + _NAMED * (named[code].confidence if code in named else 0.0)
        for code, score in scores.items()
        if code not in ruled_out
    }
    best = sorted(total, key=lambda code: (-total[code], code))[:top]
    found = ((code, 1.0 / (1.0 + math.exp((_HALF - total[code]) / _STEEP))) for code in best)
    names = {item.code: item.name for item in lexicon.items}
    return tuple(
        Suggested(code, sure, _words(cells, names[code], named.get(code)))
        for code, sure in found
        if sure >= LEAST
    )


def _scores(lexicon: Lexicon, by_item: np.ndarray) -> dict[str, float]:
    """Return code → score; an item the table does not know scores as far as the text points its way."""
    table = bearings()
    column = {name: i for i, name in enumerate(table.items) if name != BEYOND}
    own = [item for item in lexicon.items if item.name not in column]
    points = item_points((item.name, item.terms) for item in own)[:, : len(table.items)]
    known = {item.code: float(by_item[column[item.name]]) for item in lexicon.items if item.name in column}
    return known | {item.code: float(by_item @ row) for item, row in zip(own, points, strict=True)}


def _words(cells: sparse.csr_matrix, item: str, named: Found | None) -> tuple[str, ...]:
    """Return the words that led to an item: the lexicon's, else the runs of characters that told most."""
    if named:
        return named.words[:_WORDS]
    table = bearings()
    if item not in table.items:
        return ()
    sides = np.flatnonzero(table.belongs == table.items.index(item))
    first = cells.shape[1] - len(table.grams) - 1
    gain = {
        column - first: value * float((table.weights[column, sides] * table.scale[column]).sum())
        for column, value in zip(cells.indices.tolist(), cells.data.tolist(), strict=True)
        if first <= column < cells.shape[1] - 1
    }
    chosen: list[str] = []
    for row in sorted(gain, key=lambda row: (-gain[row], row)):
        if gain[row] <= 0 or len(chosen) == _WORDS:
            break
        if not any(set(table.runs[row]) & set(other) for other in chosen):
            chosen.append(table.runs[row])
    return tuple(chosen)


def _surest(found: Mapping[str, Found]) -> tuple[Suggested, ...]:
    sure = [Suggested(name, each.confidence, each.words) for name, each in found.items()]
    likely = [each for each in sure if each.confidence >= _SURE]
    return tuple(sorted(likely, key=lambda each: (-each.confidence, each.name)))
