"""The contacts of a branch's ledgers in a handover."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from branches.models import Branch, User
from branches.services.handover import Share, renamed
from ledgers.enums import ResourceState
from ledgers.models import Demand, Resource


def ledger_shares(branch: Branch, names: Sequence[str]) -> list[Share]:
    """Unfinished demands and resources in use whose contact is one of `names`.

    A resource that is the person – an expert under their own name – goes with them, not with the seat.
    """
    mine = {"branch": branch, "contact_name__in": names}
    resources = Resource.objects.exclude(state=ResourceState.WITHDRAWN).filter(**mine)
    return [
        Share("需求的联系人", "条", Demand.objects.unfinished().filter(**mine)),
        Share("资源的联系人", "项", resources.exclude(title__startswith=names[0])),
    ]


@transaction.atomic
def ledgers_hand_over(*, branch: Branch, names: Sequence[str], successor: User) -> dict[str, int]:
    """Make the successor the contact; gives label → how many rows."""
    return {
        share.label: renamed(share.rows.model.objects.filter(pk__in=keys), "contact_name", names, successor)
        for share in ledger_shares(branch, names)
        for keys in [list(share.rows.order_by("pk").values_list("pk", flat=True))]
    }
