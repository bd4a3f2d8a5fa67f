"""Judge rankings against a labelled county, and the plain baseline they are held against."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

Labels = Mapping[str, Mapping[str, int]]
Rankings = Mapping[str, Sequence[str]]

DEPTH = 5


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over a labelled county, each in [0, 1].

    `ndcg`, `recall` (both of the first five) and `mrr` are over the demands something serves; `empty` is the
    share of the others whose list was left empty (1.0 where there is no such demand).
    """

    ndcg: float
    recall: float
    mrr: float
    empty: float


def judge(labels: Labels, rankings: Rankings) -> Quality:
    """Compare rankings with labels; a demand without a ranking counts as an empty list."""
    served = {demand: grades for demand, grades in labels.items() if grades}
    barren = [demand for demand in labels if demand not in served]

    def lists(demand: str) -> Sequence[str]:
        return rankings.get(demand, ())

    return Quality(
        ndcg=_mean([ndcg(grades, lists(demand)) for demand, grades in served.items()], 0.0),
        recall=_mean([recall(grades, lists(demand)) for demand, grades in served.items()], 0.0),
        mrr=_mean([reciprocal_rank(grades, lists(demand)) for demand, grades in served.items()], 0.0),
        empty=_mean([float(not lists(demand)) for demand in barren], 1.0),
    )


def ndcg(grades: Mapping[str, int], ranking: Sequence[str], depth: int = DEPTH) -> float:
    """Return the discounted gain of the first `depth`, gain 2^grade − 1, over the best possible one."""
    best = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(each, 0) for each in ranking[:depth]]) / best if best else 0.0


def recall(grades: Mapping[str, int], ranking: Sequence[str], depth: int = DEPTH) -> float:
    """Return the share of the labelled resources among the first `depth`."""
    return len(set(grades) & set(ranking[:depth])) / len(grades)


def reciprocal_rank(grades: Mapping[str, int], ranking: Sequence[str]) -> float:
    """Return 1 / the position of the first labelled resource, 0 when none is listed."""
    return next((1.0 / place for place, each in enumerate(ranking, start=1) if each in grades), 0.0)


def baseline(
    demands: Mapping[str, str],
    resources: Mapping[str, str],
    demand_branches: Mapping[str, str],
    resource_branches: Mapping[str, str],
) -> dict[str, list[str]]:
    """Rank resources by the cosine of character 1–2-gram TF-IDF, the textbook way.

    Args:
        demands, resources: id → text.
        demand_branches, resource_branches: id → branch; a branch's own resources are left out.
    """
    names = sorted(resources)
    vectors = _vectors([*demands.values(), *(resources[name] for name in names)])
    products = (vectors[: len(demands)] @ vectors[len(demands) :].T).toarray()
    return {
        demand: [
            names[j]
            for j in np.argsort(-row, kind="stable")
            if row[j] > 0 and resource_branches[names[j]] != demand_branches[demand]
        ]
        for demand, row in zip(demands, products, strict=True)
    }


def _vectors(texts: Sequence[str]) -> sparse.csr_matrix:
    """Return unit rows of tf · (ln((1 + n) / (1 + df)) + 1)."""
    counts = [Counter(_grams(text)) for text in texts]
    spread = Counter(gram for row in counts for gram in row)
    column = {gram: i for i, gram in enumerate(sorted(spread))}
    idf = {gram: math.log((1 + len(texts)) / (1 + n)) + 1 for gram, n in spread.items()}
    entries = [
        (i, column[gram], n * idf[gram]) for i, row in enumerate(counts) for gram, n in sorted(row.items())
    ]
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), len(column)), dtype=float)
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    return sparse.csr_matrix(sparse.diags(scale) @ matrix)


def _grams(text: str) -> list[str]:
    plain = re.sub(r"\s+", "", text.lower())
    return [*plain, *(a + b for a, b in pairwise(plain))]


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, start=1))


def _mean(values: Sequence[float], nothing: float) -> float:
    return sum(values) / len(values) if values else nothing
