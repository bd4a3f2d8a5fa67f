"""代确认: the county office takes a step for a branch that has no account yet or does not answer.

Each service runs the branch's own step with the reason, so that state, notices and audit trail are those of
the step itself, and keeps the reason and the scanned paper beside it in the same transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.core.files.base import File
from django.db import transaction

from branches.models import Branch, User
from pairing.plans.enums import OnBehalfStep
from pairing.plans.models import Claim, OnBehalf, PlanOrder
from pairing.plans.services.claim_answers import claim_accept
from pairing.plans.services.guards import stated
from pairing.plans.services.orders import plan_order_accept, plan_order_confirm


@transaction.atomic
def claim_accept_on_behalf(*, claim: Claim, actor: User, reason: str, scan: File, now: datetime) -> Claim:
    """Agree to a claim in the name of the branch whose answer is awaited.

    Args:
        scan: the paper on which the branch has agreed, already checked by the form.

    Raises:
        DomainError: see `claim_answer_blockers`; also for a blank reason or an actor who is not the office.
    """
    reason = stated(reason, "代确认")
    claim = claim_accept(claim=claim, actor=actor, now=now, on_behalf=reason)
    OnBehalf.objects.create(
        pairing=claim.pairing,
        branch=claim.awaiting,
        step=OnBehalfStep.CLAIM_ACCEPT,
        claim=claim,
        reason=reason,
        scan=scan,
        actor=actor,
        at=now,
    )
    return claim


@transaction.atomic
def plan_order_confirm_on_behalf(
    *,
    order: PlanOrder,
    branch: Branch,
    version: int,
    actor: User,
    reason: str,
    scan: File,
    now: datetime,
) -> PlanOrder:
    """Confirm one version of an order in the name of `branch`.

    Raises:
        StaleVersionError: when `version` is no longer the newest.
        DomainError: see `plan_order_confirm_on_behalf_blockers`; also for a blank reason.
    """
    reason = stated(reason, "代确认")
    order = plan_order_confirm(
        order=order, version=version, actor=actor, now=now, branch=branch, on_behalf=reason
    )
    _keep(order, branch, OnBehalfStep.ORDER_CONFIRM, actor, reason, scan, now)
    return order


@transaction.atomic
def plan_order_accept_on_behalf(
    *,
    order: PlanOrder,
    satisfaction: int,
    actor: User,
    reason: str,
    scan: File,
    now: datetime,
    words: str = "",
) -> PlanOrder:
    """Accept the work in the name of the branch that raised the demand, with the satisfaction it gave.

    Raises:
        DomainError: see `plan_order_accept`; also for a blank reason.
    """
    reason = stated(reason, "代确认")
    order = plan_order_accept(
        order=order, actor=actor, satisfaction=satisfaction, words=words, now=now, on_behalf=reason
    )
    _keep(order, order.demand.branch, OnBehalfStep.ORDER_ACCEPT, actor, reason, scan, now)
    return order


def _keep(
    order: PlanOrder,
    branch: Branch,
    step: OnBehalfStep,
    actor: User,
    reason: str,
    scan: File,
    now: datetime,
) -> None:
    OnBehalf.objects.create(
        pairing=order.pairing,
        branch=branch,
        step=step,
        order=order,
        version=order.version,
        reason=reason,
        scan=scan,
        actor=actor,
        at=now,
    )
