"""Learn how much each direction of a bearing tells: pairing/matching/engine/data/telling.txt.

Run after bearings.npz has changed; it takes a minute. Read are the labelled development counties
(tests/data/labelled/*.json), never those in `untouched/`. With `--check` each county is left out in turn and
judged by what the others teach, beside even weights; nothing is written.

A demand chooses among all resources of other branches and “none”, by the softmax of

    steep · fit + SLOPE · Σ (t − 1) · asked · offered

over the columns of both bearings, where `fit` is the engine's with even weights, `steep` and the score of
“none” are learned along, and resources of grade g are right in proportion to 2^g − 1. STIFF holds t near 1.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings_test")
import django  # noqa: E402

django.setup()
from pairing.matching.engine import telling  # noqa: E402
from pairing.matching.engine.scoring import score_pairs  # noqa: E402
from pairing.matching.labelled import LabelledCounty, compare, county_of, predictions  # noqa: E402

LABELLED = ROOT / "tests" / "data" / "labelled"
COUNTIES = [*sorted(LABELLED.glob("*.json")), *sorted((LABELLED / "taught").glob("*.json"))]
SLOPE = 10.0
STIFF = 0.00125
BOUNDS = (0.5, 1.6)  # no direction is silenced, and none decides alone
ROUNDS = 60
NEVER = -30.0  # the score of a branch's own resource


@dataclass(frozen=True)
class Lesson:
    """A county as demand × resource: what is right, the even fit, and the product of the bearings."""

    right: np.ndarray  # one column more than resources: “none”
    fit: np.ndarray
    product: np.ndarray
    own: np.ndarray


def lesson(county: LabelledCounty) -> Lesson:
    """Read a county with even weights."""
    problem = county.problem
    table = score_pairs(problem)
    shape = len(problem.needs), len(problem.offers)
    fit = np.zeros(shape)
    fit[table.need, table.offer] = table.fit
    grades = [county.labels.get(str(need.id), {}) for need in problem.needs]
    gain = np.array(
        [[2.0 ** each.get(str(offer.id), 0) - 1.0 for offer in problem.offers] for each in grades]
    )
    judged = [i for i, need in enumerate(problem.needs) if str(need.id) in county.labels]
    right = np.column_stack([gain, gain.sum(axis=1) == 0])[judged]
    asked, offered = table.reading.need_profile.items, table.reading.offer_profile.items
    owners = np.array([str(offer.branch_id) for offer in problem.offers])
    own = np.array([owners == str(need.branch_id) for need in problem.needs])
    product = (asked[judged, None, :] * offered[None, :, :]).astype(np.float32)
    return Lesson(right / right.sum(axis=1, keepdims=True), fit[judged], product, own[judged])


def learn(lessons: list[Lesson]) -> np.ndarray:
    """Return the weight of every column."""
    width, count = lessons[0].product.shape[2], sum(len(each.right) for each in lessons)

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        excess, steep, none = point[:width], point[width], point[width + 1]
        value, slope = STIFF / 2 * float(excess @ excess), np.zeros_like(point)
        slope[:width] = STIFF * excess
        for each in lessons:
            score = steep * each.fit + SLOPE * (each.product @ excess.astype(np.float32))
            score = np.column_stack([np.where(each.own, NEVER, score), np.full(len(score), none)])
            score -= score.max(axis=1, keepdims=True)
            share = np.exp(score)
            share /= share.sum(axis=1, keepdims=True)
            value -= float((each.right * np.log(share + 1e-12)).sum()) / count
            off = (share - each.right) / count
            some = np.where(each.own, 0.0, off[:, :-1])
            slope[:width] += SLOPE * np.tensordot(some.astype(np.float32), each.product, axes=2)
            slope[width] += float((some * each.fit).sum())
            slope[width + 1] += float(off[:, -1].sum())
        return value, slope

    start = np.concatenate([np.zeros(width), [8.0, 3.2]])
    bounds = [(BOUNDS[0] - 1.0, BOUNDS[1] - 1.0)] * width + [(None, None)] * 2
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ROUNDS})
    return 1.0 + found.x[:width]


def check(counties: list[LabelledCounty], lessons: list[Lesson]) -> None:
    """Print what each county comes to by the others' weights: times the baseline, share left empty."""
    figures = []
    for left_out, county in enumerate(counties):
        line = []
        for weights in (
            np.ones(lessons[0].product.shape[2]),
            learn([each for i, each in enumerate(lessons) if i != left_out]),
        ):
            telling.write(weights)
            ours, plain = compare(county, predictions(county))
            line += [ours.ndcg / plain.ndcg, ours.empty]
        figures.append(line)
        tell(county.name, line)
    tell("mean", np.mean(figures, axis=0).tolist())


def tell(name: str, figures: list[float]) -> None:
    even, empty, learned, then_empty = figures
    line = f"{name}: even {even:.3f} and {empty:.2f}, learned {learned:.3f} and {then_empty:.2f}"
    print(line, flush=True)  # noqa: T201


def main() -> None:
    """Learn from all development counties, or judge each by the others."""
    before = telling.TABLE.read_text(encoding="utf-8")
    telling.write(np.ones(len(telling.columns())))
    counties = [county_of(path) for path in COUNTIES]
    lessons = [lesson(county) for county in counties]
    if "--check" in sys.argv[1:]:
        check(counties, lessons)
        telling.TABLE.write_text(before, encoding="utf-8")
    else:
        telling.write(learn(lessons))


if __name__ == "__main__":
    main()
