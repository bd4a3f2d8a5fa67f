"""认领: proposing that resources serve a demand, and countering; see claim_answers for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.errors import ConflictError, DomainError, refuse
from core.wording import short_date
from ledgers.models import Demand, Resource
from pairing.plans.enums import ClaimState, PairingKind, PairingState
from pairing.plans.models import Claim, Pairing, Series
from pairing.plans.selectors.pairings import pairing_active_between
from pairing.plans.services.claim_guards import (
    check_capacity,
    check_rest,
    check_terms,
    claim_answer_blockers,
    claim_joint_blockers,
    claim_propose_blockers,
    may_support,
)
from pairing.plans.services.deadlines import working_day_after
from pairing.plans.services.locks import (
    lock_branches_of,
    lock_claim,
    lock_demand,
    lock_pairing,
    lock_resource,
)
from pairing.plans.services.notices import tell
from pairing.plans.services.settling import demand_settle

PARTS = range(2, 9)  # how many resources one joint claim may bring together


@dataclass(frozen=True)
class Proposal:
    """Who proposes, and on which terms; every part of a joint claim has the same."""

    by_branch: Branch
    proposer: User
    now: datetime
    visit_count: int = 1
    wanted_on: date | None = None
    person: str = ""
    words: str = ""
    score: float | None = None
    explanation: str = ""
    dispatched: bool = False

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)


@transaction.atomic
def claim_propose(*, demand: Demand, resource: Resource, **terms: Any) -> Claim:
    """Propose in the name of `by_branch`; what is proposed is set aside until the other side has answered.

    Args:
        terms: the fields of `Proposal`. `visit_count` is how often the resource is to serve, 1–50, held
            against its monthly capacity and against what the demand wants; with `dispatched` the county
            office proposes for the branch, whose staff is told as well; `score` of the match is in [0, 1].

    Raises:
        DomainError: see `claim_propose_blockers`; also for a wanted day in the past.
        ConflictError: when the month's capacity, or all that the demand wants, is promised already, or
            another claim of the two awaits its answer.
    """
    [claim] = _propose(demand, [resource], Proposal(**terms), series_title="")
    return claim


@transaction.atomic
def claims_propose_jointly(*, demand: Demand, resources: Sequence[Resource], **terms: Any) -> list[Claim]:
    """Ask several branches to serve one demand together; each answers for its own part, all or none.

    Only the side that needs them all can bring them together: the demand's branch, or the county office in
    its name. `visit_count` is that of each part.

    Raises:
        DomainError: as `claim_propose`; see `claim_joint_blockers`; for a number of resources outside PARTS.
    """
    proposal = Proposal(**terms)
    refuse(claim_joint_blockers(demand, proposal.by_branch, proposal.proposer))
    if len({resource.pk for resource in resources}) not in PARTS:
        raise DomainError(f"联合认领要选 {PARTS[0]} 到 {PARTS[-1]} 项资源。", field="resources")
    return _propose(demand, resources, proposal, series_title=f"联合办理：{demand}"[:120])


def _propose(
    demand: Demand, resources: Sequence[Resource], proposal: Proposal, *, series_title: str
) -> list[Claim]:
    pairings = _locked_pairings(demand, resources, proposal)
    demand = lock_demand(demand.pk)
    held = [lock_resource(pk) for pk in sorted({resource.pk for resource in resources})]
    if any(pairing.is_support for pairing in pairings.values()):
        lock_branches_of(held)
    for resource in held:
        _check(demand, resource, pairings.get(resource.branch_id), proposal)
        if resource.branch_id not in pairings:  # the demand has come into the hall since it was read
            raise ConflictError(f"需求“{demand}”刚刚进入认领大厅，请刷新页面后再认领。")
    check_rest(demand, proposal.visit_count * len(held))
    series = Series.objects.create(title=series_title) if series_title else None
    claims = [_write(demand, each, pairings[each.branch_id], proposal, series) for each in held]
    demand_settle(demand=demand, actor=proposal.proposer, now=proposal.now)
    return claims


def _check(demand: Demand, resource: Resource, pairing: Pairing | None, proposal: Proposal) -> None:
    today = proposal.today
    refuse(
        claim_propose_blockers(
            demand=demand,
            resource=resource,
            by_branch=proposal.by_branch,
            actor=proposal.proposer,
            pairing=pairing,
            on=today,
            dispatched=proposal.dispatched,
        )
    )
    check_terms(proposal.visit_count, proposal.wanted_on, today, demand.deadline_on)
    check_capacity(resource, proposal.visit_count, proposal.wanted_on or today)


def _write(
    demand: Demand, resource: Resource, pairing: Pairing, proposal: Proposal, series: Series | None
) -> Claim:
    """Write one checked claim with its trace and its notices."""
    by_branch, now, actor = proposal.by_branch, proposal.now, proposal.proposer
    with audit.action("claim.propose", actor=actor) as entry:
        claim = Claim.objects.create(
            pairing=pairing,
            demand=demand,
            resource=resource,
            series=series,
            proposed_by=by_branch,
            proposer=actor,
            awaiting=pairing.partner_of(by_branch.pk),
            visit_count=proposal.visit_count,
            wanted_on=proposal.wanted_on,
            person=proposal.person.strip(),
            words=proposal.words.strip(),
            expires_on=last_day_to_answer(proposal.today),
            score=proposal.score,
            explanation=proposal.explanation,
        )
        entry.target = claim
        in_name = f"县党建办代{by_branch}" if proposal.dispatched else str(by_branch)
        kind = "联合认领" if series else "认领"
        entry.summary = f"{in_name}发起{kind}，等{claim.awaiting}答复"
        _ask(claim, "propose", f"{by_branch}发起{kind}：{demand}", now, actor)
        if proposal.dispatched:
            _inform_dispatched(claim, now, actor)
    return claim


@transaction.atomic
def claim_counter(
    *,
    claim: Claim,
    actor: User,
    now: datetime,
    visit_count: int,
    wanted_on: date | None,
    person: str = "",
    words: str = "",
) -> Claim:
    """Answer with other terms; now the other side has its working days to answer.

    Without `words` what the other side wrote stays to be read.

    Raises:
        DomainError: see `claim_answer_blockers`; also when nothing differs or the wanted day is past.
        ConflictError: when the month's capacity, or all that the demand wants, is promised already.
    """
    today = timezone.localdate(now)
    claim = lock_claim(claim.pk)
    refuse(claim_answer_blockers(claim, actor, on=today))
    terms = {
        "visit_count": visit_count,
        "wanted_on": wanted_on,
        "person": person.strip(),
        "words": words.strip() or claim.words,
    }
    changes = {n: [_plain(getattr(claim, n)), _plain(v)] for n, v in terms.items() if getattr(claim, n) != v}
    if not set(changes) - {"words"}:
        raise DomainError("次数、日期和人员都没有改动；同意原提议请直接点“同意认领”。")
    check_terms(visit_count, wanted_on, today, claim.demand.deadline_on)
    check_rest(lock_demand(claim.demand_id), visit_count, besides=claim)
    counted_on = wanted_on or timezone.localdate(claim.created_at)  # as `holding_capacity` has it
    check_capacity(lock_resource(claim.resource_id), visit_count, counted_on, besides=claim)
    with audit.action("claim.counter", actor=actor, target=claim) as entry:
        side = claim.awaiting
        for name, value in terms.items():
            setattr(claim, name, value)
        claim.awaiting = claim.offering
        claim.state = ClaimState.COUNTERED
        claim.expires_on = last_day_to_answer(today)
        claim.save()
        entry.summary = f"{side}提出改议，等{claim.awaiting}答复"
        entry.changes = changes
        demand_settle(demand=claim.demand, actor=actor, now=now)
        _ask(claim, "counter", f"{side}对认领提出改议：{claim.demand}", now, actor)
    return claim


def last_day_to_answer(today: date) -> date:
    return working_day_after(today, settings.CLAIM_EXPIRY_WORKING_DAYS)


def _locked_pairings(demand: Demand, resources: Sequence[Resource], proposal: Proposal) -> dict[int, Pairing]:
    """Hold what joins the demand's branch to each offering branch, by the latter's key, in id order.

    Where nothing does, the hall and the county office may begin a 县内支援 for this one matter.
    """
    found: dict[int, int] = {}
    for resource in sorted(resources, key=lambda each: each.pk):
        pairing = pairing_active_between(demand.branch_id, resource.branch_id)
        if pairing is None and may_support(
            demand, resource, dispatched=proposal.dispatched, on=proposal.today
        ):
            pairing = _support(demand, resource, proposal.today)
        if pairing is not None:
            found[resource.branch_id] = pairing.pk
    held = {pk: lock_pairing(pk) for pk in sorted(set(found.values()))}
    return {branch: held[pk] for branch, pk in found.items() if held[pk].is_active}


def _support(demand: Demand, resource: Resource, today: date) -> Pairing:
    """Begin, or go on with, the support of the demand's branch by the resource's."""
    between = Pairing.objects.between(demand.branch_id, resource.branch_id)
    pairing, _ = between.get_or_create(
        kind=PairingKind.SUPPORT,
        state=PairingState.ACTIVE,
        defaults={
            "branch_a": resource.branch,
            "branch_b": demand.branch,
            "liaison_a": resource.branch.liaison_name,
            "liaison_b": demand.branch.liaison_name,
            "starts_on": today,
            "aims": f"县内支援：{demand}",
        },
    )
    return pairing


def _ask(claim: Claim, event: str, subject: str, now: datetime, actor: User) -> None:
    """Tell the side whose answer is due, with its last day."""
    body = f"请在{short_date(claim.expires_on)}前答复。"
    tell([claim.awaiting_id], about=claim, event=event, subject=subject, body=body, now=now, actor=actor)


def _inform_dispatched(claim: Claim, now: datetime, actor: User) -> None:
    """Tell the branch in whose name the office has proposed."""
    subject = f"县党建办已代{claim.proposed_by}发起认领：{claim.demand}"
    body = f"等{claim.awaiting}答复。"
    sides = [claim.proposed_by_id]
    tell(sides, about=claim, event="dispatch", subject=subject, body=body, now=now, actor=actor)


def _plain(value: object) -> str:
    return "" if value is None else str(value)
