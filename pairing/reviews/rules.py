"""Who may record a review and finish its decisions: the staff of the pairing it belongs to."""

from __future__ import annotations

import rules

from branches.models import User
from pairing.plans.rules import is_staff_of_pairing
from pairing.reviews.models import ActionItem, Review


@rules.predicate
def is_staff_of_review(user: User, review: Review | None) -> bool:
    return review is not None and is_staff_of_pairing(user, review.series.pairing)


@rules.predicate
def is_staff_of_action_item(user: User, item: ActionItem | None) -> bool:
    return item is not None and is_staff_of_review(user, item.review)


PERMISSIONS = {
    "reviews.record_review": is_staff_of_review,
    "reviews.finish_action_item": is_staff_of_action_item,
}

for name, predicate in PERMISSIONS.items():
    rules.add_perm(name, predicate)
