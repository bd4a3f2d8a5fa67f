"""The contacts of a branch's ledgers in a handover."""

from __future__ import annotations

from django.db import transaction

from branches.enums import Role
from branches.models import User
from branches.services.handover import Leaving, Share, renamed
from branches.services.locks import held
from ledgers.enums import ResourceState
from ledgers.models import Demand, Resource


def ledger_shares(leaving: Leaving) -> list[Share]:
    """Unfinished demands and resources in use whose contact is one of `names`.

    A resource that is the person – an expert under their own name – goes with them, not with the seat.
    """
    mine = {"branch": leaving.branch, "contact_name__in": leaving.names}
    resources = Resource.objects.exclude(state=ResourceState.WITHDRAWN).filter(**mine)
    resources = resources.exclude(title__startswith=leaving.names[0])
    return leaving.moving(
        [
            Share("需求的联系人", "条", Demand.objects.unfinished().filter(**mine), role=Role.LIAISON),
            Share("资源的联系人", "项", resources, role=Role.LIAISON),
        ]
    )


@transaction.atomic
def ledgers_hand_over(*, leaving: Leaving, successor: User) -> dict[str, int]:
    """Make the successor the contact; gives label → how many rows."""
    moved = {}
    for share in ledger_shares(leaving):
        rows = share.rows.model.objects.filter(pk__in=held(share.rows))
        moved[share.label] = renamed(rows, "contact_name", leaving.names, successor)
    return moved
