"""Judge the suggestions on a labelled county, beside a plain text baseline. Nothing is stored."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from core.errors import DomainError, refuse
from core.json_files import read_json
from pairing.matching.adapter import weights_of
from pairing.matching.engine import Weights
from pairing.matching.labelled import LabelledCounty, compare, confirmed, county_of, predictions
from pairing.matching.reranker import Endpoint
from pairing.matching.selectors.weights import weights_version
from pairing.matching.services.weights import weights_blockers

ROWS = (("ndcg", "nDCG@5"), ("recall", "recall@5"), ("mrr", "MRR"), ("empty", "无可对接的留空"))
CURRENT = "current"


@dataclass(frozen=True)
class Chosen:
    """The weights to judge by, and where they come from in words."""

    source: str
    weights: Weights


class Command(BaseCommand):
    help = "Rank a labelled county's resources for its demands and print how good that is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a labelled county, see docs/matching.md")
        parser.add_argument("--predictions", type=Path, help="write {demand: [resource, …]}, ranked, here")
        parser.add_argument(
            "--confirmed", action="store_true", help="let a simulated clerk confirm service items first"
        )
        parser.add_argument(
            "--weights",
            metavar=f"{CURRENT}|FILE",
            help="judge by the weights saved in this installation, or by those of a JSON file; "
            "otherwise by those a new county starts with",
        )
        parser.add_argument(
            "--rerank", action="store_true", help="ask the endpoint of RERANK_BASE_URL for a second opinion"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = _chosen(options["weights"])
            county = county_of(options["file"], chosen.weights)
            endpoint = _endpoint() if options["rerank"] else None
        except DomainError as error:
            raise CommandError(error.message) from error
        found = predictions(confirmed(county) if options["confirmed"] else county, endpoint)
        if options["predictions"]:
            _write(options["predictions"], found)
        if county.labels:
            self._print_figures(county, found)
        for line in (*_notes(county), f"权重：{chosen.source}{_differences(chosen.weights)}"):
            self.stdout.write(line)

    def _print_figures(self, county: LabelledCounty, found: dict[str, list[str]]) -> None:
        ours, plain = compare(county, found)
        self.stdout.write(
            f"{county.name}：需求 {len(county.labels)} 条，资源 {len(county.resource_texts)} 项"
        )
        self.stdout.write(f"{'':16}{'引擎':>8}{'字面基线':>8}{'倍数':>8}")
        for name, label in ROWS:
            value, base = getattr(ours, name), getattr(plain, name)
            ratio = f"{value / base:8.2f}" if base else f"{'–':>8}"
            self.stdout.write(f"{label:16}{value:8.3f}{base:8.3f}{ratio}")


def _chosen(choice: str | None) -> Chosen:
    """The weights asked for; the database is read for `current` alone.

    Raises:
        DomainError: the file or the database cannot be read, or the file's weights cannot be used.
    """
    if choice is None:
        return Chosen("新装系统的默认权重", Weights.default())
    if choice != CURRENT:
        return Chosen(choice, _weights_in(Path(choice)))
    try:
        version = weights_version()
    except DatabaseError as error:
        raise DomainError(
            "读不了本系统保存的权重：数据库连不上，或还没有建表（manage.py migrate）。"
        ) from error
    return Chosen(f"本系统现行（{version or '没有改过'}）", weights_of(version))


def _weights_in(path: Path) -> Weights:
    values = read_json(path)
    if not isinstance(values, dict):
        raise DomainError(f'{path.name}：权重须是一个对象，例如 {{"item": 0.5, "floor": 0.6}}。')
    try:
        weights = Weights.from_dict(values)
    except ValueError as error:
        raise DomainError(f"{path.name}：{error}。") from error
    refuse([f"{path.name}：{sentence}" for sentence in weights_blockers(weights)])
    return weights


def _differences(weights: Weights) -> str:
    default = Weights.default().as_dict()
    changed = [f"{name} {value:g}" for name, value in weights.as_dict().items() if value != default[name]]
    return f"；与默认不同：{'、'.join(changed)}" if changed else ""


def _endpoint() -> Endpoint:
    try:
        endpoint = Endpoint.from_environment(os.environ)
    except ValueError as error:
        raise DomainError(f"用不了 --rerank：{error}。") from error
    if endpoint is None:
        raise DomainError("用不了 --rerank：请先设置环境变量 RERANK_BASE_URL 和 RERANK_MODEL。")
    return endpoint


def _write(path: Path, found: dict[str, list[str]]) -> None:
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
    try:
        path.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"写不了 {path}：请检查文件夹是否存在、有没有写入的权限。") from error


def _notes(county: LabelledCounty) -> Iterator[str]:
    """What of the file did not count."""
    if not county.labels:
        yield "提示：文件里没有标注（labels），只排了推荐，没有评分。"
    elif unlabelled := [each for each in county.demand_texts if each not in county.labels]:
        yield f"提示：{len(unlabelled)} 条需求没有标注，没有评分：{'、'.join(unlabelled)}。"
    if county.labels and not any(county.labels.values()):
        yield "提示：没有一条需求标了能办的资源，前三行不作数。"
    for demand, resource in county.own:
        yield f"提示：{demand} 标注的 {resource} 是本支部自己的资源，没有计入。"
