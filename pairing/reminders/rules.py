"""Who may see the state of reminders beyond their own: the county."""

from __future__ import annotations

import rules

from branches.rules import sees_county

PERMISSIONS = {"reminders.view_reminder": sees_county}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
