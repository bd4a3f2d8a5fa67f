"""Who did what and why: one AuditEntry per business action, and the same words on every row history event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.db import models

from core.masking import masked_changes
from core.models import AuditEntry


@dataclass
class Action:
    """What the caller fills in while the action runs."""

    target: models.Model | None
    summary: str = ""
    changes: dict[str, Any] = field(default_factory=dict)


@contextmanager
def action(
    name: str, *, actor: Any, target: models.Model | None = None, reason: str = ""
) -> Iterator[Action]:
    """Run the block as one recorded action.

    Every row written inside carries actor, action and reason in its history event; on success one
    AuditEntry is written in the same transaction. A creating service sets `target` inside the block.

    Raises:
        ValueError: when the block ends without a target.
    """
    record = Action(target)
    with pghistory.context(actor=actor.pk if actor else None, action=name, reason=reason):
        yield record
        if record.target is None:
            raise ValueError(f"audited action {name} ended without a target")
        AuditEntry.objects.create(
            actor=actor,
            action=name,
            target_type=record.target._meta.label_lower,
            target_id=record.target.pk,
            target_label=str(record.target)[:200],
            summary=record.summary[:300],
            reason=reason,
            changes=masked_changes(record.changes),
        )


def entries_of(target: models.Model) -> models.QuerySet[AuditEntry]:
    """The audit trail of one row, newest first, with its actors."""
    return AuditEntry.objects.filter(
        target_type=target._meta.label_lower, target_id=target.pk
    ).select_related("actor")
