"""How crowded it is where a demand points: among many rows of phrases it is like much, and that tells less.

`crowding.npz` has where each row of data/phrases.txt points as a resource says it (scripts/build_bearings.py
makes it after the bearings). It is the same for every county, so no ledger's texts change what another text
counts.
"""

from functools import cache
from pathlib import Path

import numpy as np

from ledgers.reading.bearings import BEYOND, directions, spoken
from ledgers.reading.meaning import unit

TABLE = Path(__file__).parent / "data" / "crowding.npz"
_NEAREST = 10  # rows of phrases, of about seven hundred
_USUAL = 0.31  # their mean cosine with a text that asks, as ledgers are written


def crowding(rows: np.ndarray) -> np.ndarray:
    """Return per bearing of a demand its mean cosine with the nearest of what is offered, less what is usual.

    Bearings are read one by one, so that one more text changes no other's figure by a bit.
    """
    near = [np.partition(_table() @ row, -_NEAREST)[-_NEAREST:].mean() for row in rows.astype(np.float32)]
    known = np.any(rows != 0, axis=1)
    return np.where(known, np.array(near, dtype=float) - _USUAL, 0.0)


@cache
def _table() -> np.ndarray:
    """Return where the rows of phrases point that offer, read once per process."""
    with np.load(TABLE) as stored:
        return np.asarray(stored["offered"] * stored["scale"])


def build() -> None:
    """Write the table anew from the phrases and the bearings: whole numbers up to 127 and a scale a row."""
    kept = [both for name, both in spoken().items() if name != BEYOND and all(both)]
    rows = unit(np.array([directions(said, offered=True).mean(axis=0) for _, said in kept]))
    scale = np.abs(rows).max(axis=1, keepdims=True) / 127
    np.savez_compressed(TABLE, offered=np.round(rows / scale).astype(np.int8), scale=scale.astype(np.float32))
