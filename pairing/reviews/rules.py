"""Who may record a review: the staff of the pairing it belongs to."""

from __future__ import annotations

import rules

from branches.models import User
from pairing.plans.rules import is_staff_of_pairing
from pairing.reviews.models import Review


@rules.predicate
def is_staff_of_review(user: User, review: Review | None) -> bool:
    return review is not None and is_staff_of_pairing(user, review.series.pairing)


PERMISSIONS = {"reviews.record_review": is_staff_of_review}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
