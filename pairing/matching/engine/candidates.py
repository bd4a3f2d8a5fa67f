"""Which pairs are worth scoring: all when few, else the nearest by text, by item, and the partner's."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from ledgers.reading.words import plain
from pairing.matching.engine.problem import Id, MatchProblem

ALL_PAIRS_BELOW = 60_000
_CHUNK_ROWS = 256
_BACKGROUND = 20  # imagined other texts, so that the words of an only need still say something


def grams(text: str) -> list[str]:
    """Return the character 1- and 2-grams of a text; no gram crosses a space."""
    words = plain(text).split()
    return [word[i : i + n] for word in words for n in (1, 2) for i in range(len(word) - n + 1)]


def tf_idf(texts: Sequence[str], asked: int) -> tuple[sparse.csr_matrix, dict[str, float]]:
    """Return unit-length sublinear TF-IDF rows and the idf of each gram.

    Rarity is counted over the first `asked` texts, the needs: a resource that joins or leaves then changes no
    other resource's score. Single characters weigh a third of pairs: alone they say little, but they keep
    short texts comparable.
    """
    counts = [Counter(grams(text)) for text in texts]
    seen = Counter(gram for row in counts[:asked] for gram in row)
    column = {gram: i for i, gram in enumerate(sorted({gram for row in counts for gram in row}))}
    idf = {
        gram: math.log((_BACKGROUND + asked) / (1 + seen[gram])) * (1.0 if len(gram) > 1 else 1 / 3)
        for gram in column
    }
    indptr = np.cumsum([0, *(len(row) for row in counts)])
    indices = np.fromiter((column[g] for row in counts for g in row), dtype=np.int32, count=indptr[-1])
    data = np.fromiter(
        ((1 + math.log(n)) * idf[g] for row in counts for g, n in row.items()), dtype=float, count=indptr[-1]
    )
    matrix = sparse.csr_matrix((data, indices, indptr), shape=(len(texts), len(column)))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
    return sparse.csr_matrix(sparse.diags(scale) @ matrix), idf


def top_k(rows: sparse.csr_matrix, columns: sparse.csr_matrix, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (row, column) of the k largest positive products per row; ties go to the lower column."""
    transposed = columns.T.tocsc()
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for start in range(0, rows.shape[0], _CHUNK_ROWS):
        product = sparse.csr_matrix(rows[start : start + _CHUNK_ROWS] @ transposed)
        for i in range(product.shape[0]):
            span = slice(product.indptr[i], product.indptr[i + 1])
            best = _largest(product.indices[span], product.data[span], k)
            found.append((np.full(best.size, start + i), best))
    if not found:
        return np.empty(0, dtype=int), np.empty(0, dtype=int)
    return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])


def _largest(indices: np.ndarray, values: np.ndarray, k: int) -> np.ndarray:
    if values.size > k:
        kept = values >= np.partition(values, -k)[-k]
        indices, values = indices[kept], values[kept]
    return indices[np.lexsort((indices, -values))[:k]]


def candidate_pairs(
    problem: MatchProblem,
    need_vectors: Sequence[sparse.csr_matrix],
    offer_vectors: Sequence[sparse.csr_matrix],
    k: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (need index, offer index) of the pairs to score, sorted, without a branch serving itself.

    Args:
        need_vectors, offer_vectors: one matrix per view (text, items); each adds its k nearest.
        k: candidates per need and view.
    """
    n, m = len(problem.needs), len(problem.offers)
    if n * m <= ALL_PAIRS_BELOW:
        needs, offers = (axis.ravel() for axis in np.indices((n, m)))
    else:
        views = [top_k(left, right, k) for left, right in zip(need_vectors, offer_vectors, strict=True)]
        views.append(_partner_pairs(problem))
        code = np.unique(np.concatenate([rows.astype(np.int64) * m + columns for rows, columns in views]))
        needs, offers = np.divmod(code, m)
    allowed = _allowed(problem, needs, offers)
    return needs[allowed], offers[allowed]


def _partner_pairs(problem: MatchProblem) -> tuple[np.ndarray, np.ndarray]:
    """Return every (need, offer) across a pair: partners are few, and a secretary looks there first."""
    partners: dict[Id, list[Id]] = {}
    for pair in problem.pairs:
        for branch in pair:
            partners.setdefault(branch, []).extend(pair - {branch})
    by_branch: dict[Id, list[int]] = {}
    for i, offer in enumerate(problem.offers):
        by_branch.setdefault(offer.branch_id, []).append(i)
    found = [
        (i, j)
        for i, need in enumerate(problem.needs)
        for partner in partners.get(need.branch_id, ())
        for j in by_branch.get(partner, ())
    ]
    both = np.array(found, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _allowed(problem: MatchProblem, needs: np.ndarray, offers: np.ndarray) -> np.ndarray:
    """Mask out a branch's own resources, resources kept for the pair, and forbidden pairs."""

    def allowed(i: int, j: int) -> bool:
        need, offer = problem.needs[i], problem.offers[j]
        if need.branch_id == offer.branch_id or (need.id, offer.id) in problem.forbidden:
            return False
        return not offer.pair_only or frozenset((need.branch_id, offer.branch_id)) in problem.pairs

    return np.fromiter(
        (allowed(i, j) for i, j in zip(needs, offers, strict=True)), dtype=bool, count=needs.size
    )
