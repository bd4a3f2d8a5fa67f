"""Build the tables by which texts are read as items: bearings.npz, crowding.npz (ledgers/reading/data).

Run after a change of the shipped catalogue or of phrases.txt; it needs nothing but the product's own packages
and takes some minutes. Read are the catalogue's terms and the phrases, alone and strung together the way
entries are written. No ledger and no labelled county is read.
"""

import json
import math
import random
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from scipy import sparse

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from ledgers.reading import crowding  # noqa: E402
from ledgers.reading.bearings import TABLE, features, grams_of, spoken  # noqa: E402
from ledgers.reading.lexicon import SEED  # noqa: E402
from ledgers.reading.sentences import WIDTH  # noqa: E402

STRUNG_PHRASES, STRUNG_TERMS = 6, 8  # texts strung together per row of phrases and side, per item
LEAST = 4  # texts that must contain a gram
STIFF = 10.0  # ridge
EVEN = 0.5  # how much a row with many texts is held back: 0 not at all, 1 to the say of any other
WEIGHT = 10.0
ROUNDS = 20  # of conjugate gradients
DICE = 1

Text = tuple[str, str, bool]  # the text, its row of phrases, whether it offers


def texts() -> list[Text]:
    """Return every text that teaches."""
    dice = random.Random(DICE)  # noqa: S311 – a fixed draw, no secret
    found: list[Text] = []
    for name, sides in spoken().items():
        for is_offer, phrases in enumerate(sides):
            several = [
                "，".join(dice.sample(phrases, min(2, len(phrases))))
                for _ in range(STRUNG_PHRASES if phrases else 0)
            ]
            found.extend((text, name, bool(is_offer)) for text in (*phrases, *several))
    aspects = json.loads(SEED.read_text(encoding="utf-8"))
    for item in (item for aspect in aspects for item in aspect["items"]):
        terms = [item["name"], *(t for kind, ts in item["terms"].items() if kind != "negative" for t in ts)]
        several = ["，".join(dice.sample(terms, min(3, len(terms)))) for _ in range(STRUNG_TERMS)]
        found.extend((text, item["name"], True) for text in (*terms, *several))
    return found


def regression(dense: np.ndarray, rare: sparse.csr_matrix, column: np.ndarray) -> np.ndarray:
    """Solve the weighted ridge regression by conjugate gradients, all columns at once.

    Args:
        dense, rare: the features of each text, those that every text has and the others.
    """
    count = np.bincount(column)
    say = (WEIGHT / count[column] ** EVEN)[:, None].astype(np.float32)
    goal = np.zeros((len(column), len(count)), dtype=np.float32)
    goal[np.arange(len(column)), column] = 1.0
    width, turned = dense.shape[1], rare.T.tocsr()

    def back(rows: np.ndarray) -> np.ndarray:
        return np.vstack([dense.T @ rows, turned @ rows])

    rest = back(say * goal)
    found, way, size = np.zeros_like(rest), rest.copy(), (rest * rest).sum(axis=0)
    for _ in range(ROUNDS):
        image = back(say * (dense @ way[:width] + rare @ way[width:])) + STIFF * way
        stride = size / np.maximum((way * image).sum(axis=0), 1e-12)
        found += stride * way
        rest -= stride * image
        new = (rest * rest).sum(axis=0)
        way, size = rest + way * (new / np.maximum(size, 1e-12)), new
    return found


def main() -> None:
    rows = texts()
    words = [text for text, _, _ in rows]
    spread = Counter(gram for text in words for gram in grams_of(text))
    grams = {gram: i for i, gram in enumerate(sorted(g for g, n in spread.items() if n >= LEAST))}
    rarity = np.array([math.log((1 + len(words)) / (1 + spread[gram])) for gram in grams])
    sides = list(dict.fromkeys(side for _, side, _ in rows))
    column = np.array([sides.index(side) for _, side, _ in rows])
    cells = features(words, grams, rarity)
    width = cells.shape[1] - len(grams) - 1
    split = [*range(width), cells.shape[1] - 1]
    by_columns = cells.astype(np.float32).tocsc()
    rows_of = regression(by_columns[:, split].toarray(), by_columns[:, width:-1].tocsr(), column)
    weights = np.vstack([rows_of[:width], rows_of[width + 1 :], rows_of[width : width + 1]])
    scale = np.abs(weights).max(axis=1, keepdims=True) / 127
    sentences = by_columns[:, width - WIDTH : width].toarray()
    stored = np.round(weights / np.maximum(scale, 1e-12)).astype(np.int8)
    scores = cells @ (stored * scale)
    is_offer = np.array([offers for _, _, offers in rows])
    np.savez_compressed(
        TABLE,
        sides=np.frombuffer("\n".join(sides).encode(), dtype=np.uint8),
        grams=np.frombuffer("\n".join(grams).encode(), dtype=np.uint8),
        rarity=rarity.astype(np.float32),
        weights=stored,
        scale=scale.astype(np.float32),
        asked=scores[~is_offer].mean(axis=0).astype(np.float32),
        offered=scores[is_offer].mean(axis=0).astype(np.float32),
        means=np.stack([sentences[~is_offer].mean(axis=0), sentences[is_offer].mean(axis=0)]),
    )
    crowding.build()
    right = (scores.argmax(axis=1) == column).mean()
    sys.stdout.write(
        f"{len(rows)} texts, {len(grams)} grams, {len(sides)} rows: {right:.3f} read right; "
        f"{TABLE.stat().st_size / 1e6:.1f} MB\n"
    )


if __name__ == "__main__":
    main()
