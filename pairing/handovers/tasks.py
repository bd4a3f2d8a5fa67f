"""The job that carries handovers out on their day; a lost or doubled message is harmless."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.heartbeats import beat
from pairing.handovers.services.handovers import handovers_execute


@shared_task
def execute_due() -> None:
    """Carry out every handover whose day has come."""
    now = timezone.now()
    handovers_execute(now=now)
    beat("handovers", now=now)
