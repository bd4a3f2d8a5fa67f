"""Turning reasons against a step into the refusal of it."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import TextChoices
from django.utils import timezone

from core.errors import DomainError, TransitionError
from core.transitions import Table, check_transition


def refuse(blockers: list[str]) -> None:
    """Raise the first blocker.

    Raises:
        DomainError: when there is one.
    """
    if blockers:
        raise DomainError(blockers[0])


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


def local_date(now: datetime) -> date:
    return timezone.localtime(now).date()
