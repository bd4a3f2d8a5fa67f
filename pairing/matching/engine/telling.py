"""How much it tells that two texts point the same way: in some directions more than in others.

Many texts point a little towards farming or the law and mean something else; few point towards ophthalmology.
`telling.txt` has a number for each item and each side of one, 1 where nothing is known, learned from labelled
development counties (scripts/build_telling.py).
"""

from functools import cache
from pathlib import Path

import numpy as np

from ledgers.reading.bearings import bearings

TABLE = Path(__file__).parent / "data" / "telling.txt"
_ITEM, _SIDE = "item", "side"


@cache
def telling() -> np.ndarray:
    """Return a weight ≥ 0 per column of a bearing, read once per process."""
    rows = (line.split("|") for line in TABLE.read_text(encoding="utf-8").splitlines())
    known = {(kind, name): float(weight) for kind, name, weight in rows}
    return np.array([known.get(column, 1.0) for column in columns()])


def columns() -> list[tuple[str, str]]:
    """Return what each column of a bearing stands for: an item, or a side of one."""
    table = bearings()
    return [*((_ITEM, name) for name in table.items), *((_SIDE, name) for name in table.sides)]


def write(weights: np.ndarray) -> None:
    """Keep new weights, in the order of `columns`, to two digits."""
    lines = [
        f"{kind}|{name}|{weight:.2f}\n"
        for (kind, name), weight in zip(columns(), weights.tolist(), strict=True)
    ]
    TABLE.write_text("".join(lines), encoding="utf-8")
    telling.cache_clear()
