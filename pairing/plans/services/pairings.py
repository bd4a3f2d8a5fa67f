"""结对: beginning and ending what two branches do together."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.errors import DomainError, refuse
from core.transitions import check_transition
from pairing.plans.enums import (
    AGREEMENT_TRANSITIONS,
    CLAIM_UNDECIDED,
    PAIRING_TRANSITIONS,
    PLAN_ORDER_LIVE,
    AgreementState,
    PairingState,
)
from pairing.plans.models import Agreement, Claim, Pairing, PlanOrder
from pairing.plans.selectors.pairings import pairing_active_between
from pairing.plans.services.claim_answers import claim_expire
from pairing.plans.services.guards import stated, step_blockers
from pairing.plans.services.locks import lock_claim, lock_pairing
from pairing.plans.services.notices import tell

SUPPORT_OVER = "支援事项已了结"
NOT_ADMIN = "结对的登记和结束由管理员操作，请联系县党建办。"


def pairing_create_blockers(branch_a: Branch, branch_b: Branch) -> list[str]:
    """Why the two cannot be paired; empty when they can."""
    if branch_a.pk == branch_b.pk:
        return ["支部不能和自己结对，请选择另一个支部。"]
    blockers = [
        f"{branch}已在 {branch.dissolved_on} 撤销，不能再结对。"
        for branch in (branch_a, branch_b)
        if branch.dissolved_on
    ]
    if pairing_active_between(branch_a.pk, branch_b.pk):
        blockers.append(f"{branch_a}和{branch_b}已经在结对中，不能重复结对。")
    return blockers


@transaction.atomic
def pairing_create(
    *,
    branch_a: Branch,
    branch_b: Branch,
    starts_on: date,
    ends_on: date | None,
    aims: str,
    number: str,
    signed_on: date | None,
    actor: User,
    now: datetime,
) -> Pairing:
    """Pair two branches for a term, both ends inclusive, with the agreement they sign.

    Args:
        ends_on: None for a pairing without a last day.
        number: of the agreement, unique in the county.
        signed_on: None leaves the agreement a draft; with a day it is in force.

    Raises:
        DomainError: see `pairing_create_blockers`; also for a term that ends before it starts, a number
            in use, or an actor who is not an administrator.
    """
    if not actor.has_perm("plans.manage_pairing"):
        raise DomainError(NOT_ADMIN)
    branch_a, branch_b = _locked_branches(branch_a, branch_b)
    refuse(pairing_create_blockers(branch_a, branch_b))
    _check_agreement(number, starts_on, ends_on)
    with audit.action("pairing.create", actor=actor) as entry:
        pairing = Pairing.objects.create(
            branch_a=branch_a,
            branch_b=branch_b,
            liaison_a=branch_a.liaison_name,
            liaison_b=branch_b.liaison_name,
            starts_on=starts_on,
            ends_on=ends_on,
            aims=aims,
        )
        Agreement.objects.create(
            pairing=pairing,
            number=number,
            signed_on=signed_on,
            starts_on=starts_on,
            ends_on=ends_on,
            aims=aims,
            state=AgreementState.IN_FORCE if signed_on else AgreementState.DRAFT,
        )
        entry.target = pairing
        entry.summary = f"登记结对，协议 {number}"
        _tell(pairing, "create", f"{pairing} 已结对", now, actor)
    return pairing


def _check_agreement(number: str, starts_on: date, ends_on: date | None) -> None:
    if ends_on and ends_on < starts_on:
        raise DomainError("结束日期不能早于开始日期。", field="ends_on")
    if Agreement.objects.filter(number=number).exists():
        raise DomainError(f"协议编号 {number} 已被使用，请换一个编号。", field="number")


def pairing_end_blockers(pairing: Pairing, actor: User) -> list[str]:
    """Why the pairing cannot be ended now; empty when it can."""
    blockers = step_blockers(PAIRING_TRANSITIONS, PairingState, pairing.state, PairingState.ENDED, "这个结对")
    if not actor.has_perm("plans.manage_pairing", pairing):
        blockers.append(NOT_ADMIN)
    live = PlanOrder.objects.live().filter(pairing=pairing).count()
    if live:
        blockers.append(f"还有 {live} 张定单没有办完，请先验收或取消这些定单，再结束结对。")
    return blockers


@transaction.atomic
def support_end(*, pairing: Pairing, now: datetime) -> Pairing:
    """End a 县内支援 that has nothing left to do; one with a claim or an order is left as it is."""
    pairing = lock_pairing(pairing.pk)
    busy = (
        Claim.objects.undecided().filter(pairing=pairing).exists()
        or PlanOrder.objects.live().filter(pairing=pairing).exists()
    )
    if busy or not (pairing.is_support and pairing.is_active):
        return pairing
    with audit.action("pairing.end", actor=None, target=pairing, reason=SUPPORT_OVER) as entry:
        entry.changes = {"state": [pairing.state, str(PairingState.ENDED)]}
        entry.summary = "县内支援结束"
        pairing.state, pairing.end_reason = PairingState.ENDED, SUPPORT_OVER
        pairing.ends_on = timezone.localdate(now)
        pairing.save()
    return pairing


def supports_end(*, now: datetime) -> int:
    """End every 县内支援 that has nothing left to do; gives how many are looked at."""
    idle = Pairing.objects.supporting().exclude(
        Q(claims__state__in=CLAIM_UNDECIDED) | Q(plan_orders__state__in=PLAN_ORDER_LIVE)
    )
    return len([support_end(pairing=pairing, now=now) for pairing in idle.order_by("pk")])


@transaction.atomic
def pairing_end(*, pairing: Pairing, reason: str, actor: User, now: datetime) -> Pairing:
    """End a pairing today: unanswered claims lapse, the agreement in force is terminated, history stays.

    Raises:
        DomainError: see `pairing_end_blockers`; also when the reason is blank.
    """
    pairing = lock_pairing(pairing.pk)
    undecided = Claim.objects.undecided().filter(pairing=pairing).order_by("pk")
    pending = [lock_claim(pk) for pk in undecided.values_list("pk", flat=True)]
    refuse(pairing_end_blockers(pairing, actor))
    reason = stated(reason, "结束结对")
    today = timezone.localdate(now)
    with audit.action("pairing.end", actor=actor, target=pairing, reason=reason) as entry:
        for claim in pending:
            claim_expire(claim=claim, now=now, reason="结对已结束")
        entry.changes = {"state": [pairing.state, str(PairingState.ENDED)]}
        entry.summary = "结束结对"
        pairing.state, pairing.end_reason = PairingState.ENDED, reason
        pairing.ends_on = max(pairing.starts_on, min(pairing.ends_on or today, today))
        pairing.save()
        _terminate_agreements(pairing)
        _tell(pairing, "end", f"{pairing} 结对已结束", now, actor, body=f"理由：{reason}")
    return pairing


def _terminate_agreements(pairing: Pairing) -> None:
    in_force = pairing.agreements.filter(state=AgreementState.IN_FORCE)
    for agreement in in_force.select_for_update(of=("self",)).order_by("pk"):
        to = AgreementState.TERMINATED
        check_transition(AGREEMENT_TRANSITIONS, AgreementState, agreement.state, to, "这份协议")
        agreement.state = to
        agreement.save(update_fields=["state", "updated_at"])


def _locked_branches(*branches: Branch) -> list[Branch]:
    """Both branches as they are now, held so that nobody pairs or dissolves them at the same time."""
    rows = Branch.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    held = {row.pk: row for row in rows.filter(pk__in=[branch.pk for branch in branches])}
    return [held[branch.pk] for branch in branches]


def _tell(pairing: Pairing, event: str, subject: str, now: datetime, actor: User, body: str = "") -> None:
    sides = (pairing.branch_a_id, pairing.branch_b_id)
    tell(sides, about=pairing, event=event, subject=subject, now=now, body=body, actor=actor)
