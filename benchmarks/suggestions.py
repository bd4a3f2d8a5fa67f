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
    """The mean is held to the goals; every county is printed, and how many reach each goal by themselves.

    How far one can come depends on its wording: a perfect answer is 1.67 times a baseline of 0.6.
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
            yield Result.figure(BENCH, f"{path.stem}: {case}", value, **detail)
    for case, goal in GOALS.items():
        count = len(found[case])
        reached = sum(value >= goal for value in found[case])
        yield Result.figure(BENCH, f"of {count} counties reach {goal} by themselves: {case}", reached)
        yield Result.at_least(BENCH, f"mean of {count} counties: {case}", mean(found[case]), goal)
