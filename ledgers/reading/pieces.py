"""A text cut into the pieces that an encoder knows: the likeliest cut, as SentencePiece makes it."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ledgers.reading.words import plain

_UNKNOWN_SCORE = 10.0  # how much less likely than the rarest piece an unknown character is
_NOT_HAN = re.compile("[^\u4e00-\u9fff]+")


def chinese(text: str) -> str:
    """Return what is Chinese in a text, anything else between as one comma."""
    return _NOT_HAN.sub(",", plain(text)).strip(",")


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Piece → row, natural logarithms of the pieces' shares, and the row of what is unknown.

    `longest` is the longest piece's characters, `least` what an unknown character counts.
    """

    rows: dict[str, int]
    shares: np.ndarray
    unknown: int
    longest: int
    least: float

    @classmethod
    def of(cls, pieces: Sequence[str], shares: np.ndarray, unknown: int) -> "Pieces":
        """Return the pieces, in the order of their rows."""
        rows = {piece: row for row, piece in enumerate(pieces)}
        return cls(rows, shares.astype(float), unknown, max(map(len, pieces)), shares.min() - _UNKNOWN_SCORE)

    def cut(self, text: str) -> list[int]:
        """Return the rows of the likeliest cut; what has no piece is unknown. O(length × longest)."""
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)] + [(-math.inf, 0, 0)] * len(text)
        for start in range(len(text)):
            for end in range(start + 1, min(start + self.longest, len(text)) + 1):
                row = self.rows.get(text[start:end])
                if row is None and end > start + 1:
                    continue
                value = best[start][0] + (self.least if row is None else self.shares[row])
                if value > best[end][0]:
                    best[end] = (value, start, self.unknown if row is None else row)
        rows, end = [], len(text)
        while end:
            _, start, row = best[end]
            rows.append(row)
            end = start
        return rows[::-1]
