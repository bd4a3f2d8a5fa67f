"""A labelled county: a JSON file of branches, both ledgers and the right answers, read into a problem.

Everything stays in memory: the file says what exists, the engine answers, nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from django.core.cache import cache

from pairing.matching.engine import (
    Id,
    MatchProblem,
    Need,
    Offer,
    Weights,
    pair_of,
    suggest,
)
from pairing.matching.engine.affinity import points, profiles
from pairing.matching.engine.evaluation import Quality, baseline, judge
from pairing.matching.labelled_file import read_county
from pairing.matching.labelled_rows import DemandRow, ResourceRow
from pairing.matching.reranker import Endpoint, rerank

URGENCY = {"": 0, "一般": 0, "普通": 0, "急": 1, "较急": 1, "紧急": 1, "特急": 2}


@dataclass(frozen=True)
class LabelledCounty:
    """A problem and the grades of its right answers: demand id → {resource id: 1 in part, 2 directly}.

    `own` holds the labels (demand id, resource id) left out because the resource is the branch's own.
    """

    name: str
    problem: MatchProblem
    labels: dict[str, dict[str, int]]
    demand_texts: dict[str, str]
    resource_texts: dict[str, str]
    demand_branches: dict[str, str]
    resource_branches: dict[str, str]
    own: tuple[tuple[str, str], ...] = ()


def county_of(path: Path, weights: Weights | None = None) -> LabelledCounty:
    """Read a labelled county.

    Args:
        weights: what the terms count, when not what a new county starts with.

    Raises:
        DomainError: the file cannot be read, or has faults; the message names all of them.
    """
    file = read_county(path)
    problem = MatchProblem(
        offers=tuple(_offer(row) for row in file.resources),
        needs=tuple(_need(row) for row in file.demands),
        as_of=file.as_of,
        pairs=frozenset(pair_of(row.branch_a, row.branch_b) for row in file.pairings),
        weights=weights or Weights.default(),
        branch_names={row.id: row.name for row in file.branches},
    )
    county = LabelledCounty(
        name=file.county,
        problem=problem,
        labels=file.labels or {},
        demand_texts={row.id: f"{row.name} {row.description}" for row in file.demands},
        resource_texts={row.id: f"{row.name} {row.description}" for row in file.resources},
        demand_branches={row.id: row.branch for row in file.demands},
        resource_branches={row.id: row.owner_branch for row in file.resources},
    )
    return _without_own(county)


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


def _without_own(county: LabelledCounty) -> LabelledCounty:
    """The county without labels on a branch's own resources, which no list of suggestions holds."""
    own = tuple(
        (demand, resource)
        for demand, grades in county.labels.items()
        for resource in grades
        if county.resource_branches[resource] == county.demand_branches[demand]
    )
    labels = {
        demand: {resource: grade for resource, grade in grades.items() if (demand, resource) not in own}
        for demand, grades in county.labels.items()
    }
    return replace(county, labels=labels, own=own)


def _need(row: DemandRow) -> Need:
    return Need(
        id=row.id,
        branch_id=row.branch,
        title=row.name,
        text=f"{row.description} {row.target_group}".strip(),
        aspect=row.aspect,
        urgency=URGENCY.get(row.urgency, 0),
        raised_on=row.raised_on,
        deadline=row.deadline,
    )


def _offer(row: ResourceRow) -> Offer:
    return Offer(
        id=row.id,
        branch_id=row.owner_branch,
        title=row.name,
        text=f"{row.description} {row.target_group}".strip(),
        kind=row.category,
        capacity_per_month=row.capacity_per_month,
    )
