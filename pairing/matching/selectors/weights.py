"""The weights in force, and what edited ones would have made of past decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from ledgers.enums import ResourceState
from ledgers.models import Demand, Resource
from pairing.matching.adapter import Posed, pose, weights_of
from pairing.matching.engine import MatchProblem, Weights, pair_of
from pairing.matching.models import ScoreWeights
from pairing.matching.replay import Decisions, Pair, Record, Shift, ranks, record, shifts
from pairing.plans.enums import ClaimState, PlanOrderState
from pairing.plans.models import Claim, PlanOrder

DECISIONS_SEEN = 200  # the latest of each kind: a preview has to answer while somebody types
AGREED = [
    PlanOrderState.CONFIRMED,
    PlanOrderState.IN_PROGRESS,
    PlanOrderState.AWAITING_ACCEPTANCE,
    PlanOrderState.COMPLETED,
]


@dataclass(frozen=True)
class Moved:
    """A past decision whose place in the list changes."""

    demand: Demand
    resource: Resource
    shift: Shift


@dataclass(frozen=True)
class Preview:
    """Past decisions under the weights in force and under edited ones.

    `unseen` counts decisions that cannot be looked at again because their resource is no longer valid.
    """

    before: Record
    after: Record
    moved: list[Moved]
    declined: int
    unseen: int


def weights_version() -> ScoreWeights | None:
    """The version in force; None while nobody has changed the weights a new county starts with."""
    return ScoreWeights.objects.filter(is_current=True).select_related("made_by").first()


def weights_current() -> Weights:
    """The weights that suggestions and new runs use."""
    return weights_of(weights_version())


def weights_preview(edited: Weights, *, current: Weights, today: date) -> Preview:
    """Compare edited weights with those in force on the latest decisions of the county, in eight queries."""
    known = _decisions()
    posed = _posed(known, today)
    seen = Decisions(*(tuple(pair for pair in pairs if _is_seen(posed, pair)) for pairs in _both(known)))
    problem = _as_decided(posed.problem, seen, posed)
    before, after = ranks(problem, seen, current), ranks(problem, seen, edited)
    return Preview(
        before=record(seen, before),
        after=record(seen, after),
        moved=[
            Moved(posed.demands[int(each.pair[0])], posed.resources[int(each.pair[1])], each)
            for each in shifts(seen, before, after)
        ],
        declined=len(seen.declined),
        unseen=sum(map(len, _both(known))) - sum(map(len, _both(seen))),
    )


def _decisions() -> Decisions:
    """What was agreed (an order of both sides, an accepted claim) and what was declined and never agreed."""
    orders = PlanOrder.objects.filter(state__in=AGREED, resource__isnull=False)
    claims = Claim.objects.filter(state__in=[ClaimState.ACCEPTED, ClaimState.DECLINED])
    agreed = orders.order_by("-pk").values_list("demand", "resource")[:DECISIONS_SEEN]
    decided = list(claims.order_by("-pk").values_list("demand", "resource", "state")[:DECISIONS_SEEN])
    taken = {*agreed, *(row[:2] for row in decided if row[2] == ClaimState.ACCEPTED)}
    declined = {row[:2] for row in decided if row[2] == ClaimState.DECLINED} - taken
    return Decisions(tuple(sorted(taken)), tuple(sorted(declined)))


def _both(decisions: Decisions) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    return decisions.taken, decisions.declined


def _posed(decisions: Decisions, today: date) -> Posed:
    """The demands decided on, and every resource that is or was to be had."""
    pairs = (*decisions.taken, *decisions.declined)
    return pose(
        demands=Demand.objects.filter(pk__in={demand for demand, _ in pairs}),
        resources=Resource.objects.filter(
            Q(state=ResourceState.PUBLISHED) | Q(pk__in={resource for _, resource in pairs})
        ),
        as_of=today,
    )


def _is_seen(posed: Posed, pair: Pair) -> bool:
    return pair[0] in posed.demands and pair[1] in posed.resources


def _as_decided(problem: MatchProblem, decisions: Decisions, posed: Posed) -> MatchProblem:
    """The problem as those who decided saw it: paired although the term may be over, no month yet full.

    What past decisions teach is left out: the preview would only find again what it was told.
    """
    paired = {
        pair_of(posed.demands[int(demand)].branch_id, posed.resources[int(resource)].branch_id)
        for demand, resource in (*decisions.taken, *decisions.declined)
    }
    return replace(problem, pairs=problem.pairs | paired, used={})
