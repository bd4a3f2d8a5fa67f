"""How far a need and an offer belong together beyond what the terms see, learned from labelled counties.

Terms ask whether two texts speak of the same thing. Whether one *serves* the other is another question: a
need for hands is not served by a talk on the same matter, a dark crossing is served by whoever mends lamps.
`relevance.npz` holds two small matrices that take what is read from a need's text and from an offer's to the
same sixteen numbers. Their product is added to the fit, and so is a share of how near the two texts lie as
they are read in context (scripts/build_relevance.py).
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ledgers.reading.contexts import context_vectors, version
from pairing.matching.engine.affinity import Profile
from pairing.matching.engine.terms import dense_product

TABLE = Path(__file__).parent / "data" / "relevance.npz"
MOST = 0.5  # how much of a fit can be added or taken at most
_DIGITS = 9
_SURE = 0.6  # value from which on what is added counts for less and less: gains spread above the floor


class Projections(NamedTuple):
    """Features of a text × common numbers, for either side, and what a cosine in context is worth.

    The product of both sides is in units of fit, and so is `near`.
    """

    asked: np.ndarray
    offered: np.ndarray
    near: float


@cache
def projections() -> Projections:
    """Return the table, read once per process (110 kB)."""
    with np.load(TABLE) as stored:
        return Projections(
            stored["asked"].astype(float), stored["offered"].astype(float), float(stored["near"])
        )


def relevance(asked: Profile, offered: Profile, need: np.ndarray, offer: np.ndarray) -> np.ndarray:
    """Return what is added to the fit of each pair, in [−MOST, MOST]; 0 where a text says nothing."""
    table = projections()
    left, right = (context_vectors(side.sentences, offered=side.offered) for side in (asked, offered))
    added = dense_product(
        features(asked, left) @ table.asked, features(offered, right) @ table.offered, need, offer
    )
    added += table.near * dense_product(left, right, need, offer)
    # a matrix product differs in its last bits by how many texts are multiplied at once; scores shall not
    return np.round(np.clip(added, -MOST, MOST), _DIGITS)


def features(profile: Profile, context: np.ndarray) -> np.ndarray:
    """Return what was read from each text, a row each: its bearing, its meaning, and its words in context."""
    return np.hstack([profile.items, profile.meaning, context])


def adjusted(value: np.ndarray, added: np.ndarray) -> np.ndarray:
    """Return values in [0, 1] with what is added or taken; near 1 gains shrink: nothing becomes certain."""
    room = 1.0 - _SURE
    raised = np.where(
        value + added <= _SURE, value + added, _SURE + room * np.tanh((value + added - _SURE) / room)
    )
    return np.where(added > 0, np.maximum(value, raised), np.maximum(value + added, 0.0))


def keep(table: Projections) -> None:
    """Keep a new table, to three digits, with the name of the files it was learned beside."""
    asked, offered, near = (np.asarray(each, np.float16) for each in table)
    np.savez_compressed(TABLE, asked=asked, offered=offered, near=near, contexts=version())
    projections.cache_clear()
