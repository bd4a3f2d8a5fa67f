"""Who may draft, sign and end an agreement."""

from __future__ import annotations

import rules

from branches.models import User
from branches.rules import is_admin, is_office
from pairing.plans.models import Agreement
from pairing.plans.rules import is_staff_of_pairing


@rules.predicate
def is_staff_of_agreement(user: User, agreement: Agreement | None) -> bool:
    return agreement is not None and is_staff_of_pairing(user, agreement.pairing)


@rules.predicate
def is_secretary_of_agreement(user: User, agreement: Agreement | None) -> bool:
    return agreement is not None and any(agreement.pairing.has(pk) for pk in user.secretary_branch_ids)


PERMISSIONS = {
    "agreements.draft_agreement": is_staff_of_pairing | is_office,  # of a pairing
    "agreements.change_agreement": is_staff_of_agreement | is_office,
    "agreements.sign_agreement": is_secretary_of_agreement,
    "agreements.end_agreement": is_admin,
}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
