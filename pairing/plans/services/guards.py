"""What the guards of every step share."""

from __future__ import annotations

from django.db.models import TextChoices

from core.errors import DomainError, TransitionError
from core.transitions import Table, check_transition


def step_blockers(
    table: Table, choices: type[TextChoices], current: str, target: str, noun: str
) -> list[str]:
    """Say why the state machine does not allow a step; nothing when it does."""
    try:
        check_transition(table, choices, current, target, noun)
    except TransitionError as error:
        return [error.message]
    return []


def stated(reason: str, what: str) -> str:
    """Give the reason as it is stored, at most 300 characters.

    Raises:
        DomainError: when it is blank.
    """
    if not reason.strip():
        raise DomainError(f"请写明{what}的理由，对方支部会看到。", field="reason")
    return reason.strip()[:300]
