"""A labelled county: a JSON file of branches, both ledgers and the right answers, read into a problem.

Everything stays in memory: the file says what exists, the engine answers, nothing is stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.core.cache import cache

from pairing.matching.engine import (
    Id,
    Lexicon,
    MatchProblem,
    Need,
    Offer,
    pair_of,
    suggest,
)
from pairing.matching.engine.affinity import points, profiles
from pairing.matching.engine.evaluation import Quality, baseline, judge
from pairing.matching.reranker import Endpoint, rerank

URGENCY = {"": 0, "一般": 0, "普通": 0, "急": 1, "较急": 1, "紧急": 1, "特急": 2}


@dataclass(frozen=True)
class LabelledCounty:
    """A problem and the grades of its right answers: demand id → {resource id: 1 in part, 2 directly}."""

    name: str
    problem: MatchProblem
    labels: dict[str, dict[str, int]]
    demand_texts: dict[str, str]
    resource_texts: dict[str, str]
    demand_branches: dict[str, str]
    resource_branches: dict[str, str]


def county_of(path: Path) -> LabelledCounty:
    """Read a labelled county.

    Raises:
        ValueError: the file is not JSON, or a part or field of it is missing or malformed.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _county(data)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path.name}：缺少 {error}") from error


def predictions(county: LabelledCounty, endpoint: Endpoint | None = None) -> dict[str, list[str]]:
    """Rank every resource worth suggesting for every demand, best first.

    Args:
        endpoint: asked for a second opinion on the order, when given.
    """
    found = suggest(county.problem, top=max(len(county.problem.offers), 1))
    found = rerank(county.problem, found, endpoint, cache)
    return {str(need): [str(score.offer_id) for score in scores] for need, scores in found.items()}


def confirmed(county: LabelledCounty) -> LabelledCounty:
    """The county after a simulated clerk confirmed service items.

    For every labelled pair the clerk reads both texts and confirms, on both sides, the one item they are most
    alike in. Entries in no labelled pair stay unconfirmed, as they do where nobody has looked yet.
    """
    problem = county.problem
    names = list(points(problem.lexicon))
    where = np.array(list(points(problem.lexicon).values())).T
    needs = profiles(problem.lexicon, problem.needs, offered=False).items @ where
    offers = profiles(problem.lexicon, problem.offers, offered=True).items @ where
    row = {need.id: i for i, need in enumerate(problem.needs)}
    column = {offer.id: j for j, offer in enumerate(problem.offers)}
    asked: dict[Id, set[str]] = {}
    given: dict[Id, set[str]] = {}
    for demand, grades in county.labels.items():
        for resource in grades:
            item = names[int((needs[row[demand]] + offers[column[resource]]).argmax())]
            asked.setdefault(demand, set()).add(item)
            given.setdefault(resource, set()).add(item)
    return replace(
        county,
        problem=replace(
            problem,
            needs=tuple(replace(each, items=frozenset(asked.get(each.id, ()))) for each in problem.needs),
            offers=tuple(replace(each, items=frozenset(given.get(each.id, ()))) for each in problem.offers),
        ),
    )


def compare(county: LabelledCounty, found: Mapping[str, list[str]]) -> tuple[Quality, Quality]:
    """The quality of some predictions and of the plain baseline on the same county."""
    plain = baseline(
        county.demand_texts, county.resource_texts, county.demand_branches, county.resource_branches
    )
    return judge(county.labels, found), judge(county.labels, plain)


def _county(data: dict[str, Any]) -> LabelledCounty:
    demands, resources = data["demands"], data["resources"]
    problem = MatchProblem(
        offers=tuple(_offer(row) for row in resources),
        needs=tuple(_need(row) for row in demands),
        as_of=date.fromisoformat(data["as_of"]),
        pairs=frozenset(pair_of(row["branch_a"], row["branch_b"]) for row in data.get("pairings", [])),
        lexicon=Lexicon.default(),
        branch_names={row["id"]: row["name"] for row in data.get("branches", [])},
    )
    return LabelledCounty(
        name=data.get("county", ""),
        problem=problem,
        labels={demand: dict(grades) for demand, grades in data.get("labels", {}).items()},
        demand_texts={row["id"]: _text(row) for row in demands},
        resource_texts={row["id"]: _text(row) for row in resources},
        demand_branches={row["id"]: row["branch"] for row in demands},
        resource_branches={row["id"]: row["owner_branch"] for row in resources},
    )


def _text(row: dict[str, Any]) -> str:
    return f"{row['name']} {row.get('description') or ''}"


def _need(row: dict[str, Any]) -> Need:
    return Need(
        id=row["id"],
        branch_id=row["branch"],
        title=row["name"],
        text=f"{row.get('description') or ''} {row.get('target_group') or ''}".strip(),
        aspect=row.get("aspect") or None,
        urgency=URGENCY.get(row.get("urgency") or "", 0),
        raised_on=_day(row.get("raised_on")),
        deadline=_day(row.get("deadline")),
    )


def _offer(row: dict[str, Any]) -> Offer:
    return Offer(
        id=row["id"],
        branch_id=row["owner_branch"],
        title=row["name"],
        text=f"{row.get('description') or ''} {row.get('target_group') or ''}".strip(),
        kind=row.get("category") or "",
        capacity_per_month=row.get("capacity_per_month"),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
