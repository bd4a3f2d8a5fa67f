"""Suggestions as the matching pages show them: both ways, ranked, with reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from branches.models import Branch
from ledgers.models import Demand, Resource, ResourceQuerySet
from pairing.matching.adapter import Posed, declined_pairs, pose
from pairing.matching.engine import Id, Score, explain, suggest
from pairing.matching.reranker import Question
from pairing.matching.selectors.breakdown import Breakdown, breakdown
from pairing.matching.selectors.gaps import for_everybody
from pairing.matching.selectors.hints import lacking, lacking_beside
from pairing.matching.selectors.lessons import lessons_learned
from pairing.matching.selectors.opinions import second_opinions
from pairing.matching.selectors.weights import weights_current

TOP = 3
HALL_TOP = 6  # resources the page of a demand in the hall shows


@dataclass(frozen=True)
class Suggestion:
    """One resource for one demand, with the engine's score and its sentence.

    `is_below_floor` when it is shown only because another one reached the floor.
    """

    demand: Demand
    resource: Resource
    score: Score
    is_below_floor: bool

    @property
    def explanation(self) -> str:
        return explain(self.score)

    @property
    def percent(self) -> int:
        return round(100 * self.score.value)

    @property
    def why(self) -> Breakdown | None:
        return breakdown(self.score.terms, self.score.value)

    @property
    def demand_lacks(self) -> list[str]:
        """What the demand leaves open, told to whoever looks from the resource's side."""
        return lacking_beside(self.score, "need")

    @property
    def resource_lacks(self) -> list[str]:
        """What the resource leaves open, told to whoever looks from the demand's side."""
        return lacking_beside(self.score, "offer")


@dataclass(frozen=True)
class Panel:
    """One row of the branch with its best matches, and the fields it leaves open that would change them."""

    row: Demand | Resource
    found: list[Suggestion]
    lacks: list[str]


@dataclass(frozen=True)
class Suggestions:
    """The best matches of one branch: what could serve its demands, and what its resources could serve.

    `idle` are its resources that reach the floor for no demand; `advised` the demands on whose order a second
    opinion had a say, `open_questions` what to ask next.
    """

    received: list[Panel]
    given: list[Panel]
    idle: list[Resource]
    advised: frozenset[Id] = frozenset()
    open_questions: list[Question] = field(default_factory=list)


@dataclass(frozen=True)
class HallSuggestions:
    """The best resources for one demand; `advised` when a second opinion had a say in their order."""

    rows: list[Suggestion]
    advised: bool
    open_questions: list[Question]


def branch_suggestions(branch_ids: frozenset[int], *, today: date) -> Suggestions:
    """Rank open demands against usable resources between some branches and their partners."""
    partners = set(Branch.objects.partnered_with(branch_ids).values_list("pk", flat=True))
    posed = _posed(partners | branch_ids, today)
    scores = _scores(posed)
    own = [demand for demand in posed.demands.values() if demand.branch_id in branch_ids]
    ordered = second_opinions(posed.problem, {demand.pk: scores[demand.pk] for demand in own})
    received = [_for_demand(posed, demand, ordered.found[demand.pk][:TOP]) for demand in own]
    offered = [each for ranked in scores.values() for each in _suggestions(posed, ranked)]
    given = _by_resource([each for each in offered if each.resource.branch_id in branch_ids])
    useful = {panel.row.pk for panel in given}
    owned = [each for each in posed.resources.values() if each.branch_id in branch_ids]
    idle = [each for each in owned if each.pk not in useful]
    return Suggestions(received, given, idle, ordered.advised, ordered.open_questions)


def _posed(branch_ids: set[int] | frozenset[int], today: date) -> Posed:
    """The matching problem of the open demands and usable resources of some branches."""
    posed = pose(
        demands=Demand.objects.open().filter(branch__in=branch_ids),
        resources=Resource.objects.published().filter(branch__in=branch_ids),
        as_of=today,
        weights=weights_current(),
    )
    return _with_decisions(posed)


def _with_decisions(posed: Posed) -> Posed:
    """The same problem with what people decided: lessons of all; what was declined is not named again."""
    learned, declined = lessons_learned(posed.problem.lexicon), declined_pairs(posed.demands)
    return replace(posed, problem=replace(posed.problem, learned=learned, forbidden=declined))


def _scores(posed: Posed) -> Mapping[Id, Sequence[Score]]:
    """Every suggestion of a problem by demand, best first."""
    return suggest(posed.problem, top=len(posed.resources) or 1)


def _suggestions(posed: Posed, scores: Sequence[Score]) -> list[Suggestion]:
    floor = posed.problem.weights.floor
    demands, resources = posed.demands, posed.resources
    return [
        Suggestion(demands[int(each.need_id)], resources[int(each.offer_id)], each, each.fit < floor)
        for each in scores
    ]


def _for_demand(posed: Posed, demand: Demand, scores: Sequence[Score]) -> Panel:
    """What a demand leaves open is said while it may still be written: nobody has promised a part of it."""
    is_free = posed.sizes[demand.pk] == (demand.visits_wanted or 1)
    return Panel(demand, _suggestions(posed, scores), lacking(scores, "need") if is_free else [])


def _by_resource(found: list[Suggestion]) -> list[Panel]:
    """The TOP demands of each resource that reaches the floor for one, best first; in order of their best."""
    groups: dict[Resource, list[Suggestion]] = {}
    for each in sorted(found, key=_standing):
        groups.setdefault(each.resource, []).append(each)
    useful = {row: group[:TOP] for row, group in groups.items() if not group[0].is_below_floor}
    return [
        Panel(row, group, lacking((each.score for each in group), "offer")) for row, group in useful.items()
    ]


def _standing(each: Suggestion) -> tuple[bool, float, int, int]:
    """What stays below the floor stands behind."""
    return each.is_below_floor, -each.score.value, each.demand.pk, each.resource.pk


def suggestion_of(demand: Demand, resource: Resource, *, today: date) -> Suggestion | None:
    """The suggestion of one resource for one demand, or None when it is not worth showing."""
    posed = _posed({demand.branch_id, resource.branch_id}, today)
    found = _suggestions(posed, _scores(posed).get(demand.pk, ()))
    return next((each for each in found if each.resource == resource), None)


def hall_suggestions(demand: Demand, resources: ResourceQuerySet, *, today: date) -> HallSuggestions:
    """The best of some resources for one demand, whether or not their branches are paired."""
    posed = pose(
        demands=Demand.objects.filter(pk=demand.pk),
        resources=resources.published().exclude(branch=demand.branch_id),
        as_of=today,
        weights=weights_current(),
    )
    problem = for_everybody(_with_decisions(posed).problem)
    ordered = second_opinions(problem, _scores(replace(posed, problem=problem)))
    rows = _suggestions(posed, ordered.found.get(demand.pk, [])[:HALL_TOP])
    return HallSuggestions(rows, bool(ordered.advised), ordered.open_questions)
