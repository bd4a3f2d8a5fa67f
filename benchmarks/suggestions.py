"""The suggestions on the labelled development counties beside plain character TF-IDF."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.results import Options, Result

BENCH = "suggestions"
COUNTIES = Path(__file__).parents[1] / "tests" / "data" / "labelled"


def cases(options: Options) -> Iterator[Result]:
    """nDCG@5 against the baseline on the development counties, with text alone and with confirmed items."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings_test")
    import django

    django.setup()
    from pairing.matching.labelled import compare, confirmed, county_of, predictions

    for path in sorted(COUNTIES.glob("*.json")):
        county = county_of(path)
        ours, plain = compare(county, predictions(county))
        helped, _ = compare(county, predictions(confirmed(county)))
        name = path.stem
        detail = {"ndcg": round(ours.ndcg, 4), "baseline": round(plain.ndcg, 4)}
        yield Result.at_least(
            BENCH, f"{name}: nDCG@5 / TF-IDF, text alone", ours.ndcg / plain.ndcg, 1.7, **detail
        )
        detail = {"ndcg": round(helped.ndcg, 4), "baseline": round(plain.ndcg, 4)}
        yield Result.at_least(
            BENCH, f"{name}: nDCG@5 / TF-IDF, confirmed items", helped.ndcg / plain.ndcg, 2.0, **detail
        )
        yield Result.at_least(BENCH, f"{name}: unserved left empty", ours.empty, 0.6)
