"""The bridge between the ledgers' rows and the engine's problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from ledgers.enums import Audience, HelpKind
from ledgers.models import Demand, DemandQuerySet, Resource, ResourceQuerySet
from ledgers.reading.contexts import context_vectors, name_of
from ledgers.selectors.lexicon import county_lexicon
from pairing.activities.adapter import LEAD_DAYS
from pairing.matching.conditions import Conditions, Pairs
from pairing.matching.engine import MatchProblem, Need, Offer, Weights, pair_of, sentences
from pairing.matching.models import MatchRun, ScoreWeights, TextContext
from pairing.plans.enums import ClaimState
from pairing.plans.models import Claim, Pairing, PlanOrder
from pairing.plans.selectors.parts import demands_rest

FEW = 500  # characters of a side from which on the database is asked; fewer are read in 150 ms at most


@dataclass(frozen=True)
class Posed:
    """A problem with the rows it was made of, by primary key."""

    problem: MatchProblem
    demands: dict[int, Demand]
    resources: dict[int, Resource]

    @property
    def sizes(self) -> dict[int, int]:
        """The visits each demand still wants."""
        return {int(need.id): need.size for need in self.problem.needs}


def weights_of(version: ScoreWeights | None) -> Weights:
    """What the engine is given for a version, for None what a new county starts with.

    A term added to the engine since takes its default, one taken out of it is left out.
    """
    default = Weights.default()
    if version is None:
        return default
    kept = {name: version.weights[name] for name in default.as_dict() if name in version.weights}
    return Weights.from_dict({**kept, "floor": version.floor})


def within(rows: Any, branch_ids: Iterable[int]) -> Any:
    """The rows of some branches; of all when none is named."""
    ids = list(branch_ids)
    return rows.filter(branch__in=ids) if ids else rows


def pose_run(run: MatchRun, branch_ids: Iterable[int]) -> Posed:
    """The problem of a run, or of the part of it that some branches are: its weights, conditions and parent.

    What a branch has declined once is not proposed to it again.
    """
    ids = list(branch_ids)
    posed = pose(
        demands=within(Demand.objects.open(), ids),
        resources=within(Resource.objects.published(), ids),
        as_of=run.as_of,
        weights=Weights.from_dict(run.weights),
    )
    conditions = Conditions.from_json(run.conditions)
    rows: list[Demand | Resource] = [*posed.demands.values(), *posed.resources.values()]
    branches = {row.branch_id for row in rows}
    problem = replace(
        posed.problem,
        pins={pair: posed.sizes.get(pair[0], 1) for pair in conditions.pins},
        forbidden=conditions.forbidden | (declined_pairs(posed.demands) - conditions.pins),
        give_caps=conditions.caps(branches, 0),
        receive_caps=conditions.caps(branches, 1),
        reciprocity=conditions.reciprocity,
        give_prices=conditions.prices(conditions.give_after),
        receive_prices=conditions.prices(conditions.receive_after),
        previous=_kept(run.parent, conditions) if run.parent else frozenset(),
    )
    return replace(posed, problem=problem)


def _kept(parent: MatchRun, conditions: Conditions) -> Pairs:
    """What the plan before has chosen by itself; a pin that was taken back shall not linger."""
    taken_back = Conditions.from_json(parent.conditions).pins - conditions.pins
    return frozenset(parent.matches.values_list("demand", "resource")) - taken_back


def declined_pairs(demand_ids: Iterable[int]) -> Pairs:
    declined = Claim.objects.filter(demand__in=list(demand_ids), state=ClaimState.DECLINED)
    return frozenset(declined.values_list("demand", "resource"))


def pose(
    *,
    demands: DemandQuerySet,
    resources: ResourceQuerySet,
    as_of: date,
    weights: Weights | None = None,
) -> Posed:
    """The matching problem of some demands and resources on a day, in five queries, or six – and some
    more where texts have not been read by this process, which from now on remembers them.

    A demand that says how often it wants to be served – they take the sixth – is asked for with the visits
    nobody has promised yet; any other is one visit. What begins today can be held `LEAD_DAYS` later at the
    earliest: at the end of a month nothing is planned into it any more.
    """
    asking = list(_with_names(demands, aspects=False))
    giving = list(_with_names(resources.fresh(on=as_of), aspects=True))
    rest = demands_rest(asking)
    problem = MatchProblem(
        offers=tuple(_offer(row) for row in giving),
        needs=tuple(_need(row, rest.get(row.pk, 1)) for row in asking),
        as_of=as_of + timedelta(days=LEAD_DAYS),
        pairs=branch_pairs(),
        weights=weights or Weights.default(),
        lexicon=county_lexicon(),
        used=promised_visits(row.pk for row in giving),
        branch_names={row.branch_id: row.branch.name for row in (*asking, *giving)},
    )
    _recall(problem)
    return Posed(problem, {row.pk: row for row in asking}, {row.pk: row for row in giving})


def _recall(problem: MatchProblem) -> None:
    """Let the reader take over what is kept of texts it has not read, where their contexts have a say."""
    if problem.weights.relevance:
        for offered, texts in enumerate(sentences(problem)):
            context_vectors(texts, offered=bool(offered), kept=_kept_contexts)


def _kept_contexts(texts: Sequence[str], offered: bool) -> dict[str, np.ndarray]:
    """Return text → vector of those that are kept; for a few words, which are soon read, nobody is asked."""
    if sum(map(len, texts)) < FEW:
        return {}
    names = {name_of(text, offered=offered): text for text in texts}
    return {names[name]: vector for name, vector in TextContext.objects.vectors(names)}


def _with_names(rows: QuerySet, *, aspects: bool) -> QuerySet:
    """Rows with the names of their many-to-many choices gathered in the same query."""
    names = {"item_names": ArrayAgg("items__name", filter=Q(items__isnull=False), distinct=True, default=[])}
    if aspects:
        names["aspect_names"] = ArrayAgg(
            "aspects__name", filter=Q(aspects__isnull=False), distinct=True, default=[]
        )
    related = ("branch",) if aspects else ("branch", "aspect")
    return rows.select_related(*related).annotate(**names).order_by("pk")


def _need(row: Any, visits: int) -> Need:
    return Need(
        id=row.pk,
        branch_id=row.branch_id,
        title=row.title,
        text=f"{row.description} {row.audience_text}",
        aspect=row.aspect.name,
        items=frozenset(row.item_names),
        help_kinds=frozenset(HelpKind(kind).label for kind in row.help_kinds),
        audiences=frozenset(Audience(audience).label for audience in row.audiences),
        size=visits,
        urgency=row.urgency,
        raised_on=row.raised_on,
        deadline=row.deadline_on,
        latitude=row.branch.latitude,
        longitude=row.branch.longitude,
    )


def _offer(row: Any) -> Offer:
    return Offer(
        id=row.pk,
        branch_id=row.branch_id,
        title=row.title,
        text=row.description,
        kind=row.get_kind_display(),
        aspects=frozenset(row.aspect_names),
        items=frozenset(row.item_names),
        help_kinds=frozenset(HelpKind(kind).label for kind in row.help_kinds),
        audiences=frozenset(Audience(audience).label for audience in row.audiences),
        capacity_per_month=row.capacity_per_month,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        latitude=row.branch.latitude,
        longitude=row.branch.longitude,
        pair_only=True,  # a claim needs a pairing, so a stranger's resource could not be claimed
    )


def branch_pairs() -> frozenset[frozenset[int | str]]:
    return frozenset(pair_of(a, b) for a, b in Pairing.objects.active().values_list("branch_a", "branch_b"))


def promised_visits(resource_ids: Iterable[int]) -> dict[tuple[int | str, date], int]:
    """Visits promised per resource and month, counted as a new claim would find them."""
    ids = list(resource_ids)
    used: Counter[tuple[int | str, date]] = Counter()
    claims, orders = (
        held.filter(resource__in=ids)
        .annotate(month=TruncMonth("day"))
        .order_by()
        .values_list("resource", "month")
        .annotate(n=Sum("visit_count"))
        for held in (Claim.objects.holding_capacity(), PlanOrder.objects.holding_capacity())
    )
    for resource, month, n in claims.union(orders, all=True):
        used[resource, month] += n
    return used
