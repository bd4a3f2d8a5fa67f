"""Holding rows until the transaction ends; in which order of tables, says `plans.services.locks`."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from branches.enums import Role
from branches.models import Membership


def held(rows: QuerySet) -> list[int]:
    """Lock rows of one table in id order, as every service does; gives their ids."""
    locked = rows.order_by("pk").select_for_update(of=("self",), no_key=True)
    return list(locked.values_list("pk", flat=True))


def seats_hold(**others: object) -> None:
    """Lock the administrators' seats, so that the last two cannot leave at once, and `others` among them.

    All in one id order: who took its own seat after them could wait for who takes them after its own.
    """
    wanted = Q(role=Role.ADMIN)
    held(Membership.objects.filter(wanted | Q(**others) if others else wanted))
