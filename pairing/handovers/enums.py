"""States of a handover."""

from __future__ import annotations

from django.db.models import TextChoices


class HandoverState(TextChoices):
    PLANNED = "planned", "待交接"
    DONE = "done", "已交接"
    CANCELLED = "cancelled", "已取消"


HANDOVER_TRANSITIONS = {
    HandoverState.PLANNED: frozenset({HandoverState.DONE, HandoverState.CANCELLED}),
    HandoverState.DONE: frozenset(),
    HandoverState.CANCELLED: frozenset(),
}
