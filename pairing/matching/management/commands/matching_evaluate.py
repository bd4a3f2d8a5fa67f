"""Judge the suggestions on a labelled county, beside a plain text baseline. Nothing is stored."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pairing.matching.labelled import compare, confirmed, county_of, predictions
from pairing.matching.reranker import Endpoint

ROWS = (("ndcg", "nDCG@5"), ("recall", "recall@5"), ("mrr", "MRR"), ("empty", "无可对接的留空"))


class Command(BaseCommand):
    help = "Rank a labelled county's resources for its demands and print how good that is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a labelled county, see docs/matching.md")
        parser.add_argument("--predictions", type=Path, help="write {demand: [resource, …]}, ranked, here")
        parser.add_argument(
            "--confirmed", action="store_true", help="let a simulated clerk confirm service items first"
        )

        parser.add_argument(
            "--rerank", action="store_true", help="ask the endpoint of RERANK_BASE_URL for a second opinion"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            county = county_of(options["file"])
            endpoint = Endpoint.from_environment(os.environ) if options["rerank"] else None
        except (OSError, ValueError) as error:
            raise CommandError(f"读不了这个县：{error}") from error
        if options["confirmed"]:
            county = confirmed(county)
        found = predictions(county, endpoint)
        if options["predictions"]:
            text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
            options["predictions"].write_text(f"{text}\n", encoding="utf-8")
        ours, plain = compare(county, found)
        self.stdout.write(
            f"{county.name}：需求 {len(county.labels)} 条，资源 {len(county.resource_texts)} 项"
        )
        self.stdout.write(f"{'':16}{'引擎':>8}{'字面基线':>8}{'倍数':>8}")
        for name, label in ROWS:
            value, base = getattr(ours, name), getattr(plain, name)
            ratio = f"{value / base:8.2f}" if base else f"{'–':>8}"
            self.stdout.write(f"{label:16}{value:8.3f}{base:8.3f}{ratio}")
