"""Who may import what: the county office every ledger, branch staff the two ledgers of their own branches."""

from __future__ import annotations

import rules

from branches.models import User
from branches.rules import is_branch_staff, is_office
from pairing.imports.enums import OWN_LEDGERS, LedgerKind


@rules.predicate
def is_own_ledger(user: User, kind: LedgerKind | None) -> bool:
    return kind in OWN_LEDGERS


PERMISSIONS = {
    "imports.import_any": is_office | is_branch_staff,
    "imports.import_ledger": is_office | (is_branch_staff & is_own_ledger),
}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
