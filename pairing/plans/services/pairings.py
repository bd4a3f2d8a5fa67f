"""结对: beginning and changing what two branches do together."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.errors import DomainError, refuse
from core.wording import cn_date
from pairing.plans.enums import (
    AgreementState,
    PairingKind,
    PairingState,
)
from pairing.plans.models import Agreement, Pairing
from pairing.plans.selectors.pairings import pairing_active_between
from pairing.plans.services.locks import lock_pairing
from pairing.plans.services.notices import tell

NOT_ADMIN = "结对的登记、修改和结束由系统管理员操作，请联系县党建办的系统管理员。"


def pairing_create_blockers(branch_a: Branch, branch_b: Branch) -> list[str]:
    """Why the two cannot be paired; empty when they can."""
    if branch_a.pk == branch_b.pk:
        return ["支部不能和自己结对，请选择另一个支部。"]
    blockers = [
        f"{branch}已在{cn_date(branch.dissolved_on)}撤销，不能再结对。"
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
            in use, a day of signing to come, or an actor who is not an administrator.
    """
    if not actor.has_perm("plans.manage_pairing"):
        raise DomainError(NOT_ADMIN)
    branch_a, branch_b = _locked_branches(branch_a, branch_b)
    if blockers := pairing_create_blockers(branch_a, branch_b):
        raise DomainError(blockers[0], field="branch_b")
    _check_term(branch_a, branch_b, starts_on, ends_on)
    if signed_on and signed_on > timezone.localdate(now):
        raise DomainError("签约日期不能晚于今天；还没签的留空，存为草稿。", field="signed_on")
    if Agreement.objects.filter(number=number).exists():
        raise DomainError(f"协议编号 {number} 已被使用，请换一个编号。", field="number")
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
            signed_on_a=signed_on,
            signed_on_b=signed_on,
            starts_on=starts_on,
            ends_on=ends_on,
            aims=aims,
            state=AgreementState.IN_FORCE if signed_on else AgreementState.DRAFT,
        )
        entry.target = pairing
        entry.summary = f"登记结对，协议 {number}"
        pairing_tell(pairing, "create", f"{pairing} 已结对", now, actor)
    return pairing


def pairing_edit_blockers(pairing: Pairing, actor: User) -> list[str]:
    """Why the pairing cannot be changed now; empty when it can."""
    blockers = [] if actor.has_perm("plans.manage_pairing", pairing) else [NOT_ADMIN]
    if not pairing.is_active:
        blockers.append("结对已经结束，内容作为历史保留，不能再改。")
    return blockers


@transaction.atomic
def pairing_edit(
    *,
    pairing: Pairing,
    liaison_a: str,
    liaison_b: str,
    starts_on: date,
    ends_on: date | None,
    aims: str,
    actor: User,
    now: datetime,
) -> Pairing:
    """Change liaisons and aims, and the term as long as no agreement in force states it.

    Raises:
        DomainError: see `pairing_edit_blockers`; also for a term that ends before it starts, overlaps an
            earlier pairing of the two, or is stated by an agreement in force.
    """
    pairing = lock_pairing(pairing.pk)
    refuse(pairing_edit_blockers(pairing, actor))
    values = {
        "liaison_a": liaison_a,
        "liaison_b": liaison_b,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "aims": aims,
    }
    changes = {
        name: [str(getattr(pairing, name) or ""), str(value or "")]
        for name, value in values.items()
        if (getattr(pairing, name) or "") != (value or "")
    }
    if changes.keys() & {"starts_on", "ends_on"}:
        if pairing.agreements.filter(state=AgreementState.IN_FORCE).exists():
            raise DomainError("期限由生效的协议决定，请续签或终止协议来改期限。", field="ends_on")
        _check_term(pairing.branch_a, pairing.branch_b, starts_on, ends_on)
    if not changes:
        return pairing
    with audit.action("pairing.edit", actor=actor, target=pairing) as entry:
        for name, value in values.items():
            setattr(pairing, name, value)
        pairing.save()
        entry.changes, entry.summary = changes, "修改结对信息"
        pairing_tell(pairing, "edit", f"{pairing} 的结对信息有修改", now, actor)
    return pairing


def _check_term(branch_a: Branch, branch_b: Branch, starts_on: date, ends_on: date | None) -> None:
    """Refuse a term that ends before it starts, or runs into an earlier pairing of the same two."""
    if ends_on and ends_on < starts_on:
        raise DomainError("结束日期不能早于开始日期。", field="ends_on")
    ended = Pairing.objects.filter(kind=PairingKind.TERM, state=PairingState.ENDED).order_by("-ends_on")
    earlier = ended.between(branch_a, branch_b).first()
    if earlier and (refusal := overlap_refusal(earlier, starts_on)):
        raise DomainError(refusal, field="starts_on")


def overlap_refusal(earlier: Pairing, starts_on: date) -> str:
    """Why a pairing of the same two may not start that day; empty when the earlier one is over by then."""
    if earlier.ends_on is None or earlier.ends_on <= starts_on:
        return ""
    return (
        f"{earlier.branch_a}和{earlier.branch_b}的上一次结对到{cn_date(earlier.ends_on)}才结束，"
        f"期限重叠，请从{cn_date(earlier.ends_on)}或以后开始。"
    )


def _locked_branches(*branches: Branch) -> list[Branch]:
    """Both branches as they are now, held so that nobody pairs or dissolves them at the same time."""
    rows = Branch.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    held = {row.pk: row for row in rows.filter(pk__in=[branch.pk for branch in branches])}
    return [held[branch.pk] for branch in branches]


def pairing_tell(
    pairing: Pairing, event: str, subject: str, now: datetime, actor: User | None, body: str = ""
) -> None:
    """Tell both sides of the pair, except for the actor."""
    sides = (pairing.branch_a_id, pairing.branch_b_id)
    tell(sides, about=pairing, event=event, subject=subject, now=now, body=body, actor=actor)
