"""Reads of pairings."""

from __future__ import annotations

from pairing.plans.models import Pairing


def pairing_active_between(first: int, second: int) -> Pairing | None:
    """The running pairing of two branches, whichever is 甲方."""
    return Pairing.objects.active().between(first, second).select_related("branch_a", "branch_b").first()
