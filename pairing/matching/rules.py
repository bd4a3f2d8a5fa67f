"""Who may plan for the whole county."""

from __future__ import annotations

import rules

from branches.rules import is_office

PERMISSIONS = {"matching.run_county": is_office}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
