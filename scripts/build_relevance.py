"""Learn which needs and offers belong together: pairing/matching/engine/data/relevance.npz.

Run after bearings.npz has changed; it takes a minute. Read are the labelled counties that teach
(tests/data/labelled/*.json and taught/), never those in `untouched/`. With `--check` the counties are left
out in five parts and judged by what the others teach, beside the engine without it; nothing is written.

A need chooses among all offers of other branches and “none”, by the softmax of

    steep · (fit + asked · offered)

where `fit` is the engine's without relevance, asked and offered are RANK numbers a text, linear in what is
read from it, and `steep` and the score of “none” are learned along. Offers of grade g are right in proportion
to 2^g − 1. STIFF holds the two matrices small, which also keeps the rank of their product down.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings_test")
import django  # noqa: E402

django.setup()
from pairing.matching.engine import relevance  # noqa: E402
from pairing.matching.engine.relevance import Projections, features  # noqa: E402
from pairing.matching.engine.scoring import score_pairs  # noqa: E402
from pairing.matching.labelled import LabelledCounty, compare, county_of, predictions  # noqa: E402

LABELLED = ROOT / "tests" / "data" / "labelled"
COUNTIES = [*sorted(LABELLED.glob("*.json")), *sorted((LABELLED / "taught").glob("*.json"))]
RANK = 16
STIFF = 0.002
ROUNDS = 100
PARTS = 5
NEVER = -30.0  # the score of a branch's own offer


@dataclass(frozen=True)
class Lesson:
    """A county as need × offer: what is right, the fit without relevance, and what was read of each text."""

    right: np.ndarray  # one column more than offers: “none”
    fit: np.ndarray
    own: np.ndarray
    asked: np.ndarray
    offered: np.ndarray


def lesson(county: LabelledCounty) -> Lesson:
    """Read a county, its fits without relevance."""
    problem = replace(county.problem, weights=replace(county.problem.weights, relevance=0.0))
    table = score_pairs(problem)
    fit = np.zeros((len(problem.needs), len(problem.offers)))
    fit[table.need, table.offer] = table.fit
    grades = [county.labels.get(str(need.id), {}) for need in problem.needs]
    gain = np.array(
        [[2.0 ** each.get(str(offer.id), 0) - 1.0 for offer in problem.offers] for each in grades]
    )
    judged = [i for i, need in enumerate(problem.needs) if str(need.id) in county.labels]
    right = np.column_stack([gain, gain.sum(axis=1) == 0])[judged]
    owners = np.array([str(offer.branch_id) for offer in problem.offers])
    own = np.array([owners == str(need.branch_id) for need in problem.needs])
    asked, offered = features(table.reading.need_profile), features(table.reading.offer_profile)
    return Lesson(right / right.sum(axis=1, keepdims=True), fit[judged], own[judged], asked[judged], offered)


def learn(lessons: Sequence[Lesson], rank: int = RANK) -> Projections:
    """Return the two matrices; the same lessons give the same ones, to the rounding of the machine."""
    width, count = lessons[0].asked.shape[1], sum(len(each.right) for each in lessons)
    size = width * rank

    def parts(point: np.ndarray) -> tuple[np.ndarray, np.ndarray, float, float]:
        asked, offered = point[:size].reshape(width, rank), point[size:-2].reshape(width, rank)
        return asked, offered, point[-2], point[-1]

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        asked, offered, steep, none = parts(point)
        value = STIFF / 2 * float(point[:-2] @ point[:-2])
        slope = STIFF * point
        slope[-2:] = 0.0
        asked_slope, offered_slope, *_ = parts(slope)
        for each in lessons:
            left, right = each.asked @ asked, each.offered @ offered
            score = np.where(each.own, NEVER, steep * each.fit + left @ right.T)
            score = np.column_stack([score, np.full(len(score), none)])
            score -= score.max(axis=1, keepdims=True)
            share = np.exp(score)
            share /= share.sum(axis=1, keepdims=True)
            value -= float((each.right * np.log(share + 1e-12)).sum()) / count
            off = (share - each.right) / count
            some = np.where(each.own, 0.0, off[:, :-1])
            asked_slope += each.asked.T @ (some @ right)
            offered_slope += each.offered.T @ (some.T @ left)
            slope[-2] += float((some * each.fit).sum())
            slope[-1] += float(off[:, -1].sum())
        return value, slope

    start = np.concatenate([np.random.default_rng(0).normal(0.0, 0.1, 2 * size), [10.0, 4.5]])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    asked, offered, steep, _ = parts(found)
    return Projections(asked / steep, offered)


def check(counties: Sequence[LabelledCounty], lessons: Sequence[Lesson]) -> None:
    """Print what each county comes to by the others: times the baseline, nDCG@5 and share left empty.

    What the others teach is kept in the file that `relevance.TABLE` names.
    """
    without, taught = [], []
    for part in range(PARTS):
        relevance.keep(learn([each for i, each in enumerate(lessons) if i % PARTS != part]))
        for county in counties[part::PARTS]:
            plain = replace(county.problem, weights=replace(county.problem.weights, relevance=0.0))
            without.append(figures(replace(county, problem=plain)))
            taught.append(figures(county))
            tell(county.name, without[-1], taught[-1])
    tell("mean", *(np.mean(each, axis=0).tolist() for each in (without, taught)))


def figures(county: LabelledCounty) -> list[float]:
    """Return how many times the baseline's nDCG@5 the engine's is, that nDCG@5, and the share left empty."""
    ours, plain = compare(county, predictions(county))
    return [ours.ndcg / plain.ndcg, ours.ndcg, ours.empty]


def tell(name: str, without: list[float], taught: list[float]) -> None:
    then, now = (f"{times:.3f} ({ndcg:.3f}) and {empty:.2f}" for times, ndcg, empty in (without, taught))
    print(f"{name}: without {then}, learned {now}", flush=True)  # noqa: T201


def main() -> None:
    """Learn from all counties that teach, or judge each by the others."""
    counties = [county_of(path) for path in COUNTIES]
    lessons = [lesson(county) for county in counties]
    if "--check" in sys.argv[1:]:
        with TemporaryDirectory() as folder:
            relevance.TABLE = Path(folder) / relevance.TABLE.name
            check(counties, lessons)
    else:
        relevance.keep(learn(lessons))


if __name__ == "__main__":
    main()
