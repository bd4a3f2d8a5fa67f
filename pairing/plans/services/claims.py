"""认领: proposing that a resource serve a demand, and the other side's answer."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.errors import DomainError, refuse
from core.wording import short_date
from ledgers.enums import DemandState
from ledgers.models import Demand, Resource
from ledgers.services.demands import demand_change_state
from pairing.plans.enums import CLAIM_PENDING, ClaimState
from pairing.plans.models import Claim, Pairing
from pairing.plans.selectors.pairings import pairing_active_between
from pairing.plans.services.claim_guards import (
    check_capacity,
    check_terms,
    claim_answer_blockers,
    claim_propose_blockers,
)
from pairing.plans.services.deadlines import working_day_after
from pairing.plans.services.drafting import plan_order_draft
from pairing.plans.services.guards import signed_by, stated
from pairing.plans.services.locks import lock_claim, lock_demand, lock_pairing, lock_resource
from pairing.plans.services.notices import tell

EXPIRY_WORKING_DAYS = 5


@transaction.atomic
def claim_propose(
    *,
    demand: Demand,
    resource: Resource,
    by_branch: Branch,
    proposer: User,
    now: datetime,
    visit_count: int = 1,
    wanted_on: date | None = None,
    person: str = "",
    words: str = "",
    score: float | None = None,
    explanation: str = "",
    dispatched: bool = False,
) -> Claim:
    """Propose in the name of `by_branch`; the demand is set aside until the other side has answered.

    Args:
        dispatched: the county office proposes for the branch, whose staff is told as well.
        visit_count: how often the resource is to serve, 1–50; held against its monthly capacity.
        score: of the match that led here, in [0, 1].

    Raises:
        DomainError: see `claim_propose_blockers`; also for a wanted day in the past.
        ConflictError: when the month's capacity is promised already.
    """
    today = timezone.localdate(now)
    pairing = _locked_pairing(demand, resource)
    demand, resource = lock_demand(demand.pk), lock_resource(resource.pk)
    refuse(
        claim_propose_blockers(
            demand=demand,
            resource=resource,
            by_branch=by_branch,
            actor=proposer,
            pairing=pairing,
            on=today,
            dispatched=dispatched,
        )
    )
    assert pairing is not None  # its absence is one of the blockers
    check_terms(visit_count, wanted_on, today, demand.deadline_on)
    check_capacity(resource, visit_count, wanted_on or today)
    with audit.action("claim.propose", actor=proposer) as entry:
        claim = Claim.objects.create(
            pairing=pairing,
            demand=demand,
            resource=resource,
            proposed_by=by_branch,
            proposer=proposer,
            awaiting=pairing.partner_of(by_branch.pk),
            visit_count=visit_count,
            wanted_on=wanted_on,
            person=person.strip(),
            words=words.strip(),
            expires_on=working_day_after(today, EXPIRY_WORKING_DAYS),
            score=score,
            explanation=explanation,
        )
        entry.target = claim
        entry.summary = f"{by_branch}发起认领，等{claim.awaiting}答复"
        demand_change_state(demand=demand, to=DemandState.CLAIMED, actor=proposer, now=now)
        _ask(claim, "propose", f"{by_branch}发起认领：{demand}", now, proposer)
        if dispatched:
            entry.summary = f"县党建办代{by_branch}发起认领，等{claim.awaiting}答复"
            _inform_dispatched(claim, now, proposer)
    return claim


@transaction.atomic
def claim_accept(*, claim: Claim, actor: User, now: datetime, on_behalf: str = "") -> Claim:
    """Agree to a claim and draft its order, found at `claim.plan_order`; the demand is under way.

    Args:
        on_behalf: why the county office answers for the awaited branch; see services.on_behalf.

    Raises:
        DomainError: see `claim_answer_blockers`; of two who accept at once the second is told so.
    """
    claim = lock_claim(claim.pk)
    refuse(claim_answer_blockers(claim, actor, on=timezone.localdate(now), on_behalf=bool(on_behalf)))
    with audit.action("claim.accept", actor=actor, target=claim, reason=on_behalf) as entry:
        entry.changes = _decide(claim, ClaimState.ACCEPTED, now)
        entry.summary = f"{signed_by(claim.awaiting, on_behalf=on_behalf)}同意认领"
        demand_change_state(demand=claim.demand, to=DemandState.IN_PROGRESS, actor=actor, now=now)
        order = plan_order_draft(claim=claim, actor=actor, now=now)
        tell(
            _both(claim),
            about=claim,
            event="accept",
            subject=f"认领已确认，生成定单 {order}：{claim.demand}",
            body="请双方书记核对任务和时限后确认定单。",
            now=now,
            actor=actor,
        )
    return claim


@transaction.atomic
def claim_decline(*, claim: Claim, actor: User, reason: str, now: datetime) -> Claim:
    """Turn a claim down with a reason; the demand is open again.

    Raises:
        DomainError: see `claim_answer_blockers`; also when the reason is blank.
    """
    claim = lock_claim(claim.pk)
    refuse(claim_answer_blockers(claim, actor, on=timezone.localdate(now)))
    claim.reason = stated(reason, "婉拒")
    with audit.action("claim.decline", actor=actor, target=claim, reason=claim.reason) as entry:
        entry.changes = _decide(claim, ClaimState.DECLINED, now)
        entry.summary = f"{claim.awaiting}婉拒认领"
        _reopen_demand(claim, actor, now)
        tell(
            _both(claim),
            about=claim,
            event="decline",
            subject=f"{claim.awaiting}婉拒了认领：{claim.demand}",
            body=f"理由：{claim.reason}",
            now=now,
            actor=actor,
        )
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
    """Answer with other terms; now the other side has EXPIRY_WORKING_DAYS to answer.

    Raises:
        DomainError: see `claim_answer_blockers`; also when nothing differs or the wanted day is past.
        ConflictError: when the month's capacity is promised already.
    """
    today = timezone.localdate(now)
    claim = lock_claim(claim.pk)
    refuse(claim_answer_blockers(claim, actor, on=today))
    terms = {
        "visit_count": visit_count,
        "wanted_on": wanted_on,
        "person": person.strip(),
        "words": words.strip(),
    }
    changes = {n: [_plain(getattr(claim, n)), _plain(v)] for n, v in terms.items() if getattr(claim, n) != v}
    if not set(changes) - {"words"}:
        raise DomainError("次数、日期和人员都没有改动；同意原提议请直接点“同意认领”。")
    check_terms(visit_count, wanted_on, today, claim.demand.deadline_on)
    check_capacity(lock_resource(claim.resource_id), visit_count, wanted_on or today, besides=claim)
    with audit.action("claim.counter", actor=actor, target=claim) as entry:
        side = claim.awaiting
        for name, value in terms.items():
            setattr(claim, name, value)
        claim.awaiting = claim.pairing.partner_of(side.pk)
        claim.state = ClaimState.COUNTERED
        claim.expires_on = working_day_after(today, EXPIRY_WORKING_DAYS)
        claim.save()
        entry.summary = f"{side}提出改议，等{claim.awaiting}答复"
        entry.changes = changes
        _ask(claim, "counter", f"{side}对认领提出改议：{claim.demand}", now, actor)
    return claim


@transaction.atomic
def claim_expire(*, claim: Claim, now: datetime, reason: str = "逾期未答复") -> Claim:
    """Let an unanswered claim lapse; one that has been answered meanwhile is left as it is."""
    claim = lock_claim(claim.pk)
    if claim.state not in CLAIM_PENDING:
        return claim
    with audit.action("claim.expire", actor=None, target=claim, reason=reason) as entry:
        claim.reason = reason
        entry.changes = _decide(claim, ClaimState.EXPIRED, now)
        entry.summary = f"认领失效：{reason}"
        _reopen_demand(claim, None, now)
        tell(_both(claim), about=claim, event="expire", subject=f"认领已失效：{claim.demand}", now=now)
    return claim


def claims_expire(*, now: datetime) -> int:
    """Let every claim past its last day lapse, one transaction each; gives how many there were."""
    overdue = Claim.objects.pending().filter(expires_on__lt=timezone.localdate(now)).order_by("pk")
    return len([claim_expire(claim=claim, now=now) for claim in overdue])


def _locked_pairing(demand: Demand, resource: Resource) -> Pairing | None:
    """Hold the running pairing of the two branches; None when there is none or it has just ended."""
    found = pairing_active_between(demand.branch_id, resource.branch_id)
    pairing = lock_pairing(found.pk) if found else None
    return pairing if pairing and pairing.is_active else None


def _decide(claim: Claim, state: ClaimState, now: datetime) -> dict[str, list[str]]:
    """Write the final answer and give the change for the audit trail."""
    changes = {"state": [claim.state, str(state)]}
    claim.state = state
    claim.decided_at = now
    claim.save(update_fields=["state", "reason", "decided_at", "updated_at"])
    return changes


def _reopen_demand(claim: Claim, actor: User | None, now: datetime) -> None:
    if lock_demand(claim.demand_id).state == DemandState.CLAIMED:
        demand_change_state(demand=claim.demand, to=DemandState.OPEN, actor=actor, now=now)


def _ask(claim: Claim, event: str, subject: str, now: datetime, actor: User) -> None:
    """Tell the side whose answer is due, with its last day."""
    body = f"请在{short_date(claim.expires_on)}前答复。"
    tell([claim.awaiting_id], about=claim, event=event, subject=subject, body=body, now=now, actor=actor)


def _inform_dispatched(claim: Claim, now: datetime, actor: User) -> None:
    """Tell the branch in whose name the office has proposed."""
    subject = f"县党建办已代{claim.proposed_by}发起认领：{claim.demand}"
    body = f"等{claim.awaiting}答复。"
    tell(
        [claim.proposed_by_id],
        about=claim,
        event="dispatch",
        subject=subject,
        body=body,
        now=now,
        actor=actor,
    )


def _both(claim: Claim) -> tuple[int, int]:
    return claim.pairing.branch_a_id, claim.pairing.branch_b_id


def _plain(value: object) -> str:
    return "" if value is None else str(value)
