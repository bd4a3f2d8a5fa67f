"""Who may plan a list and for whom, who reads the county's studies, and who changes the weights."""

from __future__ import annotations

import rules

from branches.models import User
from branches.rules import is_admin, is_office, sees_county
from pairing.matching.models import MatchRun
from pairing.plans.rules import is_staff_of_pairing


@rules.predicate
def is_staff_of_run(user: User, run: MatchRun | None) -> bool:
    """A run of a pairing belongs to both its sides; a wider one to nobody below the county."""
    return user.is_active and run is not None and is_staff_of_pairing(user, run.pairing)


PERMISSIONS = {
    "matching.run_county": is_office,
    "matching.change_run": is_office | is_staff_of_run,
    "matching.view_studies": sees_county,
    "matching.change_weights": is_admin,
}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
