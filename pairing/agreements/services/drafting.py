"""Drafting an agreement, changing it, and adding countable clauses to a paper signed before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from branches.models import User
from core import audit
from core.errors import DomainError, StaleVersionError, refuse
from ledgers.models import ServiceAspect
from pairing.activities.models import ActivityKind
from pairing.agreements.models import AgreementClause
from pairing.agreements.services.guards import (
    agreement_clauses_blockers,
    agreement_draft_blockers,
    agreement_edit_blockers,
    check_term,
)
from pairing.plans.enums import AgreementState
from pairing.plans.models import Agreement, Pairing
from pairing.plans.services.locks import lock_pairing
from pairing.plans.services.notices import tell

TERMS = frozenset(
    {"number", "starts_on", "ends_on", "principles", "aims", "content", "duties_a", "duties_b", "mechanism"}
)
MAX_CLAUSES = 30


@dataclass(frozen=True)
class ClauseTerms:
    """One clause as it is typed; a blank `kind` makes it words only."""

    line: str
    words: str
    kind: str = ""
    target: int | None = None
    period: str = ""
    activity_kind: ActivityKind | None = None
    aspect: ServiceAspect | None = None


@transaction.atomic
def agreement_draft(
    *, pairing: Pairing, clauses: Sequence[ClauseTerms], actor: User, now: datetime, **terms: Any
) -> Agreement:
    """Draft the agreement of a pairing; one in force is followed by it and stays in force until both sign.

    Args:
        terms: any of TERMS; number and starts_on are needed.

    Raises:
        DomainError: see `agreement_draft_blockers` and `check_term`; also for a number in use.
    """
    pairing = lock_pairing(pairing.pk)
    refuse(agreement_draft_blockers(pairing, actor))
    before = in_force(pairing)
    _check_names(terms)
    check_term(terms["starts_on"], terms.get("ends_on"), before)
    _check_number(terms["number"])
    with audit.action("agreement.draft", actor=actor) as entry:
        agreement = Agreement.objects.create(pairing=pairing, renews=before, **terms)
        _write_clauses(agreement, clauses)
        entry.target = agreement
        entry.summary = f"起草续签协议，接 {before}" if before else "起草共建协议"
        _tell(agreement, "draft", f"{agreement} 共建协议已起草，请核对", now, actor)
    return agreement


@transaction.atomic
def agreement_edit(
    *,
    agreement: Agreement,
    version: int,
    clauses: Sequence[ClauseTerms],
    actor: User,
    now: datetime,
    **terms: Any,
) -> Agreement:
    """Save a new version of a draft; one that waited for signatures is a draft again and unsigned.

    Args:
        version: the version the editor saw.
        terms: any of TERMS.

    Raises:
        StaleVersionError: when somebody saved a newer version meanwhile.
        DomainError: see `agreement_edit_blockers` and `check_term`; also for a number in use.
    """
    pairing = lock_pairing(agreement.pairing_id)
    agreement = lock_agreement(agreement.pk)
    refuse(agreement_edit_blockers(agreement, actor))
    check_version(agreement, version)
    _check_names(terms)
    check_term(terms["starts_on"], terms.get("ends_on"), in_force(pairing))
    _check_number(terms["number"], besides=agreement)
    changes = {
        name: [str(getattr(agreement, name) or ""), str(value or "")]
        for name, value in terms.items()
        if (getattr(agreement, name) or "") != (value or "")
    }
    with audit.action("agreement.edit", actor=actor, target=agreement) as entry:
        for name, value in terms.items():
            setattr(agreement, name, value)
        agreement.version += 1
        agreement.signed_on_a = agreement.signed_on_b = None
        agreement.state = AgreementState.DRAFT
        agreement.save()
        _write_clauses(agreement, clauses)
        entry.changes = changes
        entry.summary = f"修改协议，成为第 {agreement.version} 版"
        _tell(agreement, "edit", f"{agreement} 共建协议改为第 {agreement.version} 版，请核对", now, actor)
    return agreement


@transaction.atomic
def agreement_clauses_add(
    *, agreement: Agreement, clauses: Sequence[ClauseTerms], actor: User, now: datetime
) -> Agreement:
    """Add the clauses of a paper that was signed before it was entered here, so that they can be counted.

    Raises:
        DomainError: see `agreement_clauses_blockers`; also when there is no clause.
    """
    agreement = lock_agreement(agreement.pk)
    refuse(agreement_clauses_blockers(agreement, actor))
    with audit.action("agreement.add_clauses", actor=actor, target=agreement) as entry:
        _write_clauses(agreement, clauses)
        entry.summary = f"按已签文本补录 {len(clauses)} 条条款"
        _tell(agreement, "add_clauses", f"{agreement} 已补录条款，请核对", now, actor)
    return agreement


def lock_agreement(pk: int) -> Agreement:
    """Hold an agreement as it is now; whoever also needs its pairing locks that first."""
    return (
        Agreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("pairing__branch_a", "pairing__branch_b")
        .get(pk=pk)
    )


def in_force(pairing: Pairing) -> Agreement | None:
    return pairing.agreements.filter(state=AgreementState.IN_FORCE).first()


def check_version(agreement: Agreement, version: int) -> None:
    """Refuse a step on a version that is not the newest.

    Raises:
        StaleVersionError: when it is not.
    """
    if agreement.version != version:
        raise StaleVersionError(
            f"您看的是第 {version} 版，现在已是第 {agreement.version} 版。请刷新页面核对新内容后再办理。"
        )


def _check_names(terms: dict[str, Any]) -> None:
    if unknown := set(terms) - TERMS:
        raise TypeError(f"an agreement has no terms {sorted(unknown)}")


def _check_number(number: str, besides: Agreement | None = None) -> None:
    same = Agreement.objects.filter(number=number)
    if besides is not None:
        same = same.exclude(pk=besides.pk)
    if same.exists():
        raise DomainError(f"协议编号 {number} 已被使用，请换一个编号。", field="number")


def _write_clauses(agreement: Agreement, clauses: Sequence[ClauseTerms]) -> None:
    if not 0 < len(clauses) <= MAX_CLAUSES:
        raise DomainError(f"协议要有 1 到 {MAX_CLAUSES} 条条款，现在是 {len(clauses)} 条。")
    AgreementClause.objects.bulk_create(
        AgreementClause(agreement=agreement, version=agreement.version, position=position, **vars(clause))
        for position, clause in enumerate(clauses, start=1)
    )


def _tell(agreement: Agreement, event: str, subject: str, now: datetime, actor: User) -> None:
    sides = (agreement.pairing.branch_a_id, agreement.pairing.branch_b_id)
    tell(sides, about=agreement, event=event, subject=subject, now=now, actor=actor)
