"""What stands in the way of a claim or of its answer, in sentences."""

from __future__ import annotations

from datetime import date

from branches.models import Branch, User
from core.errors import ConflictError, DomainError
from core.wording import cn_date
from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand, Resource
from pairing.plans.enums import CLAIM_PENDING, CLAIM_TRANSITIONS, ClaimState
from pairing.plans.models import Claim, Pairing
from pairing.plans.selectors.claims import resource_capacity_left
from pairing.plans.selectors.parts import demand_parts
from pairing.plans.services.guards import NOT_OFFICE, on_behalf_blockers, step_blockers

NOUN = "这条认领"


def claim_propose_blockers(
    *,
    demand: Demand,
    resource: Resource,
    by_branch: Branch,
    actor: User,
    pairing: Pairing | None,
    on: date,
    dispatched: bool = False,
) -> list[str]:
    """Why `by_branch` cannot propose now that `resource` serve `demand`; empty when it can.

    Args:
        pairing: None is no hindrance to the county office, or for a demand in the 认领大厅.
        dispatched: the county office proposes in the branch's name.
    """
    blockers = []
    if dispatched and not actor.has_perm("plans.dispatch_claim"):
        blockers.append(NOT_OFFICE)
    if not dispatched and by_branch.pk not in actor.staff_branch_ids:
        blockers.append(f"只有{by_branch}的书记或联络员能代表它发起认领。")
    if by_branch.pk not in (demand.branch_id, resource.branch_id):
        blockers.append("认领要由提出需求或提供资源的支部发起。")
    if demand.branch_id == resource.branch_id:
        blockers.append("需求和资源同属一个支部，自己就能办，不需要认领。")
    elif pairing is None and not may_support(demand, resource, dispatched=dispatched, on=on):
        blockers.append(_unpaired(demand, resource))
    if demand.state != DemandState.OPEN:
        label = DemandState(demand.state).label
        blockers.append(f"需求“{demand}”现在是“{label}”，只有待认领的需求才能认领。")
    blockers += _resource_blockers(resource, on)
    if demand.claims.undecided().filter(resource=resource).exists():
        blockers.append(f"资源“{resource}”对这条需求的认领还没有定，请等答复，或在那条认领上改次数。")
    return blockers


def _resource_blockers(resource: Resource, on: date) -> list[str]:
    blockers = []
    if resource.branch.dissolved_on:
        blockers.append(f"{resource.branch}已在{cn_date(resource.branch.dissolved_on)}撤销，请换一项资源。")
    if resource.state != ResourceState.PUBLISHED:
        label = ResourceState(resource.state).label
        blockers.append(f"资源“{resource}”现在是“{label}”，请换一项可用的资源。")
    if resource.is_expired(on) or (resource.valid_from and resource.valid_from > on):
        blockers.append(f"资源“{resource}”不在有效期内，请{resource.branch}更新有效期或换一项资源。")
    return blockers


def may_support(demand: Demand, resource: Resource, *, dispatched: bool, on: date) -> bool:
    """Whether two branches without a pairing may share this one matter."""
    return demand.branch_id != resource.branch_id and (dispatched or demand.is_in_hall(on))


def _unpaired(demand: Demand, resource: Resource) -> str:
    return (
        f"{demand.branch}和{resource.branch}没有在结对中。"
        "请先由管理员登记结对，或等需求进入认领大厅后再认领。"
    )


def claim_joint_blockers(demand: Demand, by_branch: Branch, actor: User) -> list[str]:
    """Why `actor` cannot ask several branches, in the name of one, to serve the demand together."""
    is_staff = demand.branch_id in actor.staff_branch_ids
    if by_branch.pk == demand.branch_id and (is_staff or actor.has_perm("plans.dispatch_claim")):
        return []
    return [f"联合认领由提出需求的{demand.branch}发起，请各支部分别承担自己的一份。"]


def check_rest(demand: Demand, visit_count: int, besides: Claim | None = None) -> None:
    """Refuse to promise more visits than the demand still wants; the caller holds its row."""
    rest = demand_parts(demand, besides=besides).rest
    if demand.visits_wanted is not None and rest is not None and visit_count > rest:
        raise ConflictError(
            f"“{demand}”共需 {demand.visits_wanted} 次，只剩 {rest} 次没有人承接。"
            f"请把次数改到 {rest} 次以内。",
            field="visit_count",
        )


def claim_answer_blockers(claim: Claim, actor: User, *, on: date, on_behalf: bool = False) -> list[str]:
    """Why `actor` cannot accept, counter or decline now; empty when they can.

    Args:
        on_behalf: the county office answers in the name of the awaited branch.
    """
    if claim.state == ClaimState.AGREED:
        return [f"{claim.awaiting}已同意承办自己的一份，正在等联合认领的其他支部答复，不用再答复。"]
    blockers = step_blockers(CLAIM_TRANSITIONS, ClaimState, claim.state, ClaimState.ACCEPTED, NOUN)
    if on_behalf:
        blockers += on_behalf_blockers(actor, claim)
    elif not actor.has_perm("plans.answer_claim", claim):
        is_staff = claim.awaiting_id in actor.staff_branch_ids
        blockers.append(
            "答复认领要由支部书记操作，请提醒书记登录办理。"
            if is_staff
            else f"这条认领正等{claim.awaiting}答复，只有该支部书记能操作。"
        )
    if claim.state in CLAIM_PENDING and claim.expires_on < on:
        blockers.append("答复期限已过，这条认领即将失效，请重新发起认领。")
    return blockers


def claim_withdraw_blockers(claim: Claim, actor: User) -> list[str]:
    """Why `actor` cannot take back the terms on the table now; empty when they can."""
    blockers = step_blockers(CLAIM_TRANSITIONS, ClaimState, claim.state, ClaimState.WITHDRAWN, NOUN)
    if not actor.has_perm("plans.withdraw_claim", claim):
        blockers.append(f"眼下的提议是{claim.offering}提出的，只有该支部的书记、联络员或县党建办能撤回。")
    return blockers


def check_terms(visit_count: int, wanted_on: date | None, today: date, deadline: date | None) -> None:
    """Refuse a number of visits outside 1–50, and a wanted day in the past or after the demand's deadline."""
    if not 1 <= visit_count <= 50:
        raise DomainError("承接次数须在 1 到 50 之间。", field="visit_count")
    if wanted_on and wanted_on < today:
        raise DomainError("希望日期已经过去，请改成今天或以后的日期，也可以留空。", field="wanted_on")
    if wanted_on and deadline and wanted_on > deadline >= today:
        raise DomainError(
            f"希望日期晚于需求的期望时限 {cn_date(deadline)}，请改早，也可以留空。", field="wanted_on"
        )


def check_capacity(resource: Resource, visit_count: int, day: date, besides: Claim | None = None) -> None:
    """Refuse to promise more of the month of `day` than the resource has; the caller holds its row.

    Args:
        besides: a claim whose own hold does not count, because it is about to change.
    """
    left = resource_capacity_left(resource, day, besides=besides)
    if left is not None and visit_count > left:
        raise ConflictError(
            f"“{resource}”每月可承接 {resource.capacity_per_month} 次，"
            f"{day.year}年{day.month}月只剩 {max(left, 0)} 次。"
            "请减少次数、换一个月，或换一项资源。",
            field="visit_count",
        )
