"""代确认: the county office takes a step for a branch that has no account yet or does not answer.

Each service runs the branch's own step with the reason, so that state, notices and audit trail are those of
the step itself, and keeps the reason and the scanned paper beside it in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from branches.models import Branch, User
from core.attachments.services import attachment_add
from pairing.plans.enums import OnBehalfStep
from pairing.plans.models import ChangeRequest, Claim, OnBehalf, PlanOrder
from pairing.plans.services.change_requests import change_request_accept, change_request_decline
from pairing.plans.services.claim_answers import claim_accept
from pairing.plans.services.guards import stated
from pairing.plans.services.orders import plan_order_accept, plan_order_confirm


@transaction.atomic
def claim_accept_on_behalf(
    *, claim: Claim, actor: User, reason: str, scan: UploadedFile, now: datetime
) -> Claim:
    """Agree to a claim in the name of the branch whose answer is awaited.

    Args:
        scan: the paper on which the branch has agreed, already checked by the form.

    Raises:
        DomainError: see `claim_answer_blockers`; also for a blank reason or an actor who is not the office.
    """
    reason = stated(reason, "代确认")
    claim = claim_accept(claim=claim, actor=actor, now=now, on_behalf=reason)
    about = {"pairing": claim.pairing, "branch": claim.awaiting, "claim": claim}
    on_behalf_keep(step=OnBehalfStep.CLAIM_ACCEPT, actor=actor, reason=reason, scan=scan, now=now, **about)
    return claim


@transaction.atomic
def plan_order_confirm_on_behalf(
    *,
    order: PlanOrder,
    branch: Branch,
    version: int,
    actor: User,
    reason: str,
    scan: UploadedFile,
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
    about = _about(order, branch)
    on_behalf_keep(step=OnBehalfStep.ORDER_CONFIRM, actor=actor, reason=reason, scan=scan, now=now, **about)
    return order


@transaction.atomic
def plan_order_accept_on_behalf(
    *,
    order: PlanOrder,
    satisfaction: int,
    actor: User,
    reason: str,
    scan: UploadedFile,
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
    about = _about(order, order.demand.branch)
    on_behalf_keep(step=OnBehalfStep.ORDER_ACCEPT, actor=actor, reason=reason, scan=scan, now=now, **about)
    return order


@transaction.atomic
def change_request_answer_on_behalf(
    *,
    request: ChangeRequest,
    is_accepted: bool,
    actor: User,
    reason: str,
    scan: UploadedFile,
    now: datetime,
) -> ChangeRequest:
    """Answer a change of an order in the name of the side whose answer is awaited.

    Raises:
        DomainError: see `change_request_answer_blockers`; also for a blank reason.
    """
    reason = stated(reason, "代确认")
    terms: dict[str, Any] = {"request": request, "actor": actor, "now": now, "on_behalf": reason}
    if is_accepted:
        step, request = OnBehalfStep.CHANGE_ACCEPT, change_request_accept(**terms)
    else:
        step, request = OnBehalfStep.CHANGE_DECLINE, change_request_decline(reason=reason, **terms)
    order = PlanOrder.objects.select_related("pairing").get(pk=request.plan_order_id)
    about = _about(order, order.pairing.partner_of(request.asked_by_id)) | {"change": request}
    on_behalf_keep(step=step, actor=actor, reason=reason, scan=scan, now=now, **about)
    return request


@transaction.atomic
def on_behalf_keep(*, scan: UploadedFile, actor: User, now: datetime, **about: Any) -> OnBehalf:
    """Keep that the office took a step, why, and the paper; call it last, in the transaction of the step.

    Args:
        about: the other fields of OnBehalf.

    Raises:
        DomainError: the paper is refused, see core.attachments.
    """
    row = OnBehalf.objects.create(actor=actor, at=now, **about)
    attachment_add(target=row, upload=scan, actor=actor, now=now)
    return row


def _about(order: PlanOrder, branch: Branch) -> dict[str, Any]:
    return {"pairing": order.pairing, "branch": branch, "order": order, "version": order.version}
