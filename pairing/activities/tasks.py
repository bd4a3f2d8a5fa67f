"""What the clock does to activities: place the ones without a time, ask for records of the ones held."""

from celery import shared_task
from django.utils import timezone

from core.heartbeats import beat
from pairing.activities.services.records import activities_mark_to_record
from pairing.activities.services.scheduling import activities_schedule


@shared_task
def schedule() -> None:
    now = timezone.now()
    activities_schedule(now=now)
    activities_mark_to_record(now=now)
    beat("schedule", now=now)
