"""How crowded it is where a text points: among many rows of phrases it is like much, and that tells less.

`crowding.npz` has where each row of data/phrases.txt points on either side (scripts/build_bearings.py makes
it after the bearings). It is the same for every county, so no ledger's texts change what another text counts.
"""

from functools import cache
from pathlib import Path

import numpy as np

from ledgers.reading.bearings import BEYOND, directions, spoken
from ledgers.reading.meaning import unit

TABLE = Path(__file__).parent / "data" / "crowding.npz"
_NEAREST = 10  # rows of phrases, of about seven hundred
_USUAL = (0.31, 0.36)  # their mean cosine with a text that asks, with one that offers, as ledgers are written


def crowding(rows: np.ndarray, *, offered: bool) -> np.ndarray:
    """Return per bearing its mean cosine with the nearest of what the other side says, less what is usual.

    Bearings are read one by one, so that one more text changes no other's figure by a bit.
    """
    others = _table()[0 if offered else 1]
    near = [np.partition(others @ row, -_NEAREST)[-_NEAREST:].mean() for row in rows.astype(np.float32)]
    known = np.any(rows != 0, axis=1)
    return np.where(known, np.array(near, dtype=float) - _USUAL[int(offered)], 0.0)


@cache
def _table() -> tuple[np.ndarray, np.ndarray]:
    """Return where the rows of phrases point that ask, and those that offer, read once per process."""
    with np.load(TABLE) as stored:
        asked, offered = (stored[side] * stored[f"{side}_scale"] for side in ("asked", "offered"))
        return asked, offered


def build() -> None:
    """Write the table anew from the phrases and the bearings."""
    kept = [both for name, both in spoken().items() if name != BEYOND and all(both)]
    (asked, asked_scale), (offered, offered_scale) = (
        _in_bytes([directions(both[side], offered=bool(side)).mean(axis=0) for both in kept])
        for side in (0, 1)
    )
    np.savez_compressed(
        TABLE, asked=asked, asked_scale=asked_scale, offered=offered, offered_scale=offered_scale
    )


def _in_bytes(means: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return unit rows as whole numbers up to 127, and what each row is to be multiplied with."""
    rows = unit(np.array(means))
    scale = np.abs(rows).max(axis=1, keepdims=True) / 127
    return np.round(rows / scale).astype(np.int8), scale.astype(np.float32)
