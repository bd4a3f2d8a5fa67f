"""The demands of a draft, one line each: what serves it, why no more does, and what else could."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches.models import Branch
from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand, Resource
from pairing.matching.adapter import within
from pairing.matching.engine import Term
from pairing.matching.enums import MatchEditKind
from pairing.matching.models import Match, MatchGap, MatchRun
from pairing.matching.selectors.breakdown import Breakdown, breakdown
from pairing.plans.enums import ClaimState


@dataclass(frozen=True)
class Candidate:
    """A resource that could serve a demand, with what people said of it in this draft.

    One that a person has found in the ledger by hand has no score in the draft.
    """

    resource_id: int
    title: str
    branch: str
    score: float | None = None
    explanation: str = ""
    is_below_floor: bool = False
    is_pinned: bool = False
    is_forbidden: bool = False


@dataclass(frozen=True)
class Part:
    """Some visits of a demand: which resource makes them, in which month."""

    match: Match
    chosen: Candidate
    blocker: str

    @property
    def why(self) -> Breakdown | None:
        return breakdown((Term(**row) for row in self.match.terms), self.match.score)

    @property
    def former_title(self) -> str:
        """What the resource was called when the plan was made, if it is called otherwise now."""
        return former(self.match.resource_title, self.match.resource.title)

    @property
    def can_accept(self) -> bool:
        return not self.blocker and not self.has_claim

    @property
    def has_claim(self) -> bool:
        """Whether accepting it has led to a claim that stands."""
        claim = self.match.claim
        return claim is not None and (claim.is_pending or claim.state == ClaimState.ACCEPTED)


@dataclass(frozen=True)
class Line:
    """One demand of a plan: the parts that serve it, why nothing or no more does, the other candidates."""

    demand: Demand
    parts: list[Part]
    gap: MatchGap | None
    others: list[Candidate]
    title_then: str

    @property
    def former_title(self) -> str:
        """What the demand was called when the plan was made, if it is called otherwise now."""
        return former(self.title_then, self.demand.title)

    @property
    def can_accept(self) -> bool:
        return any(part.can_accept for part in self.parts)

    @property
    def has_opinion(self) -> bool:
        """Whether something was said of a candidate that the plan has not chosen."""
        return any(each.is_pinned or each.is_forbidden for each in self.others)

    @property
    def can_edit(self) -> bool:
        """Whether an opinion on it could still make a difference."""
        return self.demand.state == DemandState.OPEN


def former(then: str, now: str) -> str:
    return "" if then == now else then


class Opinion(NamedTuple):
    """What a person has said of a resource for a demand, with the names of the resource."""

    kind: str
    title: str
    branch: str


Said = dict[tuple[int, int], Opinion]


def said_of(run: MatchRun) -> Said:
    names = ("kind", "resource__title", "resource__branch__name")
    rows = run.edits.order_by("pk").values_list("demand", "resource", *names)
    return {(demand, resource): Opinion(*rest) for demand, resource, *rest in rows}


def demands_of(run: MatchRun) -> QuerySet[Demand]:
    """The demands of a draft, served or not."""
    matched = Exists(Match.objects.filter(run=run, demand=OuterRef("pk")))
    return Demand.objects.filter(matched | Exists(MatchGap.objects.filter(run=run, demand=OuterRef("pk"))))


def partner_resources(run: MatchRun, demand_id: int) -> QuerySet[Resource]:
    """What the partners of a demand's branch have to offer, as far as the draft may plan with it."""
    owner = Demand.objects.filter(pk=demand_id).values_list("branch", flat=True)
    partners = Branch.objects.partnered_with(list(owner)).values("pk")
    rows = within(Resource.objects.published().fresh(on=run.as_of), run.branch_ids)
    return rows.filter(branch__in=partners).select_related("branch").order_by("branch__name_key", "serial")


def _with_demand(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("demand__branch", "demand__aspect")


def gaps_of(run: MatchRun, wanted: Q) -> dict[int, MatchGap]:
    """Demand → gap of the chosen demands."""
    return {gap.demand_id: gap for gap in _with_demand(run.gaps.filter(wanted))}


def unserved(run: MatchRun) -> QuerySet[MatchGap]:
    """The gaps of demands without any visit planned, the urgent ones first."""
    is_served = Exists(Match.objects.filter(run=run, demand=OuterRef("demand")))
    places = ("-demand__urgency", "demand__branch__name_key", "demand__serial", "pk")
    return _with_demand(run.gaps.filter(~is_served)).order_by(*places)


def served_lines(run: MatchRun, chosen: Q, gaps: dict[int, MatchGap], said: Said, today: date) -> list[Line]:
    """The lines of the chosen demands that have a visit planned."""
    rows = _with_demand(run.matches.filter(chosen)).select_related("resource__branch", "claim")
    places = ("demand__branch__name_key", "demand__serial", "demand_id", "month", "-score", "pk")
    groups = groupby(rows.order_by(*places), key=lambda match: match.demand_id)
    return [line_of(list(matches), gaps.get(pk), said, today) for pk, matches in groups]


def line_of(matches: list[Match], gap: MatchGap | None, said: Said, today: date) -> Line:
    """One demand's line; it has a match or a gap, and each of them the same other candidates."""
    row = matches[0] if matches else gap
    if row is None:
        raise ValueError("a line needs a match or a gap")
    listed = [_candidate(row.demand_id, each, said) for each in row.alternatives]
    known = {match.resource_id for match in matches}.union(each.resource_id for each in listed)
    return Line(
        demand=row.demand,
        parts=[_part(match, said, today) for match in matches],
        gap=gap,
        others=[*listed, *_found_by_hand(row.demand_id, known, said)],
        title_then=row.demand_title,
    )


def _found_by_hand(demand_id: int, known: set[int], said: Said) -> list[Candidate]:
    """What a person has said of resources that the draft does not list for the demand."""
    return [
        _candidate(demand_id, {"resource_id": pk, "title": each.title, "branch": each.branch}, said)
        for (demand, pk), each in said.items()
        if demand == demand_id and pk not in known
    ]


def _part(match: Match, said: Said, today: date) -> Part:
    chosen = {
        "resource_id": match.resource_id,
        "title": match.resource.title,
        "branch": match.resource.branch.name,
        "score": match.score,
        "explanation": match.explanation,
    }
    return Part(match, _candidate(match.demand_id, chosen, said), _blocker(match, today))


def _candidate(demand_id: int, stored: dict[str, Any], said: Said) -> Candidate:
    opinion = said.get((demand_id, stored["resource_id"]))
    kind = opinion and opinion.kind
    return Candidate(**stored, is_pinned=kind == MatchEditKind.PIN, is_forbidden=kind == MatchEditKind.FORBID)


def _blocker(match: Match, today: date) -> str:
    """What has happened to the rows since the plan was made, if it keeps the match from being accepted."""
    if match.demand.state != DemandState.OPEN:
        return f"需求现在是“{match.demand.get_state_display()}”"
    if match.resource.state != ResourceState.PUBLISHED:
        return f"资源现在是“{match.resource.get_state_display()}”"
    return "资源已过有效期" if match.resource.is_expired(today) else ""
