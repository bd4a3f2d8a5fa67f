"""What stands in the way of each step of an agreement, in sentences; page and service ask the same ones."""

from __future__ import annotations

from datetime import date, timedelta

from branches.models import Branch, User
from core.errors import DomainError
from core.wording import cn_date
from pairing.plans.enums import AGREEMENT_OPEN, AGREEMENT_TRANSITIONS, AgreementState
from pairing.plans.models import Agreement, Pairing
from pairing.plans.services.guards import on_behalf_blockers, step_blockers

NOUN = "这份协议"
NOT_STAFF = "只有结对双方的书记、联络员或县党建办能起草和修改协议。"


def state_blockers(agreement: Agreement, target: AgreementState) -> list[str]:
    return step_blockers(AGREEMENT_TRANSITIONS, AgreementState, agreement.state, target, NOUN)


def agreement_draft_blockers(pairing: Pairing, actor: User) -> list[str]:
    """Why `actor` cannot draft a new agreement of the pairing now; empty when they can."""
    blockers = [] if actor.has_perm("agreements.draft_agreement", pairing) else [NOT_STAFF]
    if pairing.is_support:
        blockers.append("县内支援只办一件事，不签共建协议；要长期共建，请联系管理员登记结对。")
    if not pairing.is_active:
        blockers.append("结对已经结束，不能再起草协议；需要再次结对，请联系管理员登记。")
    if waiting := pairing.agreements.filter(state__in=AGREEMENT_OPEN).first():
        label = waiting.get_state_display()
        blockers.append(f"已有一份协议 {waiting}（{label}），请先签完或作废，再起草新的。")
    return blockers


def agreement_edit_blockers(agreement: Agreement, actor: User) -> list[str]:
    """Why `actor` cannot change the text now; empty when they can."""
    blockers = [] if actor.has_perm("agreements.change_agreement", agreement) else [NOT_STAFF]
    if not agreement.is_open:
        label = agreement.get_state_display()
        blockers.append(f"协议现在是“{label}”，双方签过的内容不能再改；需要调整，请起草续签的新协议。")
    return blockers


def agreement_clauses_blockers(agreement: Agreement, actor: User) -> list[str]:
    """Why countable clauses cannot be added to a signed paper that came without them; empty when they can."""
    blockers = [] if actor.has_perm("agreements.change_agreement", agreement) else [NOT_STAFF]
    if not agreement.is_in_force:
        blockers.append("只有生效的协议需要补录条款；草稿请直接修改。")
    elif agreement.clauses.current().exists():
        blockers.append("这份协议已有条款，签过的内容不能再改。")
    return blockers


def agreement_send_blockers(agreement: Agreement, actor: User) -> list[str]:
    """Why the draft cannot be put before both secretaries now; empty when it can."""
    blockers = [] if actor.has_perm("agreements.change_agreement", agreement) else [NOT_STAFF]
    blockers += state_blockers(agreement, AgreementState.TO_SIGN)
    if not agreement.clauses.current().exists():
        blockers.append("协议还没有条款，请先修改协议，至少写一条。")
    return blockers


def side_to_sign(agreement: Agreement, branch_ids: frozenset[int]) -> Branch | None:
    """The first side among `branch_ids` that has not signed this version."""
    pairing = agreement.pairing
    if pairing.branch_a_id in branch_ids and agreement.signed_on_a is None:
        return pairing.branch_a
    if pairing.branch_b_id in branch_ids and agreement.signed_on_b is None:
        return pairing.branch_b
    return None


def agreement_sign_blockers(agreement: Agreement, actor: User) -> list[str]:
    """Why `actor` cannot sign in the name of their own branch now; empty when they can."""
    if blockers := state_blockers(agreement, AgreementState.IN_FORCE):
        return blockers
    if not actor.has_perm("agreements.sign_agreement", agreement):
        return ["签订协议要由结对双方的支部书记操作，请提醒书记登录签订。"]
    if side_to_sign(agreement, actor.secretary_branch_ids) is None:
        return ["本支部已经签过这一版，正在等对方签订。"]
    return []


def agreement_sign_on_behalf_blockers(agreement: Agreement, actor: User) -> list[str]:
    """Why the county office cannot sign for a side now; empty when it can."""
    return on_behalf_blockers(actor, agreement) or state_blockers(agreement, AgreementState.IN_FORCE)


def agreement_terminate_blockers(agreement: Agreement, actor: User) -> list[str]:
    """Why the agreement cannot be given up now; empty when it can."""
    if agreement.is_open:
        return [] if actor.has_perm("agreements.change_agreement", agreement) else [NOT_STAFF]
    blockers = state_blockers(agreement, AgreementState.TERMINATED)
    if not actor.has_perm("agreements.end_agreement", agreement):
        blockers.append("生效的协议由系统管理员终止，请联系县党建办的系统管理员。")
    return blockers


def check_term(starts_on: date, ends_on: date | None, before: Agreement | None) -> None:
    """Refuse a term that ends before it starts or overlaps the agreement it follows."""
    if ends_on and ends_on < starts_on:
        raise DomainError("结束日期不能早于开始日期。", field="ends_on")
    if before is None:
        return
    last = before.ends_on or before.starts_on
    if starts_on <= last:
        first = cn_date(last + timedelta(days=1))
        raise DomainError(
            f"与协议 {before} 的期限（至{cn_date(last)}）重叠，请从{first}或以后开始。", field="starts_on"
        )
