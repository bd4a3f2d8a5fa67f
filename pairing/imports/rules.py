"""Who may import what: the office every ledger, administrators the catalogue, branch staff their own two."""

from __future__ import annotations

import rules

from branches.models import User
from branches.rules import is_admin, is_branch_staff, is_office
from pairing.imports.enums import OWN_LEDGERS, LedgerKind
from pairing.imports.models import ImportBatch


@rules.predicate
def is_own_ledger(user: User, kind: LedgerKind | None) -> bool:
    return kind in OWN_LEDGERS


@rules.predicate
def is_catalogue(user: User, kind: LedgerKind | None) -> bool:
    return kind == LedgerKind.CATALOGUE


@rules.predicate
def is_own_import(user: User, batch: ImportBatch | None) -> bool:
    return batch is not None and batch.imported_by_id == user.pk


PERMISSIONS = {
    "imports.import_any": is_office | is_branch_staff,
    "imports.undo_batch": is_office | (is_branch_staff & is_own_import),
    "imports.import_ledger": (is_office & ~is_catalogue)
    | (is_admin & is_catalogue)
    | (is_branch_staff & is_own_ledger),
}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
