"""What a whole text means, as a vector: a small sentence encoder in plain numpy.

`sentences.npz` (see data/README.md) is Google's Universal Sentence Encoder, multilingual, cut down to its
Chinese pieces: an average of piece vectors and of windows of two, three and five pieces, then a small
network. Texts are read one by one, so that a text's vector is the same to the last bit in whatever company.
A text costs about three milliseconds; a process remembers the last twenty thousand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from ledgers.reading.pieces import Pieces, chinese

_TABLE = Path(__file__).parent / "data" / "sentences.npz"
UNKNOWN, FIRST, LAST, SPACE, COMMA = range(5)  # rows of the pieces that are no Chinese
WIDTH = 512  # numbers in a vector
WINDOWS = ((2, 0), (3, 1), (5, 2))  # pieces in a window, those of them before the piece itself
_KNOWN = 20_000  # texts whose vectors are remembered, a kilobyte each
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """Pieces with their vectors, and the weights of the network."""

    pieces: Pieces
    vectors: np.ndarray
    weights: dict[str, np.ndarray]


@cache
def encoder() -> Encoder:
    """Return the encoder, read once per process."""
    with np.load(_TABLE) as stored:
        pieces = Pieces.of(stored["pieces"].tobytes().decode().split("\n"), stored["shares"], UNKNOWN)
        names = [name[:-5] for name in stored.files if name.endswith("_size")]
        weights = {name: stored[name] * stored[f"{name}_size"] for name in names}
        small = {"pieces", "shares", "codes", "size", "least"}
        rest = {
            n: stored[n] for n in stored.files if n not in small and n not in weights and n[-5:] != "_size"
        }
        return Encoder(
            pieces,
            stored["codes"] * stored["size"][:, None] + stored["least"][:, None],
            weights | rest,
        )


def sentence_vectors(texts: Sequence[str]) -> np.ndarray:
    """Return a unit vector of 512 numbers per text; zero where there is no Chinese."""
    return np.array([_vector(text) for text in texts], dtype=float).reshape(len(texts), WIDTH)


@lru_cache(maxsize=_KNOWN)
def _vector(text: str) -> np.ndarray:
    known = encoder()
    pieces = known.pieces.cut(chinese(text))
    if not pieces:
        return np.zeros(WIDTH, dtype=np.float16)
    return _read(known, [FIRST, SPACE, *pieces, LAST]).astype(np.float16)


def forget_vectors() -> None:
    """Forget every text's vector."""
    _vector.cache_clear()


def _read(known: Encoder, pieces: list[int]) -> np.ndarray:
    """Run the network over the pieces of a text."""
    w = known.weights
    own = known.vectors[pieces]
    parts = [own]
    for n, before in WINDOWS:
        here = _evened(own @ w[f"proj{n}"] + w[f"proj_b{n}"], w[f"ln_g{n}"], w[f"ln_b{n}"])
        for layer in "12":
            said = _windows(here, n, before) @ w[f"w{layer}_{n}"] + w[f"b{layer}_{n}"]
            here = here + np.maximum(said, 0)
        parts.append(here)
    rows = _evened(np.hstack(parts), w["ln_g"], w["ln_b"])
    mean = (rows.sum(axis=0) @ w["cnn_W"] + len(pieces) * w["cnn_b"]) / np.float32(len(pieces) ** 0.5)
    one = np.maximum(mean @ w["p1"] + np.maximum(mean @ w["d0"], 0) @ w["d1"], 0)
    end = np.tanh(one @ w["p3"] + np.maximum(one @ w["d2"], 0) @ w["d3"])
    return np.asarray(end / np.linalg.norm(end))


def _windows(rows: np.ndarray, n: int, before: int) -> np.ndarray:
    """Return for every row the n rows around it side by side, `before` of them ahead of it; zeros beyond."""
    wide = np.pad(rows, ((before, n - 1 - before), (0, 0)))
    return np.hstack([wide[i : i + len(rows)] for i in range(n)])


def _evened(rows: np.ndarray, gain: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Bring every row to mean 0 and spread 1, then to the learned scale."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + _EPSILON)
    return np.asarray(centred / spread * gain + shift)
