"""结对 ends: by an administrator, by a row of a workbook, or with the last matter of a 县内支援."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import DomainError, refuse
from core.transitions import check_transition
from pairing.plans.enums import (
    AGREEMENT_OPEN,
    AGREEMENT_TRANSITIONS,
    CLAIM_UNDECIDED,
    PAIRING_TRANSITIONS,
    PLAN_ORDER_LIVE,
    AgreementState,
    PairingState,
)
from pairing.plans.models import Claim, Pairing, PlanOrder
from pairing.plans.services.claim_answers import claim_expire
from pairing.plans.services.guards import stated, step_blockers
from pairing.plans.services.locks import lock_claims_of, lock_pairing
from pairing.plans.services.pairings import NOT_ADMIN, pairing_tell

SUPPORT_OVER = "支援事项已了结"


def pairing_end_blockers(pairing: Pairing, actor: User) -> list[str]:
    """Why the pairing cannot be ended now; empty when it can."""
    blockers = step_blockers(PAIRING_TRANSITIONS, PairingState, pairing.state, PairingState.ENDED, "这个结对")
    if not actor.has_perm("plans.manage_pairing", pairing):
        blockers.append(NOT_ADMIN)
    return blockers + _live_orders_blockers(pairing)


def _live_orders_blockers(pairing: Pairing) -> list[str]:
    refusal = live_orders_refusal(PlanOrder.objects.live().filter(pairing=pairing).count())
    return [refusal] if refusal else []


def live_orders_refusal(count: int) -> str:
    """Why a pairing with so many running orders does not end; empty when there are none."""
    return f"还有 {count} 张定单没有办完，请先验收或取消这些定单，再结束结对。" if count else ""


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
def pairing_end(*, pairing: Pairing, reason: str, summary: str, actor: User, now: datetime) -> Pairing:
    """End a pairing today: unanswered claims lapse, its agreements are terminated, history stays.

    Args:
        summary: what the pairing has come to, kept with it and with the agreement that was in force.

    Raises:
        DomainError: see `pairing_end_blockers`; also when the reason or the summary is blank.
    """
    pairing = lock_pairing(pairing.pk)
    refuse(pairing_end_blockers(pairing, actor))
    reason = stated(reason, "结束结对")
    if not summary.strip():
        raise DomainError("请写共建总结：做成了什么、留下什么经验，几句话即可。", field="summary")
    return pairing_close(pairing=pairing, reason=reason, summary=summary.strip(), actor=actor, now=now)


@transaction.atomic
def pairing_close(
    *, pairing: Pairing, reason: str, summary: str, actor: User | None, now: datetime
) -> Pairing:
    """End a pairing that nothing speaks against, whoever asked for it; the caller has looked.

    Raises:
        DomainError: when an order was drafted since.
    """
    pairing = lock_pairing(pairing.pk)
    claims = lock_claims_of(pairing)
    refuse(_live_orders_blockers(pairing))  # a claim that was waited for may have been accepted
    today = timezone.localdate(now)
    with audit.action("pairing.end", actor=actor, target=pairing, reason=reason) as entry:
        for claim in claims:
            claim_expire(claim=claim, now=now, reason="结对已结束")
        entry.changes = {"state": [pairing.state, str(PairingState.ENDED)]}
        entry.summary = "结束结对"
        pairing.state, pairing.end_reason = PairingState.ENDED, reason
        pairing.end_summary = summary
        pairing.ends_on = max(pairing.starts_on, min(pairing.ends_on or today, today))
        pairing.save()
        _terminate_agreements(pairing)
        pairing_tell(pairing, "end", f"{pairing} 结对已结束", now, actor, body=f"理由：{reason}")
    return pairing


def _terminate_agreements(pairing: Pairing) -> None:
    running = pairing.agreements.filter(state__in=[*AGREEMENT_OPEN, AgreementState.IN_FORCE])
    for agreement in running.select_for_update(of=("self",), no_key=True).order_by("pk"):
        to = AgreementState.TERMINATED
        check_transition(AGREEMENT_TRANSITIONS, AgreementState, agreement.state, to, "这份协议")
        agreement.state, agreement.end_summary = to, pairing.end_summary
        agreement.save(update_fields=["state", "end_summary", "updated_at"])
