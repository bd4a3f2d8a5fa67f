"""Which way a text points among the service items: a linear reading of its words and characters.

`bearings.npz` is made from the catalogue's terms and data/phrases.txt alone (scripts/build_bearings.py): a
ridge regression from what a text says to the row of phrases it was written for, an item or one side of it. A
bearing is read from a text by itself; no other text of a county changes it. An item that a county adds points
where its words do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from scipy import sparse

from ledgers.reading.contexts import forget_contexts
from ledgers.reading.meaning import text_vectors, unit
from ledgers.reading.remembered import RememberedRows
from ledgers.reading.sentences import forget_vectors, sentence_vectors
from ledgers.reading.words import plain

TABLE = Path(__file__).parent / "data" / "bearings.npz"
PHRASES = Path(__file__).parent / "data" / "phrases.txt"
BEYOND = (
    "超出结对所能"  # no item: what branches cannot do for each other, a bridge, a post, a permit from above
)
_BEYOND_FULL = 0.4  # score at which a text surely asks for that
_ITEM_PART = 1 / 3  # say of the items in a bearing; the rest is their sides'
SIZES = (2, 3)  # characters in a gram
_read_last = RememberedRows(8_000)  # three kilobytes each


@dataclass(frozen=True, slots=True, eq=False)
class Bearings:
    """The regression.

    `sides` are its columns, an item or one side of it each, and `belongs` the column of each in `items`.
    `runs` are runs of characters and `grams` says where each stands; they have a row of `weights` (times
    `scale`) and a `rarity`; the rows before them are for the text's vectors, the last one is the constant.
    `asked` and `offered` are the mean scores of texts that ask and of those that offer, `means` their mean
    sentence vectors.
    """

    sides: tuple[str, ...]
    items: tuple[str, ...]
    belongs: np.ndarray
    runs: tuple[str, ...]
    grams: dict[str, int]
    rarity: np.ndarray
    weights: np.ndarray
    scale: np.ndarray
    asked: np.ndarray
    offered: np.ndarray
    means: np.ndarray

    def scores_of(self, cells: sparse.csr_matrix) -> np.ndarray:
        """Return the scores of texts whose features are known."""
        used = np.unique(cells.indices)
        return np.asarray(cells[:, used] @ (self.weights[used] * self.scale[used]))

    def by_item(self, rows: np.ndarray) -> np.ndarray:
        """Add up the sides of every item: the same regression on items."""
        total = np.zeros((len(rows), len(self.items)))
        np.add.at(total.T, self.belongs, rows.T)
        return total

    def by_item_evenly(self, rows: np.ndarray) -> np.ndarray:
        """The same as if all items had as many sides as is usual: an item of many is no likelier for it."""
        sides = np.bincount(self.belongs)
        return self.by_item(rows) * sides.mean() / sides


@cache
def bearings() -> Bearings:
    """Return the table, read once per process."""
    with np.load(TABLE) as stored:
        sides, grams = (tuple(stored[name].tobytes().decode().split("\n")) for name in ("sides", "grams"))
        items = tuple(dict.fromkeys(map(item_of, sides)))
        return Bearings(
            sides,
            items,
            np.array([items.index(item_of(side)) for side in sides]),
            grams,
            {gram: i for i, gram in enumerate(grams)},
            stored["rarity"].astype(float),
            stored["weights"],
            stored["scale"],
            stored["asked"].astype(float),
            stored["offered"].astype(float),
            stored["means"].astype(float),
        )


def text_scores(texts: Sequence[str]) -> np.ndarray:
    """Return text × side: about 1 where a text speaks of it, about 0 elsewhere."""
    table = bearings()
    if not texts:
        return np.zeros((0, len(table.sides)))
    return _read_last.of(texts, lambda unknown: table.scores_of(features(unknown, table.grams, table.rarity)))


def forget_texts() -> None:
    """Forget every text, so that the next reading costs what a first one does."""
    _read_last.forget()
    forget_vectors()
    forget_contexts()


def grams_of(text: str) -> set[str]:
    """Return the runs of two and three characters of a text; none crosses a space."""
    words = plain(text).split()
    return {word[i : i + n] for word in words for n in SIZES for i in range(len(word) - n + 1)}


def features(texts: Sequence[str], grams: dict[str, int], rarity: np.ndarray) -> sparse.csr_matrix:
    """Return per text what its words mean, what the whole means, its rare grams as a unit row, and a 1."""
    rows, columns = [], []
    for i, text in enumerate(texts):
        known = sorted(grams[gram] for gram in grams_of(text) if gram in grams)
        rows.extend([i] * len(known))
        columns.extend(known)
    said = sparse.csr_matrix(
        (rarity[columns] if columns else np.empty(0), (rows, columns)), shape=(len(texts), len(grams))
    )
    norms = np.sqrt(np.asarray(said.multiply(said).sum(axis=1)).ravel())
    said = sparse.diags(np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)) @ said
    words = text_vectors([(plain(text), "") for text in texts])
    vectors = sparse.csr_matrix(np.hstack([words, sentence_vectors(texts)]))
    return sparse.csr_matrix(sparse.hstack([vectors, said, np.ones((len(texts), 1))]))


def directions(texts: Sequence[str], *, offered: bool, scores: np.ndarray | None = None) -> np.ndarray:
    """Return unit bearings without what their side has in common; zero for a text that says nothing.

    Args:
        scores: those of the texts, where they are known already.
    """
    table = bearings()
    said = np.array([bool(plain(text)) for text in texts], dtype=bool)
    rows = (text_scores(texts) if scores is None else scores) - (table.offered if offered else table.asked)
    return np.where(said[:, None], _joined(table.by_item(rows), rows), 0.0)


def name_directions(names: Sequence[str], *, offered: bool) -> np.ndarray:
    """Return the bearings of names that stand again and again: of offices, of aspects."""
    if not names:
        return directions([], offered=offered)
    return np.array([_direction(name, offered) for name in names])


@lru_cache(maxsize=1024)
def _direction(name: str, offered: bool) -> np.ndarray:
    return np.asarray(directions([name], offered=offered)[0])


def _joined(by_item: np.ndarray, by_side: np.ndarray) -> np.ndarray:
    """Return unit rows in which items have one part and their sides the rest."""
    return np.hstack([_ITEM_PART**0.5 * unit(by_item), (1.0 - _ITEM_PART) ** 0.5 * unit(by_side)])


def beyond(scores: np.ndarray) -> np.ndarray:
    """Return how surely each text of `scores` asks for what no branch can do for another, in [0, 1]."""
    table = bearings()
    sides = table.belongs == table.items.index(BEYOND)
    return np.clip(scores[:, sides].sum(axis=1) / _BEYOND_FULL, 0.0, 1.0)


def item_points(names: Iterable[tuple[str, Sequence[str]]]) -> np.ndarray:
    """Return a unit bearing per item: its own axes when shipped, else where its name and terms point."""
    table = bearings()
    rows = [_point(name, tuple(terms)) for name, terms in names]
    return np.array(rows).reshape(-1, len(table.items) + len(table.sides))


@lru_cache(maxsize=1024)
def _point(name: str, terms: tuple[str, ...]) -> np.ndarray:
    table = bearings()
    if name not in table.items:
        return np.asarray(unit(directions([name, *terms], offered=True).sum(axis=0, keepdims=True))[0])
    own = (table.belongs == table.items.index(name)).astype(float)[None, :]
    return np.asarray(_joined(table.by_item(own), own)[0])


def spoken() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return item, or item·side of it → (how it is asked for, how it is offered)."""
    lines = PHRASES.read_text(encoding="utf-8").splitlines()
    rows = (line.split("|") for line in lines if line and not line.startswith("#"))
    return {name: (_parted(asked), _parted(offered)) for name, asked, offered in rows}


def _parted(phrases: str) -> tuple[str, ...]:
    return tuple(phrase for phrase in phrases.split("；") if phrase)


def item_of(name: str) -> str:
    """Return the item of a row of phrases: what stands before the dot."""
    return name.partition("·")[0]
