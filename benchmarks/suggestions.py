"""The suggestions on the labelled counties that taught the engine nothing, beside plain character TF-IDF."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from benchmarks.results import Options, Result

BENCH = "suggestions"
COUNTIES = Path(__file__).parents[1] / "tests" / "data" / "labelled" / "untouched"
GOALS = {
    "nDCG@5 / TF-IDF, text alone": 1.7,
    "unserved left empty": 0.6,
    "nDCG@5 / TF-IDF, confirmed items": 2.0,
}


def cases(options: Options) -> Iterator[Result]:
    """Every county is held to the goals, and so is their mean.

    How far one can come depends on its wording: a baseline of 0.6 cannot be beaten by 1.7.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings_test")
    import django

    django.setup()
    from pairing.matching.labelled import compare, confirmed, county_of, predictions

    found: dict[str, list[float]] = {case: [] for case in GOALS}
    for path in sorted(COUNTIES.glob("*.json")):
        county = county_of(path)
        ours, plain = compare(county, predictions(county))
        helped, _ = compare(county, predictions(confirmed(county)))
        values = ours.ndcg / plain.ndcg, ours.empty, helped.ndcg / plain.ndcg
        detail = {
            "baseline": round(plain.ndcg, 4),
            "ndcg": round(ours.ndcg, 4),
            "confirmed": round(helped.ndcg, 4),
        }
        for case, value in zip(GOALS, values, strict=True):
            found[case].append(value)
            yield Result.at_least(BENCH, f"{path.stem}: {case}", value, GOALS[case], **detail)
    for case, goal in GOALS.items():
        yield Result.at_least(BENCH, f"mean of {len(found[case])} counties: {case}", mean(found[case]), goal)
