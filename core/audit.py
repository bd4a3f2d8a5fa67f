"""Who did what and why: one AuditEntry per business action, and the same words on every row history event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pghistory
from django.db import connection, models

from core.masking import masked_changes
from core.models import AuditEntry


@dataclass
class Action:
    """What the caller fills in while the action runs; `context` is that of its rows' history."""

    target: models.Model | None
    context: UUID
    summary: str = ""
    changes: dict[str, Any] = field(default_factory=dict)


@contextmanager
def action(
    name: str, *, actor: Any, target: models.Model | None = None, reason: str = ""
) -> Iterator[Action]:
    """Run the block as one recorded action.

    Every row written inside carries actor, action and reason in its history event, and no row written
    after it does; on success one AuditEntry is written in the same transaction. A creating service sets
    `target` inside the block.

    Raises:
        ValueError: when the block ends without a target.
    """
    with history(name, actor=actor, reason=reason) as context:
        record = Action(target, context)
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


@contextmanager
def history(name: str, *, actor: Any = None, reason: str = "") -> Iterator[UUID]:
    """Name what the block writes in the history of its rows; gives the id of their context.

    A block inside another is part of it: its rows carry the words of the outermost. The history library by
    itself would go on naming rows until the transaction ends. A block that fails needs no ending, since the
    database forgets the name with the savepoint.
    """
    with pghistory.context() as running:
        if not running.metadata:
            running.metadata.update(actor=actor.pk if actor else None, action=name, reason=reason)
        yield running.id
    with connection.cursor() as cursor:  # where a block is around this one, its next statement names itself
        cursor.execute(
            "SELECT set_config('pghistory.context_id', '', true),"
            " set_config('pghistory.context_metadata', '', true)"
        )


def entries_of(target: models.Model) -> models.QuerySet[AuditEntry]:
    """The audit trail of one row, newest first, with its actors."""
    return AuditEntry.objects.filter(
        target_type=target._meta.label_lower, target_id=target.pk
    ).select_related("actor")
