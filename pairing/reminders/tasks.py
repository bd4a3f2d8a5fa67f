"""The two jobs beat rings for. Both look at the database for work: a lost or doubled message is harmless."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from core.heartbeats import beat
from core.services import search_fill
from ledgers.services.freshness import resources_ask, resources_tell_lapsed
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
    claims_expire(now=now)
    supports_end(now=now)
    hall_open(now=now)
    reviews_materialise(today=timezone.localdate(now))
    reviews_settle(now=now)
    reminders_plan(now=now)
    resources_ask(now=now)
    resources_tell_lapsed(now=now)
    search_fill()
    beat("tick", now=now)


@shared_task
def dispatch() -> None:
    """Deliver the outside half of the outbox."""
    deliver_due()
    beat("dispatch", now=timezone.now())
