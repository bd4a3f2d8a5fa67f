"""The two jobs beat rings for. Both look at the database for work: a lost or doubled message is harmless."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from core.heartbeats import beat
from core.services import search_fill
from ledgers.services.freshness import resources_ask, resources_tell_lapsed
from ledgers.services.resources import resources_withdraw_of_dissolved
from pairing.plans.services.claim_answers import claims_expire
from pairing.plans.services.hall import hall_open
from pairing.plans.services.pairing_ending import supports_end
from pairing.reminders.dispatch import dispatch as deliver_due
from pairing.reminders.services.plan import reminders_plan
from pairing.reviews.services.obligations import reviews_materialise, reviews_settle


@shared_task
def tick() -> None:
    """Bring every duty up to date and remind of it; complete what rows are found by."""
    now = timezone.now()
    today = timezone.localdate(now)
    take_all(
        partial(claims_expire, now=now),
        partial(supports_end, now=now),
        partial(resources_withdraw_of_dissolved, today=today),
        partial(hall_open, now=now),
        partial(reviews_materialise, today=today),
        partial(reviews_settle, now=now),
        partial(reminders_plan, now=now),
        partial(resources_ask, now=now),
        partial(resources_tell_lapsed, now=now),
        search_fill,
    )
    beat("tick", now=now)


def take_all(*steps: Callable[[], object]) -> None:
    """Take every step, also behind one that fails: one bad row must not keep a county from its reminders.

    Raises:
        ExceptionGroup: all that went wrong, so that the job has failed and leaves no heartbeat.
    """
    faults = []
    for step in steps:
        try:
            step()
        except SoftTimeLimitExceeded:
            raise
        except Exception as fault:
            faults.append(fault)
    if faults:
        raise ExceptionGroup("steps of the tick failed", faults)


@shared_task
def dispatch() -> None:
    """Deliver the outside half of the outbox."""
    deliver_due()
    beat("dispatch", now=timezone.now())
