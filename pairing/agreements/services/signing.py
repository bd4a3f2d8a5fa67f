"""From draft to signature, renewal and end: 草稿 → 待签 → 生效 → 已续签 or 终止."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.errors import DomainError, refuse
from core.wording import cn_date
from pairing.agreements.services import guards
from pairing.agreements.services.drafting import check_version, in_force, lock_agreement
from pairing.plans.enums import AgreementState, OnBehalfStep
from pairing.plans.models import Agreement, Pairing
from pairing.plans.services.guards import signed_by, stated
from pairing.plans.services.locks import lock_pairing
from pairing.plans.services.notices import tell
from pairing.plans.services.on_behalf import on_behalf_keep


@transaction.atomic
def agreement_send(*, agreement: Agreement, version: int, actor: User, now: datetime) -> Agreement:
    """Put a draft before both secretaries for signature.

    Raises:
        StaleVersionError: when `version` is no longer the newest.
        DomainError: see `agreement_send_blockers`.
    """
    agreement = lock_agreement(agreement.pk)
    refuse(guards.agreement_send_blockers(agreement, actor))
    check_version(agreement, version)
    with audit.action("agreement.send", actor=actor, target=agreement) as entry:
        agreement.state = AgreementState.TO_SIGN
        agreement.save(update_fields=["state", "updated_at"])
        entry.summary = f"第 {agreement.version} 版送双方签订"
        _tell(agreement, "send", f"请签订共建协议 {agreement}", now, actor)
    return agreement


@transaction.atomic
def agreement_sign(
    *, agreement: Agreement, version: int, signed_on: date, actor: User, now: datetime
) -> Agreement:
    """Sign one version in the name of the actor's branch; with the second signature it is in force.

    Args:
        signed_on: the day on the paper, not after today.

    Raises:
        StaleVersionError: when `version` is no longer the newest.
        DomainError: see `agreement_sign_blockers`; also for a day in the future.
    """
    pairing = lock_pairing(agreement.pairing_id)
    agreement = lock_agreement(agreement.pk)
    refuse(guards.agreement_sign_blockers(agreement, actor))
    branch = guards.side_to_sign(agreement, actor.secretary_branch_ids)
    assert branch is not None  # its absence is one of the blockers
    check_version(agreement, version)
    return _sign(agreement, pairing, branch, signed_on, actor, now)


@transaction.atomic
def agreement_sign_on_behalf(
    *,
    agreement: Agreement,
    branch: Branch,
    version: int,
    signed_on: date,
    actor: User,
    reason: str,
    scan: UploadedFile,
    now: datetime,
) -> Agreement:
    """Record the signature that `branch` gave on paper; marked 县党建办代确认 wherever it shows.

    Raises:
        StaleVersionError: when `version` is no longer the newest.
        DomainError: see `agreement_sign_on_behalf_blockers`; also for a side that has signed, a blank
            reason, or a day in the future.
    """
    reason = stated(reason, "代确认")
    pairing = lock_pairing(agreement.pairing_id)
    agreement = lock_agreement(agreement.pk)
    refuse(guards.agreement_sign_on_behalf_blockers(agreement, actor))
    check_version(agreement, version)
    if guards.side_to_sign(agreement, frozenset({branch.pk})) is None:
        raise DomainError(f"{branch}不是这份协议的签约方，或者已经签过第 {version} 版。", field="branch")
    agreement = _sign(agreement, pairing, branch, signed_on, actor, now, reason)
    on_behalf_keep(
        pairing=pairing,
        branch=branch,
        step=OnBehalfStep.AGREEMENT_SIGN,
        agreement=agreement,
        version=version,
        reason=reason,
        scan=scan,
        actor=actor,
        now=now,
    )
    return agreement


def _sign(
    agreement: Agreement,
    pairing: Pairing,
    branch: Branch,
    signed_on: date,
    actor: User,
    now: datetime,
    on_behalf: str = "",
) -> Agreement:
    today = timezone.localdate(now)
    if signed_on > today:
        raise DomainError("签约日期不能晚于今天；签了字再来登记。", field="signed_on")
    who = signed_by(branch, on_behalf=on_behalf)
    with audit.action("agreement.sign", actor=actor, target=agreement, reason=on_behalf) as entry:
        setattr(agreement, "signed_on_a" if branch.pk == pairing.branch_a_id else "signed_on_b", signed_on)
        entry.summary = f"{who}签订第 {agreement.version} 版（{cn_date(signed_on)}）"
        subject = f"{who}已签共建协议 {agreement}，请核对签订"
        if agreement.signed_on_a and agreement.signed_on_b:
            entry.changes = {"state": [agreement.state, str(AgreementState.IN_FORCE)]}
            _take_effect(agreement, pairing)
            begins = f"{cn_date(agreement.starts_on)}起执行" if agreement.starts_on > today else "现已生效"
            subject = f"共建协议 {agreement} 双方已签，{begins}"
        agreement.save()
        _tell(agreement, "sign", subject, now, actor)
    return agreement


def _take_effect(agreement: Agreement, pairing: Pairing) -> None:
    """Put the agreement in force; the one before it is renewed and the pairing's term follows."""
    before = in_force(pairing)
    if before is not None:
        before = lock_agreement(before.pk)
        before.state = AgreementState.RENEWED
        before.ends_on = before.ends_on or agreement.starts_on - timedelta(days=1)
        before.save(update_fields=["state", "ends_on", "updated_at"])
    assert agreement.signed_on_a and agreement.signed_on_b
    agreement.renews = before
    agreement.signed_on = max(agreement.signed_on_a, agreement.signed_on_b)
    agreement.state = AgreementState.IN_FORCE
    pairing.starts_on = min(pairing.starts_on, agreement.starts_on)
    pairing.ends_on = agreement.ends_on
    pairing.aims = agreement.aims or pairing.aims
    pairing.save(update_fields=["starts_on", "ends_on", "aims", "updated_at"])


@transaction.atomic
def agreement_terminate(*, agreement: Agreement, summary: str, actor: User, now: datetime) -> Agreement:
    """Give up a draft, or end an agreement in force before its day; the pairing itself goes on.

    Args:
        summary: what came of it and why it ends; kept with the agreement.

    Raises:
        DomainError: see `agreement_terminate_blockers`; also when the summary is blank.
    """
    lock_pairing(agreement.pairing_id)  # a renewal that is being signed looks for what it follows
    agreement = lock_agreement(agreement.pk)
    refuse(guards.agreement_terminate_blockers(agreement, actor))
    if not summary.strip():
        raise DomainError("请写明终止的原因和协议执行情况，几句话即可。", field="summary")
    with audit.action("agreement.terminate", actor=actor, target=agreement, reason=summary[:300]) as entry:
        entry.changes = {"state": [agreement.state, str(AgreementState.TERMINATED)]}
        entry.summary = "作废协议草稿" if agreement.is_open else "终止协议"
        agreement.state, agreement.end_summary = AgreementState.TERMINATED, summary.strip()
        agreement.save(update_fields=["state", "end_summary", "updated_at"])
        _tell(agreement, "terminate", f"共建协议 {agreement} 已终止", now, actor)
    return agreement


def _tell(agreement: Agreement, event: str, subject: str, now: datetime, actor: User) -> None:
    sides = (agreement.pairing.branch_a_id, agreement.pairing.branch_b_id)
    tell(sides, about=agreement, event=event, subject=subject, now=now, actor=actor)
