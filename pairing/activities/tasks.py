"""What the clock does to activities: place those without a time, ask for records of those held, sum up."""

from celery import shared_task
from django.utils import timezone

from core.heartbeats import beat
from pairing.activities.services.records import activities_mark_to_record
from pairing.activities.services.scheduling import activities_schedule
from pairing.activities.services.tallies import tallies_fold


@shared_task
def schedule() -> None:
    now = timezone.now()
    activities_schedule(now=now)
    activities_mark_to_record(now=now)
    tallies_fold()
    beat("schedule", now=now)
