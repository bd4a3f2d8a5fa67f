"""Accepting a draft, whole or in part: each accepted match becomes a claim that the other side answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.errors import ConflictError, DomainError
from core.working_days import working_days_between
from ledgers.models import Demand, Resource
from pairing.matching.models import Match, MatchRun
from pairing.plans.enums import ClaimState
from pairing.plans.models import Claim
from pairing.plans.selectors.pairings import pairing_active_between
from pairing.plans.services.claims import claim_propose
from pairing.plans.services.locks import lock_pairing

DISPATCH_WORDS = "县党建办整单派单"
DRAFT_WORDS = "按整单方案发起"
MOST = 100  # claims made while somebody waits for the page, about ten seconds


@dataclass(frozen=True)
class Acceptance:
    """What came of it: the claims that stand now, and one sentence for each match that was refused."""

    claims: list[Claim] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    left: int = 0  # matches that were too many for one go


def match_run_accept(*, run: MatchRun, match_ids: Collection[int], actor: User, now: datetime) -> Acceptance:
    """Claim the chosen matches, in one transaction a pair of branches; what cannot be claimed stops no other.

    Staff of a branch claim in its name; the county office claims in the name of the demand's branch. A match
    that the same person has accepted before counts as accepted, so a second copy of the form does nothing.

    Raises:
        PermissionDenied: the draft is not this person's to accept.
        DomainError: nothing of this draft is chosen, or it is not solved yet.
    """
    if not actor.has_perm("matching.change_run", run):
        raise PermissionDenied
    chosen = list(run.matches.filter(pk__in=match_ids).select_related("demand", "resource"))
    if not run.is_done or not chosen:
        raise DomainError("请先勾选要采纳的安排，再点“采纳所选”。")
    return _accept_pairs(run, chosen, actor, now)


def match_run_accept_all(*, run: MatchRun, actor: User, now: datetime, most: int = MOST) -> Acceptance:
    """Claim every match of a draft that can be claimed and that nobody has excluded, pair by pair as above.

    Of several months of one resource for one demand it takes the first: the next is claimed after the answer.

    Args:
        most: no further pair is begun after so many claims; `Acceptance.left` tells how many matches remain.

    Raises:
        See `match_run_accept`; DomainError also when nothing is left to accept.
    """
    if not actor.has_perm("matching.change_run", run):
        raise PermissionDenied
    rows = run.matches.acceptable(on=timezone.localdate(now)).select_related("demand", "resource")
    firsts = {(each.demand_id, each.resource_id): each for each in rows.order_by("-month", "-pk")}
    if not run.is_done or not firsts:
        raise DomainError(f"{run}没有可以采纳的安排了，请刷新页面查看。")
    return _accept_pairs(run, firsts.values(), actor, now, most)


def _accept_pairs(
    run: MatchRun, matches: Iterable[Match], actor: User, now: datetime, most: int | None = None
) -> Acceptance:
    claims: list[Claim] = []
    refusals: list[str] = []
    left = 0
    rows = sorted(matches, key=lambda match: (_pair(match), match.pk))
    for _, group in groupby(rows, key=_pair):
        ids = [match.pk for match in group]
        if most is not None and len(claims) >= most:
            left += len(ids)
            continue
        part = _accept_pair(run, ids, actor, now)
        claims += part.claims
        refusals += part.refusals
    return Acceptance(claims, refusals, left)


def _pair(match: Match) -> tuple[int, int]:
    first, second = sorted((match.demand.branch_id, match.resource.branch_id))
    return first, second


@transaction.atomic
def _accept_pair(run: MatchRun, match_ids: list[int], actor: User, now: datetime) -> Acceptance:
    """Accept the matches between two branches; everything the claims will need is locked in order beforehand.

    Two of these may share a branch and its resources, and would otherwise lock them crosswise.
    """
    _lock_pairing(match_ids[0])
    locked = (
        Match.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=match_ids).order_by("pk")
    )
    matches = list(locked.select_related("demand__branch", "resource__branch", "claim__proposer"))
    _lock(Demand, {match.demand_id for match in matches})
    _lock(Resource, {match.resource_id for match in matches})
    part = Acceptance()
    with audit.action("match_run.accept", actor=actor, target=run) as entry:
        for match in matches:
            try:
                part.claims.append(_accept(match, actor, now))
            except DomainError as error:
                part.refusals.append(f"“{match.demand}”：{error.message}")
        sides = f"{matches[0].demand.branch}和{matches[0].resource.branch}"
        entry.summary = f"{sides}：采纳 {len(part.claims)} 条，未办成 {len(part.refusals)} 条"
    return part


def _lock_pairing(match_id: int) -> None:
    """Pairings come before their demands and resources; see plans.services.locks."""
    ends = Match.objects.values_list("demand__branch", "resource__branch").get(pk=match_id)
    pairing = pairing_active_between(*ends)
    if pairing:
        lock_pairing(pairing.pk)


def _lock(model: type[Demand] | type[Resource], ids: set[int]) -> None:
    rows = model.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids)
    list(rows.order_by("pk").values_list("pk"))


def _accept(match: Match, actor: User, now: datetime) -> Claim:
    """Claim one match, or give the claim that the same person has made of it before."""
    before = match.claim
    if before and (before.is_pending or before.state == ClaimState.ACCEPTED):
        if before.proposer_id == actor.pk:
            return before
        raise ConflictError(f"{before.proposer}刚才已经采纳了这一条，不必重复办理。")
    by_branch, dispatched = _acting(match, actor)
    with transaction.atomic():
        claim = claim_propose(
            demand=match.demand,
            resource=match.resource,
            by_branch=by_branch,
            proposer=actor,
            now=now,
            visit_count=match.visit_count,
            wanted_on=_wanted_on(match, timezone.localdate(now)),
            words=DISPATCH_WORDS if dispatched else DRAFT_WORDS,
            score=match.score,
            explanation=match.explanation,
            dispatched=dispatched,
        )
        match.claim = claim
        match.save(update_fields=["claim"])
    return claim


def _acting(match: Match, actor: User) -> tuple[Branch, bool]:
    """In whose name the claim is made, and whether the county office makes it for them."""
    if match.demand.branch_id in actor.staff_branch_ids:
        return match.demand.branch, False
    if match.resource.branch_id in actor.staff_branch_ids:
        return match.resource.branch, False
    return match.demand.branch, True


def _wanted_on(match: Match, today: date) -> date | None:
    """The first working day of a later month, so that the visit counts where the plan has put it."""
    if match.month is None or match.month <= today:
        return None
    last = match.month.replace(day=28)
    day = next(iter(working_days_between(match.month, last)), match.month)
    return min(day, match.demand.deadline_on) if match.demand.deadline_on else day
