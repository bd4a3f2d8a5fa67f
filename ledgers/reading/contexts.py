"""What a text means with every word in its context, as a vector that tells what serves what.

`contexts.onnx` with `contexts.bin` (see data/README.md) is multilingual-e5-small, cut down to Chinese pieces
and tuned on labelled counties (scripts/build_relevance.py), run by onnxruntime on one core. What is asked for
and what is offered are read by the same network under two different openings. Texts are read one by one, so
that a text's vector does not depend on its company. Thirty characters cost some six milliseconds, five
hundred a hundred and fifty; who keeps vectors elsewhere can hand them in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from ledgers.reading.pieces import Pieces, chinese
from ledgers.reading.remembered import RememberedRows

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_FOLDER = Path(__file__).parent / "data"
NETWORK, TABLE = _FOLDER / "contexts.onnx", _FOLDER / "contexts.npz"
WEIGHTS = _FOLDER / "contexts.bin"  # found by onnxruntime beside the network
FIRST, LAST, UNKNOWN, SPACE = range(4)  # rows of the pieces that stand for no text
WIDTH = 384  # numbers in a vector
LONGEST = 384  # pieces of a text that are read
_MOST = 100_000  # texts a side that are remembered: the largest problem has fewer; 150 MB if ever they come
_read_last = (RememberedRows(_MOST), RememberedRows(_MOST))  # asked for, offered
_loading = Lock()

Kept = Callable[[Sequence[str], bool], Mapping[str, np.ndarray]]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Rows of the pieces that stand before every text of a side, and its vectors' mean, WIDTH numbers."""

    opening: list[int]
    mean: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """Pieces, both sides – what is asked for, what is offered – and the network."""

    pieces: Pieces
    sides: tuple[Side, Side]
    network: "InferenceSession"


def encoder() -> Encoder:
    """Return the encoder, read once per process (60 MB, a third shared); nobody else loads onnxruntime."""
    with _loading:
        return _encoder()


@cache
def _encoder() -> Encoder:
    import onnxruntime  # few programs read texts

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    network = onnxruntime.InferenceSession(NETWORK, options, ["CPUExecutionProvider"])
    with np.load(TABLE) as stored:
        pieces = Pieces.of(stored["pieces"].tobytes().decode().split("\n"), stored["shares"], UNKNOWN)
        asked, offered = (
            Side(stored[f"{side}_opening"].tolist(), stored[f"{side}_mean"]) for side in ("asked", "offered")
        )
    return Encoder(pieces, (asked, offered), network)


def context_vectors(texts: Sequence[str], *, offered: bool, kept: Kept | None = None) -> np.ndarray:
    """Return text × WIDTH, unit rows to three digits; zero where there is no Chinese.

    Args:
        kept: asked for texts that are not remembered, and the side; gives the vectors of those it has.
    """

    def read(unread: list[str]) -> np.ndarray:
        had = kept(unread, offered) if kept else {}
        rows = [had[text] if text in had else _read(text, offered) for text in unread]
        return np.array(rows).reshape(len(unread), WIDTH)

    return _read_last[offered].of(texts, read).reshape(len(texts), WIDTH)


def forget_contexts() -> None:
    """Forget every text's vector."""
    for side in _read_last:
        side.forget()


def name_of(text: str, *, offered: bool) -> UUID:
    """Return the name under which a vector may be kept: of the files, the side and the text's Chinese."""
    return UUID(bytes=sha256(f"{version()}/{offered:d}/{chinese(text)}".encode()).digest()[:16])


@cache
def version() -> str:
    """Return the name of the files that vectors are read with."""
    return sha256(b"".join(path.read_bytes() for path in (NETWORK, WEIGHTS, TABLE))).hexdigest()[:16]


def rows_of(pieces: Pieces, opening: Sequence[int], text: str) -> list[int]:
    """Return what the network reads of a text that is Chinese and commas alone."""
    return [FIRST, *opening, SPACE, *pieces.cut(text)[:LONGEST], LAST]


def _read(text: str, offered: bool) -> np.ndarray:
    said = chinese(text)
    if not said:
        return np.zeros(WIDTH, np.float16)
    known = encoder()
    side = known.sides[offered]
    rows = rows_of(known.pieces, side.opening, said)
    [end] = known.network.run(None, {"pieces": np.array([rows])})[0] - side.mean
    return (end / np.linalg.norm(end)).astype(np.float16)
