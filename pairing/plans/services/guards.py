"""What the guards of every step share."""

from __future__ import annotations

from django.db.models import Model, TextChoices

from branches.models import Branch, User
from core.errors import DomainError, TransitionError
from core.transitions import Table, check_transition

NOT_OFFICE = "派单、催办和提前开放由县党建办办理。"


def step_blockers(
    table: Table, choices: type[TextChoices], current: str, target: str, noun: str
) -> list[str]:
    """Say why the state machine does not allow a step; nothing when it does."""
    try:
        check_transition(table, choices, current, target, noun)
    except TransitionError as error:
        return [error.message]
    return []


def on_behalf_blockers(actor: User, row: Model) -> list[str]:
    """Why `actor` cannot take a step in the name of a branch that does not answer; empty when they can."""
    return [] if actor.has_perm("plans.confirm_on_behalf", row) else ["只有县党建办能代支部确认。"]


def signed_by(branch: Branch, *, on_behalf: str) -> str:
    """Who took a step, as every page, timeline and export says it; `on_behalf` is the reason or blank."""
    return f"县党建办代{branch}" if on_behalf else str(branch)


def stated(reason: str, what: str) -> str:
    """Give the reason as it is stored, at most 300 characters.

    Raises:
        DomainError: when it is blank.
    """
    if not reason.strip():
        raise DomainError(f"请写明{what}的理由，对方支部会看到。", field="reason")
    return reason.strip()[:300]
