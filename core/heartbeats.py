"""When each recurring job last ran; what the watchdog looks at."""

from __future__ import annotations

from datetime import datetime

from core.models import Heartbeat


def beat(name: str, *, now: datetime) -> None:
    """Note that the job `name` has just run."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now})
