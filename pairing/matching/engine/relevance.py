"""How far a need and an offer belong together beyond what the terms see, learned from labelled counties.

Terms ask whether two texts speak of the same thing. Whether one *serves* the other is another question: a
need for hands is not served by a talk on the same matter, a dark crossing is served by whoever mends lamps.
`relevance.npz` holds two small matrices that take what is read from a need's text and from an offer's to the
same sixteen numbers; their product is added to the fit (scripts/build_relevance.py).
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pairing.matching.engine.affinity import Profile
from pairing.matching.engine.terms import dense_product

TABLE = Path(__file__).parent / "data" / "relevance.npz"
MOST = 0.5  # how much of a fit can be added or taken at most
_DIGITS = 9
_SURE = 0.8  # value from which on what is added counts for less and less


class Projections(NamedTuple):
    """Features of a text × common numbers, for either side; their product is in units of fit."""

    asked: np.ndarray
    offered: np.ndarray


@cache
def projections() -> Projections:
    """Return the table, read once per process (90 kB)."""
    with np.load(TABLE) as stored:
        return Projections(stored["asked"].astype(float), stored["offered"].astype(float))


def features(profile: Profile) -> np.ndarray:
    """Return what was read from each text, a row each: its bearing, and its meaning."""
    return np.hstack([profile.items, profile.meaning])


def relevance(asked: Profile, offered: Profile, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return what is added to the fit of each pair, in [−MOST, MOST]; 0 where a text says nothing."""
    table = projections()
    added = dense_product(features(asked) @ table.asked, features(offered) @ table.offered, need, offer)
    # a matrix product differs in its last bits by how many texts are multiplied at once; scores shall not
    return np.round(np.clip(added, -MOST, MOST), _DIGITS)


def adjusted(value: np.ndarray, added: np.ndarray) -> np.ndarray:
    """Return values in [0, 1] with what is added or taken; near 1 gains shrink: nothing becomes certain."""
    room = 1.0 - _SURE
    raised = np.where(
        value + added <= _SURE, value + added, _SURE + room * np.tanh((value + added - _SURE) / room)
    )
    return np.where(added > 0, np.maximum(value, raised), np.maximum(value + added, 0.0))


def keep(table: Projections) -> None:
    """Keep a new table, to three digits."""
    np.savez_compressed(TABLE, **{name: rows.astype(np.float16) for name, rows in table._asdict().items()})
    projections.cache_clear()
