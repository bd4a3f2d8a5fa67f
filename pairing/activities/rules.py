"""Who may schedule, move, record and cancel joint activities: the staff of the branches taking part."""

from __future__ import annotations

import rules

from branches.models import User
from pairing.activities.models import Activity
from pairing.plans.rules import is_staff_of_pairing


@rules.predicate
def is_staff_of_activity(user: User, activity: Activity | None) -> bool:
    return activity is not None and is_staff_of_pairing(user, activity.pairing)


PERMISSIONS = {"activities.change_activity": is_staff_of_activity}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
