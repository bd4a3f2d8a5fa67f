"""What the pages of both ledgers share."""

from __future__ import annotations

from branches.models import User


def unit_of(user: User) -> str:
    """The organisation a ledger is filed by: the person's branch, or the one they hold a county seat in."""
    county_seat = next((seat.branch_name for seat in user.seats), "")  # type: ignore[attr-defined]
    return user.branch_name or county_seat or str(user)
