"""What the pages of both ledgers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model

from branches.models import User
from core.errors import StaleVersionError
from core.forms import attempt
from ledgers.forms.common import LedgerForm

T = TypeVar("T", bound=Model)


def unit_of(user: User) -> str:
    """The organisation a ledger is filed by: the person's branch, or the one they hold a county seat in."""
    county_seat = next((seat.branch_name for seat in user.seats), "")  # type: ignore[attr-defined]
    return user.branch_name or county_seat or str(user)


def save(form: LedgerForm, call: Callable[[], T]) -> T | None:
    """As `attempt`; where somebody else wrote the row meanwhile the form says so and can be sent again."""
    try:
        return attempt(form, call)
    except StaleVersionError as stale:
        form.refuse_once(stale.message)
        return None
