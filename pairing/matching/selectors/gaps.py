"""What the county lacks and what lies idle: demands nothing serves, resources nobody used."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from branches.models import Branch
from core.periods import day_starts
from ledgers.models import Demand, Resource, ServiceAspect
from ledgers.reading.limits import ruled_out
from pairing.activities.enums import ActivityState
from pairing.activities.models import Activity
from pairing.matching.adapter import Posed, pose
from pairing.matching.engine import (
    MatchProblem,
    Reading,
    Score,
    Weights,
    explain,
    reading_of,
    suggest,
    suggest_for_offers,
)
from pairing.matching.selectors.hints import lacking_beside
from pairing.matching.selectors.lessons import lessons_learned
from pairing.matching.selectors.weights import weights_current
from pairing.matching.studies import shortfalls
from pairing.plans.enums import CLAIM_UNDECIDED, PLAN_ORDER_LIVE, ClaimState, PlanOrderState
from pairing.plans.models import Claim, PlanOrder

Kind = Literal["none", "elsewhere"]
BEST = 2  # demands named beside an idle resource


@dataclass(frozen=True)
class Gap:
    """An open demand that no partner can serve, with the nearest resource of the county.

    `kind` is "elsewhere" when a branch that is no partner could serve it, "none" when nobody can; `area` is
    the organisation above the branch, or the branch itself.
    """

    demand: Demand
    area: Branch
    kind: Kind
    resource: Resource | None
    score: Score | None

    @property
    def percent(self) -> int:
        """Rounded down: what stays below the floor must not read as if it reached it."""
        return int(100 * self.score.fit) if self.score else 0

    @property
    def explanation(self) -> str:
        return explain(self.score) if self.score else ""

    @property
    def lacks(self) -> list[str]:
        """What keeps the resource from serving the demand: what it says itself, then its weakest terms."""
        if not self.resource or not self.score:
            return []
        wanted = f"{self.demand.title}，{self.demand.description} {self.demand.audience_text}"
        clause = ruled_out(wanted, self.resource.title, self.resource.description)
        return [*([f"资源写明“{clause}”"] if clause else []), *shortfalls(self.score)]

    @property
    def hints(self) -> list[str]:
        """Who leaves open what would change the judgement."""
        if not self.score:
            return []
        sides = (("需求", lacking_beside(self.score, "need")), ("资源", lacking_beside(self.score, "offer")))
        return [f"{who}没有写{'、'.join(labels)}" for who, labels in sides if labels]


@dataclass(frozen=True)
class Gaps:
    """The open demands of the county: `open_count` in all, those without a partner's resource in `rows`."""

    open_count: int
    floor: float
    rows: list[Gap]

    @property
    def served_count(self) -> int:
        return self.open_count - len(self.rows)

    @property
    def floor_percent(self) -> int:
        return round(100 * self.floor)

    def of(self, kind: Kind) -> list[Gap]:
        return [row for row in self.rows if row.kind == kind]


@dataclass(frozen=True)
class AreaLine:
    """The gaps of one area, counted by aspect."""

    area: Branch
    cells: list[tuple[ServiceAspect, int]]

    @property
    def count(self) -> int:
        return sum(count for _, count in self.cells)


@dataclass(frozen=True)
class Promise:
    """A demand an idle resource could serve now; `is_partner` when it may be claimed at once."""

    demand: Demand
    percent: int
    is_partner: bool


def county_gaps(*, today: date) -> Gaps:
    """Open demands no partner's resource reaches the floor for; whether a month is full is left aside."""
    posed = _county(today)
    weights = posed.problem.weights
    fit_only = replace(posed.problem, weights=_fit_only(weights), used={})
    reading = reading_of(fit_only)
    partner, county = _nearest(fit_only, reading), _nearest(for_everybody(fit_only), reading)
    rows = [
        _gap(posed, demand, county.get(pk), weights.floor)
        for pk, demand in posed.demands.items()
        if not _reaches(partner.get(pk), weights.floor)
    ]
    return Gaps(len(posed.demands), weights.floor, rows)


def _county(today: date) -> Posed:
    """Every open demand, with the organisation above its branch, and every usable resource.

    Learned from decisions as suggestions are: all pages have to agree on what can be served.
    """
    posed = pose(
        demands=Demand.objects.open().select_related("branch__parent"),
        resources=Resource.objects.published(),
        as_of=today,
        weights=weights_current(),
    )
    learned = lessons_learned(posed.problem.lexicon)
    return replace(posed, problem=replace(posed.problem, learned=learned))


def for_everybody(problem: MatchProblem) -> MatchProblem:
    """The same lists as if every branch could serve every other, paired or not."""
    return replace(problem, offers=tuple(replace(offer, pair_only=False) for offer in problem.offers))


def _fit_only(weights: Weights) -> Weights:
    """Weights that rank by what a resource does, down to the last one with anything in common."""
    return replace(weights, pair=0, distance=0, window=0, capacity=0, urgency=0, floor=0)


def _nearest(problem: MatchProblem, reading: Reading) -> dict[int, Score]:
    found = suggest(problem, top=1, reading=reading)
    return {int(need): scores[0] for need, scores in found.items() if scores}


def _reaches(score: Score | None, floor: float) -> bool:
    return score is not None and score.fit >= floor


def _gap(posed: Posed, demand: Demand, score: Score | None, floor: float) -> Gap:
    return Gap(
        demand=demand,
        area=demand.branch.parent or demand.branch,
        kind="elsewhere" if _reaches(score, floor) else "none",
        resource=posed.resources[int(score.offer_id)] if score else None,
        score=score,
    )


def gap_table(rows: list[Gap]) -> tuple[list[ServiceAspect], list[AreaLine]]:
    """Count the gaps by aspect (columns) and area (lines)."""
    counts = Counter((row.area, row.demand.aspect) for row in rows)
    aspects = sorted({row.demand.aspect for row in rows}, key=lambda aspect: (aspect.position, aspect.pk))
    areas = sorted({row.area for row in rows}, key=lambda area: (area.name_key, area.pk))
    return aspects, [AreaLine(area, [(aspect, counts[area, aspect]) for aspect in aspects]) for area in areas]


def idle_resources(*, since: date, today: date) -> QuerySet[Resource]:
    """Published, valid resources that no claim, order or activity has used since a day.

    `last_used_at` is the start of the last activity before that, None for a resource never used.
    """
    orders = PlanOrder.objects.filter(resource=OuterRef("pk")).exclude(state=PlanOrderState.CANCELLED)
    held = Activity.objects.filter(plan_order__resource=OuterRef("pk")).exclude(state=ActivityState.CANCELLED)
    claims = Claim.objects.filter(resource=OuterRef("pk"))
    agreed = Q(state__in=CLAIM_UNDECIDED) | Q(state=ClaimState.ACCEPTED, created_at__gte=day_starts(since))
    return (
        Resource.objects.published()
        .valid(on=today)
        .filter(
            ~Exists(claims.filter(agreed)),
            ~Exists(orders.filter(Q(state__in=PLAN_ORDER_LIVE) | Q(completed_on__gte=since))),
            ~Exists(held.filter(starts_at__gte=day_starts(since))),
        )
        .annotate(last_used_at=Subquery(held.order_by("-starts_at").values("starts_at")[:1]))
        .select_related("branch")
        .order_by("branch__name_key", "branch", "serial")
    )


def idle_promises(resources: list[Resource], *, today: date) -> dict[int, list[Promise]]:
    """What some resources could serve now, best first: at most BEST open demands of the county each."""
    if not resources:
        return {}
    posed = _county(today)
    wanted = [row.pk for row in resources]
    found = suggest_for_offers(for_everybody(posed.problem), offer_ids=wanted, top=BEST)
    return {
        int(offer): [_promise(posed, score) for score in scores if score.fit >= posed.problem.weights.floor]
        for offer, scores in found.items()
    }


def _promise(posed: Posed, score: Score) -> Promise:
    demand, resource = posed.demands[int(score.need_id)], posed.resources[int(score.offer_id)]
    is_partner = frozenset((demand.branch_id, resource.branch_id)) in posed.problem.pairs
    return Promise(demand, round(100 * score.value), is_partner)
