"""What accepted and declined matches teach: which words of a need speak for or against a service item.

A vote is kept per (word, item). Votes move a text's reading only as far as its own words have been voted on:
wording nobody has decided about is read as if nothing had been learned.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from ledgers.reading.meaning import bag_of, words_in

_PATIENCE = 2.0  # votes on a word after which it is believed half


@dataclass(frozen=True, slots=True)
class Lesson:
    """One decision of a person: a need with these words was matched to this item, and accepted or not."""

    title: str
    text: str
    item: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """Votes by word: item → (for, against). Empty at first; `taught` returns a new one, in any order."""

    votes: Mapping[str, Mapping[str, tuple[int, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, lessons: Iterable[Lesson]) -> Self:
        """Learn from all decisions at once; the same as `taught` one by one."""
        return cls().taught(lessons)

    def taught(self, lessons: Iterable[Lesson]) -> Self:
        """Return what is known after some more decisions."""
        votes: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        for word, items in self.votes.items():
            votes[word] = dict(items)
        for lesson in lessons:
            for word in {*words_in(lesson.title), *words_in(lesson.text)}:
                good, bad = votes[word].get(lesson.item, (0, 0))
                votes[word][lesson.item] = (good + lesson.accepted, bad + (not lesson.accepted))
        return type(self)(dict(votes))

    def adjust(
        self, rows: np.ndarray, points: Mapping[str, np.ndarray], entries: Iterable[tuple[str, str]]
    ) -> np.ndarray:
        """Blend bearings (rows of unit length) with the votes on each text's words.

        Args:
            points: where each item stands, a unit row.
            entries: (title, text) per row.
        """
        if not self.votes:
            return rows
        blended = [self._blend(row, points, *entry) for row, entry in zip(rows, entries, strict=True)]
        return np.array(blended).reshape(rows.shape)  # also without a row

    def _blend(self, row: np.ndarray, points: Mapping[str, np.ndarray], title: str, text: str) -> np.ndarray:
        weights = _word_weights(title, text)
        belief: dict[str, float] = defaultdict(float)
        known = 0.0
        for word, weight in weights.items():
            items = self.votes.get(word, {})
            count = sum(good + bad for good, bad in items.values())
            known += weight * count / (count + _PATIENCE)
            for item, (good, bad) in items.items():
                if item in points:
                    belief[item] += weight * (good - bad) / (good + bad + _PATIENCE)
        sure = (known / sum(weights.values())) ** 4 if weights else 0.0
        if not sure:
            return row
        blended = (1.0 - sure) * row
        for item, share in _shares(belief, -1.0).items():
            blended = blended - sure * share * max(float(blended @ points[item]), 0.0) * points[item]
        for item, share in _shares(belief, 1.0).items():
            blended = blended + sure * share * points[item]
        return np.asarray(blended / (np.linalg.norm(blended) or 1.0))


def _shares(belief: Mapping[str, float], sign: float) -> dict[str, float]:
    """Return the items believed in one way, the most believed as 1."""
    found = {item: sign * value for item, value in sorted(belief.items()) if sign * value > 0}
    most = max(found.values(), default=1.0)
    return {item: value / most for item, value in found.items()}


def _word_weights(title: str, text: str) -> dict[str, float]:
    """Return word → how much it says, as in the text's vector."""
    words = {*words_in(title), *words_in(text)}
    return {word: sum(bag_of(word, "").values()) for word in sorted(words)}
