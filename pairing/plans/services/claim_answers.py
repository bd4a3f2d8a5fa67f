"""How a claim ends: accepted, declined, withdrawn or lapsed; a joint one for all of its parts at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import refuse
from core.transitions import check_transition
from pairing.plans.enums import CLAIM_PENDING, CLAIM_TRANSITIONS, CLAIM_UNDECIDED, ClaimState
from pairing.plans.models import Claim
from pairing.plans.services.claim_guards import NOUN, claim_answer_blockers, claim_withdraw_blockers
from pairing.plans.services.drafting import plan_order_draft
from pairing.plans.services.guards import signed_by, stated
from pairing.plans.services.locks import lock_claim_with_parts, lock_demand
from pairing.plans.services.notices import tell
from pairing.plans.services.settling import demand_settle


@transaction.atomic
def claim_accept(*, claim: Claim, actor: User, now: datetime, on_behalf: str = "") -> Claim:
    """Agree to a claim and draft its order, found at `claim.plan_order`.

    A part of a joint claim waits as AGREED until every part has agreed; the last one drafts all the orders.

    Args:
        on_behalf: why the county office answers for the awaited branch; see services.on_behalf.

    Raises:
        DomainError: see `claim_answer_blockers`; of two who accept at once the second is told so.
    """
    claim, others = lock_claim_with_parts(claim.pk)
    refuse(claim_answer_blockers(claim, actor, on=timezone.localdate(now), on_behalf=bool(on_behalf)))
    if any(other.state in CLAIM_PENDING for other in others):
        return _agree(claim, others, actor, now, on_behalf)
    lock_demand(claim.demand_id)
    _accept(claim, actor, now, on_behalf)
    for part in others:
        _accept(part, actor, now)
    demand_settle(demand=claim.demand, actor=actor, now=now)
    return claim


def _accept(claim: Claim, actor: User, now: datetime, on_behalf: str = "") -> None:
    with audit.action("claim.accept", actor=actor, target=claim, reason=on_behalf) as entry:
        is_agreed = claim.state == ClaimState.AGREED
        entry.changes = _decide(claim, ClaimState.ACCEPTED, now)
        who = signed_by(claim.awaiting, on_behalf=on_behalf)
        entry.summary = "联合认领各方都已同意" if is_agreed else f"{who}同意认领"
        order = plan_order_draft(claim=claim, actor=actor, now=now)
        subject = f"认领已确认，生成定单 {order}：{claim.demand}"
        body = "请双方书记核对任务和时限后确认定单。"
        tell(_both(claim), about=claim, event="accept", subject=subject, body=body, now=now, actor=actor)


def _agree(claim: Claim, others: list[Claim], actor: User, now: datetime, on_behalf: str) -> Claim:
    """Note that one part of a joint claim is agreed while another still waits for its answer."""
    waiting = "、".join(str(each.awaiting) for each in others if each.state in CLAIM_PENDING)
    with audit.action("claim.agree", actor=actor, target=claim, reason=on_behalf) as entry:
        entry.changes = _decide(claim, ClaimState.AGREED, now)
        who = signed_by(claim.awaiting, on_behalf=on_behalf)
        entry.summary = f"{who}同意承办自己的一份，还在等{waiting}"
        subject = f"{claim.awaiting}同意联合认领：{claim.demand}"
        body = f"还在等{waiting}答复；都同意后生成各自的定单。"
        tell(_both(claim), about=claim, event="agree", subject=subject, body=body, now=now, actor=actor)
    return claim


@transaction.atomic
def claim_decline(*, claim: Claim, actor: User, reason: str, now: datetime, is_unfit: bool = False) -> Claim:
    """Turn a claim down with a reason; what it had set aside of the demand is open again.

    Args:
        is_unfit: the resource does not do this, at no time; matching learns from that.

    Raises:
        DomainError: see `claim_answer_blockers`; also when the reason is blank.
    """
    claim, others = lock_claim_with_parts(claim.pk)
    refuse(claim_answer_blockers(claim, actor, on=timezone.localdate(now)))
    claim.is_unfit = is_unfit
    return _refuse(claim, others, ClaimState.DECLINED, actor, stated(reason, "婉拒"), now)


@transaction.atomic
def claim_withdraw(*, claim: Claim, actor: User, reason: str, now: datetime) -> Claim:
    """Take back the terms on the table before they are answered, with a reason.

    Raises:
        DomainError: see `claim_withdraw_blockers`; also when the reason is blank.
    """
    claim, others = lock_claim_with_parts(claim.pk)
    refuse(claim_withdraw_blockers(claim, actor))
    return _refuse(claim, others, ClaimState.WITHDRAWN, actor, stated(reason, "撤回"), now)


def _refuse(
    claim: Claim, others: list[Claim], to: ClaimState, actor: User, reason: str, now: datetime
) -> Claim:
    """End a claim by the will of one side, and with it the other parts of a joint one."""
    verb, side = ("decline", claim.awaiting) if to == ClaimState.DECLINED else ("withdraw", claim.offering)
    word = "婉拒" if to == ClaimState.DECLINED else "撤回"
    claim.reason = reason
    with audit.action(f"claim.{verb}", actor=actor, target=claim, reason=reason) as entry:
        entry.changes = _decide(claim, to, now)
        entry.summary = f"{side}{word}认领"
        subject, body = f"{side}{word}了认领：{claim.demand}", f"理由：{reason}"
        tell(_both(claim), about=claim, event=verb, subject=subject, body=body, now=now, actor=actor)
    _lapse(others, f"联合认领中{side}{word}，整单失效", now)
    demand_settle(demand=claim.demand, actor=actor, now=now)
    return claim


@transaction.atomic
def claim_expire(*, claim: Claim, now: datetime, reason: str = "逾期未答复") -> Claim:
    """Let an unanswered claim lapse; one that has been answered meanwhile is left as it is."""
    claim, others = lock_claim_with_parts(claim.pk)
    if claim.state not in CLAIM_UNDECIDED:
        return claim
    _lapse([claim], reason, now)
    _lapse(others, f"联合认领中{claim.awaiting}{reason}，整单失效", now)
    demand_settle(demand=claim.demand, actor=None, now=now)
    return claim


def claims_expire(*, now: datetime) -> int:
    """Let every claim past its last day lapse, one transaction each; gives how many did."""
    overdue = Claim.objects.pending().filter(expires_on__lt=timezone.localdate(now)).order_by("pk")
    return sum(_expire_overdue(claim, now) for claim in overdue)


@transaction.atomic
def _expire_overdue(claim: Claim, now: datetime) -> bool:
    """Let a claim lapse unless it was answered while one waited for it: a counter-proposal has new days."""
    claim, _ = lock_claim_with_parts(claim.pk)
    is_overdue = claim.is_pending and claim.expires_on < timezone.localdate(now)
    if is_overdue:
        claim_expire(claim=claim, now=now)
    return is_overdue


def _lapse(claims: Iterable[Claim], reason: str, now: datetime) -> None:
    """End claims that nobody has ended, as far as they are undecided."""
    for claim in claims:
        if claim.state not in CLAIM_UNDECIDED:
            continue
        claim.reason = reason[:300]
        with audit.action("claim.expire", actor=None, target=claim, reason=reason) as entry:
            entry.changes = _decide(claim, ClaimState.EXPIRED, now)
            entry.summary = f"认领失效：{reason}"[:300]
            subject = f"认领已失效：{claim.demand}"
            tell(_both(claim), about=claim, event="expire", subject=subject, body=claim.reason, now=now)


def _decide(claim: Claim, state: ClaimState, now: datetime) -> dict[str, list[str]]:
    """Write an answer and give the change for the audit trail."""
    check_transition(CLAIM_TRANSITIONS, ClaimState, claim.state, state, NOUN)
    changes = {"state": [claim.state, str(state)]}
    claim.state = state
    claim.decided_at = now
    claim.save(update_fields=["state", "reason", "is_unfit", "decided_at", "updated_at"])
    return changes


def _both(claim: Claim) -> tuple[int, int]:
    return claim.pairing.branch_a_id, claim.pairing.branch_b_id
