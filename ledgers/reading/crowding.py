"""How crowded it is where a text points: among many rows of phrases it is like much, and that tells less.

`crowding.npz` has where each row of data/phrases.txt points as a resource says it and as a demand does
(scripts/build_bearings.py makes it after the bearings). It is the same for every county, so no ledger's texts
change what another text counts.
"""

from functools import cache
from pathlib import Path

import numpy as np

from ledgers.reading.bearings import BEYOND, directions, spoken
from ledgers.reading.meaning import unit

TABLE = Path(__file__).parent / "data" / "crowding.npz"
_NEAREST = 10  # rows of phrases, of about seven hundred
_USUAL = {False: 0.31, True: 0.40}  # their mean cosine with a text that asks, one that offers, as written


def crowding(rows: np.ndarray, *, offered: bool) -> np.ndarray:
    """Return per bearing its mean cosine with the nearest rows of the other side, less what is usual.

    Bearings are read one by one, so that one more text changes no other's figure by a bit.

    Args:
        offered: the bearings are those of resources; they are held against how things are asked for.
    """
    table = _table(offered=not offered)
    near = [np.partition(table @ row, -_NEAREST)[-_NEAREST:].mean() for row in rows.astype(np.float32)]
    known = np.any(rows != 0, axis=1)
    return np.where(known, np.array(near, dtype=float) - _USUAL[offered], 0.0)


@cache
def _table(*, offered: bool) -> np.ndarray:
    """Return where the rows of phrases point that offer or ask, read once per process."""
    side = "offered" if offered else "asked"
    with np.load(TABLE) as stored:
        return np.asarray(stored[side] * stored[f"{side}_scale"])


def build() -> None:
    """Write the table anew from the phrases and the bearings: whole numbers up to 127 and a scale a row."""
    kept = [both for name, both in spoken().items() if name != BEYOND and all(both)]
    arrays = {}
    for offered, side in enumerate(("asked", "offered")):
        rows = unit(
            np.array([directions(both[offered], offered=bool(offered)).mean(axis=0) for both in kept])
        )
        scale = np.abs(rows).max(axis=1, keepdims=True) / 127
        arrays[side] = np.round(rows / scale).astype(np.int8)
        arrays[f"{side}_scale"] = scale.astype(np.float32)
    np.savez_compressed(TABLE, **arrays)
