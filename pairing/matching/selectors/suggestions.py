"""Suggestions as the matching pages show them: both ways, ranked, with reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from branches.models import Branch
from ledgers.models import Demand, Resource, ResourceQuerySet
from pairing.matching.adapter import Posed, pose
from pairing.matching.engine import Score, explain, suggest
from pairing.matching.selectors.gaps import for_everybody
from pairing.matching.selectors.lessons import lessons_learned
from pairing.matching.selectors.weights import weights_current

TOP = 3
HALL_TOP = 6  # resources the page of a demand in the hall shows


@dataclass(frozen=True)
class Suggestion:
    """One resource for one demand, with the engine's score and its sentence."""

    demand: Demand
    resource: Resource
    score: Score

    @property
    def explanation(self) -> str:
        return explain(self.score)

    @property
    def percent(self) -> int:
        return round(100 * self.score.value)


@dataclass(frozen=True)
class Suggestions:
    """The best matches of one branch: what could serve its demands, and what its resources could serve."""

    received: list[tuple[Demand, list[Suggestion]]]
    given: list[tuple[Resource, list[Suggestion]]]


def branch_suggestions(branch_ids: frozenset[int], *, today: date) -> Suggestions:
    """Rank open demands against usable resources between some branches and their partners."""
    partners = set(Branch.objects.partnered_with(branch_ids).values_list("pk", flat=True))
    posed = _posed(partners | branch_ids, today)
    found = _suggestions(posed)
    received = _grouped(
        [each for each in found if each.demand.branch_id in branch_ids], lambda each: each.demand
    )
    given = _grouped(
        [each for each in found if each.resource.branch_id in branch_ids], lambda each: each.resource
    )
    own = [demand for demand in posed.demands.values() if demand.branch_id in branch_ids]
    return Suggestions([(demand, received.get(demand.pk, [])) for demand in own], _with_heads(given))


def _posed(branch_ids: set[int] | frozenset[int], today: date) -> Posed:
    """The matching problem of the open demands and usable resources of some branches."""
    posed = pose(
        demands=Demand.objects.open().filter(branch__in=branch_ids),
        resources=Resource.objects.published().filter(branch__in=branch_ids),
        as_of=today,
        weights=weights_current(),
    )
    return replace(posed, problem=replace(posed.problem, learned=lessons_learned()))


def _suggestions(posed: Posed) -> list[Suggestion]:
    """Every suggestion of a problem, best first within each demand."""
    scores = suggest(posed.problem, top=len(posed.resources) or 1)
    return [
        Suggestion(posed.demands[int(score.need_id)], posed.resources[int(score.offer_id)], score)
        for ranked in scores.values()
        for score in ranked
    ]


def _grouped(found: list[Suggestion], head: object) -> dict[int, list[Suggestion]]:
    """The TOP suggestions of each head row, best first."""
    groups: dict[int, list[Suggestion]] = {}
    for each in sorted(found, key=lambda each: (-each.score.value, each.demand.pk, each.resource.pk)):
        group = groups.setdefault(head(each).pk, [])  # type: ignore[operator]
        if len(group) < TOP:
            group.append(each)
    return groups


def _with_heads(groups: dict[int, list[Suggestion]]) -> list[tuple[Resource, list[Suggestion]]]:
    return [(group[0].resource, group) for group in groups.values()]


def suggestion_of(demand: Demand, resource: Resource, *, today: date) -> Suggestion | None:
    """The suggestion of one resource for one demand, or None when it stays below the floor."""
    found = _suggestions(_posed({demand.branch_id, resource.branch_id}, today))
    wanted = (each for each in found if (each.demand, each.resource) == (demand, resource))
    return next(wanted, None)


def hall_suggestions(demand: Demand, resources: ResourceQuerySet, *, today: date) -> list[Suggestion]:
    """The best of some resources for one demand, whether or not their branches are paired."""
    posed = pose(
        demands=Demand.objects.filter(pk=demand.pk),
        resources=resources.published().exclude(branch=demand.branch_id),
        as_of=today,
        weights=weights_current(),
    )
    problem = for_everybody(replace(posed.problem, learned=lessons_learned()))
    found = _suggestions(replace(posed, problem=problem))
    return found[:HALL_TOP]
