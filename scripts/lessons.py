"""What labelled counties teach, and a first guess at the matrices of pairing/matching/engine.

For scripts/build_relevance.py. A need chooses among all offers of other branches and “none”, by softmax of

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

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings_test")
import django  # noqa: E402

django.setup()
from pairing.matching.engine import sentences  # noqa: E402
from pairing.matching.engine.scoring import score_pairs  # noqa: E402
from pairing.matching.labelled import LabelledCounty  # noqa: E402

LABELLED = ROOT / "tests" / "data" / "labelled"
COUNTIES = [*sorted(LABELLED.glob("*.json")), *sorted((LABELLED / "taught").glob("*.json"))]
RANK = 16
STIFF = 0.002
ROUNDS = 100
NEVER = -30.0  # the score of a branch's own offer


@dataclass(frozen=True)
class Lesson:
    """A county as need × offer: what is right, the fit without relevance, and what is read of each text.

    `asked` and `offered` are bearing and meaning, `texts` what is to be read in context, needs and offers.
    """

    right: np.ndarray  # one column more than offers: “none”
    fit: np.ndarray
    own: np.ndarray
    asked: np.ndarray
    offered: np.ndarray
    texts: tuple[Sequence[str], Sequence[str]] = ((), ())


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
    needs, offers = (
        np.hstack([each.items, each.meaning])
        for each in (table.reading.need_profile, table.reading.offer_profile)
    )
    asked, offered = sentences(problem)
    return Lesson(
        right / right.sum(axis=1, keepdims=True),
        fit[judged],
        own[judged],
        needs[judged],
        offers,
        ([asked[i] for i in judged], offered),
    )


def learn(lessons: Sequence[Lesson], rank: int = RANK) -> tuple[np.ndarray, np.ndarray]:
    """Return the two matrices, in units of `steep`; the same lessons give the same ones on one machine."""
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
    asked, offered, *_ = parts(found)
    return asked, offered
