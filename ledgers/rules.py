"""Who may write the two ledgers: the staff of the branch they belong to."""

from __future__ import annotations

import rules

from branches.models import User
from branches.rules import is_admin, is_branch_staff, is_office
from ledgers.models import Demand, Resource


@rules.predicate
def is_staff_of_branch(user: User, row: Resource | Demand | None) -> bool:
    return user.is_active and row is not None and row.branch_id in user.staff_branch_ids


@rules.predicate
def is_secretary_of_branch(user: User, row: Resource | Demand | None) -> bool:
    return user.is_active and row is not None and row.branch_id in user.secretary_branch_ids


PERMISSIONS = {
    "ledgers.add_resource": is_branch_staff,
    "ledgers.change_resource": is_staff_of_branch,
    "ledgers.add_demand": is_branch_staff,
    "ledgers.change_demand": is_staff_of_branch,
    "ledgers.regroup_demand": is_staff_of_branch | is_office,
    "ledgers.accept_demand": is_secretary_of_branch,
    "ledgers.return_demand": is_office,
    "ledgers.manage_catalogue": is_admin,
}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
