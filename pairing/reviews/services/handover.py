"""The decisions of meetings in a handover; reviews themselves name no person."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from branches.models import Branch, User
from branches.services.handover import Share, renamed
from pairing.reviews.models import ActionItem


def review_shares(branch: Branch, names: Sequence[str]) -> list[Share]:
    """Decisions the branch has not finished whose responsible person is one of `names`."""
    items = ActionItem.objects.open().filter(owner=branch, responsible__in=names)
    return [Share("没有办结的督办事项", "项", items)]


@transaction.atomic
def reviews_hand_over(*, branch: Branch, names: Sequence[str], successor: User) -> dict[str, int]:
    """Make the successor responsible; gives label → how many rows."""
    (share,) = review_shares(branch, names)
    return {share.label: renamed(share.rows, "responsible", names, successor)}
