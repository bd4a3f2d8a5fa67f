"""What the pages of both ledgers share."""

from __future__ import annotations

from branches.models import Branch, User


def unit_of(user: User) -> str:
    """The organisation a ledger is filed by: the person's branch, or the one they hold a county seat in."""
    branch: Branch | None = user.branch or next((seat.branch for seat in user.seats), None)
    return branch.name if branch else str(user)
