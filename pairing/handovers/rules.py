"""Who may hand a seat over: administrators, as they give and end every seat."""

from __future__ import annotations

import rules

from branches.rules import is_admin

PERMISSIONS = {"handovers.manage_handover": is_admin}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
