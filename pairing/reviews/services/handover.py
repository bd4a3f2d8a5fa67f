"""The decisions of meetings in a handover; reviews themselves name no person."""

from __future__ import annotations

from django.db import transaction

from branches.models import User
from branches.services.handover import Leaving, Share, renamed
from branches.services.locks import held
from pairing.reviews.models import ActionItem


def review_shares(leaving: Leaving) -> list[Share]:
    """Decisions the branch has not finished whose responsible person is one of `names`."""
    items = ActionItem.objects.open().filter(owner=leaving.branch, responsible__in=leaving.names)
    return leaving.moving([Share("没有办结的督办事项", "项", items)])


@transaction.atomic
def reviews_hand_over(*, leaving: Leaving, successor: User) -> dict[str, int]:
    """Make the successor responsible; gives label → how many rows."""
    (share,) = review_shares(leaving)
    items = ActionItem.objects.filter(pk__in=held(share.rows))
    return {share.label: renamed(items, "responsible", leaving.names, successor)}
