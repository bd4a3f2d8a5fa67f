"""Who may do what with organisations and people; every other app's rules build on these predicates."""

from __future__ import annotations

import rules

from branches.models import User


@rules.predicate
def is_admin(user: User) -> bool:
    return user.is_active and user.is_admin


@rules.predicate
def is_office(user: User) -> bool:
    return user.is_active and (user.is_office or user.is_admin)


@rules.predicate
def sees_county(user: User) -> bool:
    return user.is_active and user.sees_county


@rules.predicate
def is_branch_staff(user: User) -> bool:
    return user.is_active and bool(user.staff_branch_ids)


PERMISSIONS = {
    "branches.manage_branch": is_admin,
    "branches.manage_user": is_admin,
    "branches.view_branches": sees_county,
    "branches.manage_calendar": is_admin,
    "branches.view_dashboard": sees_county,
    "branches.view_audit": sees_county,
    "branches.import_ledgers": is_office,
}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
