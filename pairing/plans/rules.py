"""Who may propose, answer, edit and confirm what two branches share."""

from __future__ import annotations

import rules

from branches.models import User
from branches.rules import is_admin, is_branch_staff, is_office
from pairing.plans.models import Claim, Pairing, PlanOrder


@rules.predicate
def is_staff_of_pairing(user: User, pairing: Pairing | None) -> bool:
    return pairing is not None and any(pairing.has(pk) for pk in user.staff_branch_ids)


@rules.predicate
def is_secretary_of_awaited_branch(user: User, claim: Claim | None) -> bool:
    return claim is not None and claim.awaiting_id in user.secretary_branch_ids


@rules.predicate
def is_staff_of_offering_branch(user: User, claim: Claim | None) -> bool:
    return claim is not None and claim.offering.pk in user.staff_branch_ids


@rules.predicate
def is_staff_of_order(user: User, order: PlanOrder | None) -> bool:
    return order is not None and is_staff_of_pairing(user, order.pairing)


@rules.predicate
def is_secretary_of_order(user: User, order: PlanOrder | None) -> bool:
    return order is not None and any(order.pairing.has(pk) for pk in user.secretary_branch_ids)


@rules.predicate
def is_secretary_of_demand_branch(user: User, order: PlanOrder | None) -> bool:
    return order is not None and order.demand.branch_id in user.secretary_branch_ids


PERMISSIONS = {
    "plans.add_claim": is_branch_staff,
    "plans.dispatch_claim": is_office,
    "plans.answer_claim": is_secretary_of_awaited_branch,
    "plans.withdraw_claim": is_staff_of_offering_branch | is_office,
    "plans.change_plan_order": is_staff_of_order,
    "plans.confirm_plan_order": is_secretary_of_order,
    "plans.cancel_plan_order": is_staff_of_order | is_admin,
    "plans.accept_plan_order": is_secretary_of_demand_branch,
    "plans.manage_pairing": is_admin,
    "plans.confirm_on_behalf": is_office,
    "plans.change_on_behalf": rules.always_false,  # the paper behind a step stays as it was handed in
}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
