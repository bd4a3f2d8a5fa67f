"""What a text means, as a vector: the mean of its words' vectors, rare words counting for more.

The word table is a constant of the engine (see data/README.md): 66,846 common Chinese words, distilled from a
multilingual sentence model, 64 bytes each. No model runs here; a text costs some table look-ups.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from scipy import sparse

_TABLE = Path(__file__).parent / "data" / "meanings.npz"
_LONGEST = 4  # characters in the longest word of the table
_UNKNOWN = -20.0  # log share of a character the table does not know
_RARE = 1e-3  # share of all words at which a word counts half
_TITLE = 1.5  # a word in the title says more than one in the description
_FADED = 0.5  # what a word keeps that says for whom, or only that something is wanted
_FADED_WORDS = frozenset(
    [
        "孩子",
        "小孩",
        "娃娃",
        "学生",
        "老人",
        "老年",
        "老年人",
        "妇女",
        "村民",
        "群众",
        "居民",
        "社区",
        "村里",
        "干部",
        "员工",
        "职工",
        "大家",
        "家里",
        "家长",
        "爷爷",
        "奶奶",
        "人",
        "个",
        "几",
        "想",
        "没",
        "有",
        "要",
        "请",
        "来",
        "去",
        "说",
        "看",
    ]
)
_HAN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, eq=False)
class WordTable:
    """Row per word: `share` of all running words, and codes into the book of part vectors."""

    rows: dict[str, int]
    share: np.ndarray
    codes: np.ndarray
    book: np.ndarray

    @property
    def width(self) -> int:
        return self.book.shape[0] * self.book.shape[2]

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """Return the vectors of some rows, one line each."""
        parts = self.book[np.arange(self.book.shape[0]), self.codes[rows]]
        return parts.reshape(len(rows), self.width)


@cache
def word_table() -> WordTable:
    """Return the table, read once per process (4.6 MB)."""
    with np.load(_TABLE) as stored:
        words = stored["words"].tobytes().decode().split("\n")
        counts = stored["counts"].astype(float)
        return WordTable(
            {word: row for row, word in enumerate(words)},
            counts / counts.sum(),
            stored["codes"],
            stored["book"].astype(np.float32),
        )


@lru_cache(maxsize=50_000)
def words_in(text: str) -> tuple[str, ...]:
    """Cut a text into the likeliest words of the table; what is not Chinese is left out."""
    return tuple(word for part in _HAN.findall(text) for word in _cut(part))


def text_vectors(entries: Sequence[tuple[str, str]]) -> np.ndarray:
    """Return a unit vector per (title, text); zero where no word is known."""
    table = word_table()
    bags = [bag_of(title, text) for title, text in entries]
    known = np.array(sorted({row for bag in bags for row in bag}), dtype=np.int64)
    column = {row: i for i, row in enumerate(known.tolist())}
    indptr = np.cumsum([0, *(len(bag) for bag in bags)])
    order = [sorted(bag) for bag in bags]
    indices = np.fromiter((column[row] for rows in order for row in rows), dtype=np.int64, count=indptr[-1])
    data = np.fromiter(
        (bag[row] for bag, rows in zip(bags, order, strict=True) for row in rows),
        dtype=float,
        count=indptr[-1],
    )
    weights = sparse.csr_matrix((data, indices, indptr), shape=(len(bags), known.size))
    return unit(np.asarray(weights @ table.vectors(known).astype(float)))


def unit(rows: np.ndarray) -> np.ndarray:
    """Scale rows to length 1; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)


def bag_of(title: str, text: str) -> dict[int, float]:
    table = word_table()
    bag: dict[int, float] = defaultdict(float)
    for part, weight in ((title, _TITLE), (text, 1.0)):
        for word in words_in(part):
            row = table.rows.get(word)
            if row is not None:
                faded = _FADED if word in _FADED_WORDS else 1.0
                bag[row] += faded * weight * _RARE / (_RARE + float(table.share[row]))
    return bag


def _cut(part: str) -> Iterable[str]:
    """Return the cut with the largest product of word shares."""
    table = word_table()
    best: list[tuple[float, int]] = [(0.0, 0)] + [(-math.inf, 0)] * len(part)
    for start in range(len(part)):
        for end in range(start + 1, min(start + _LONGEST, len(part)) + 1):
            row = table.rows.get(part[start:end])
            if row is None and end > start + 1:
                continue
            value = best[start][0] + (_UNKNOWN if row is None else math.log(table.share[row]))
            best[end] = max(best[end], (value, start))
    words, end = [], len(part)
    while end:
        words.append(part[best[end][1] : end])
        end = best[end][1]
    return reversed(words)
