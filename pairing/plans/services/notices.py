"""Telling the staff of branches what happened to a claim, an order or a pairing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from branches.models import Membership, User
from core.audit import entries_of
from core.notifications import notify
from pairing.plans.models import Agreement, Claim, Pairing, PlanOrder


def tell(
    branch_ids: Iterable[int],
    *,
    about: Claim | PlanOrder | Pairing | Agreement,
    event: str,
    subject: str,
    now: datetime,
    body: str = "",
    actor: User | None = None,
) -> None:
    """Put one notice for each secretary and liaison of the branches into the outbox, except for the actor.

    The key counts how often `event` has happened to the row, so that a second round of the same step
    (handed in again after a return) is told again, and a repeated call inside one round is not. Call it
    inside the audited action of the event.
    """
    seats = Membership.objects.staff_of(set(branch_ids), on=timezone.localdate(now))
    label = about._meta.model_name
    nth = entries_of(about).filter(action=f"{_entity(about)}.{event}").count() + 1
    notify(
        [seat.user for seat in seats if seat.user != actor],
        key=f"{label}:{about.pk}:{event}:{nth}",
        subject=subject,
        body=body,
        now=now,
        url=about.get_absolute_url(),
    )


def _entity(about: Claim | PlanOrder | Pairing | Agreement) -> str:
    """Give the word that audit actions begin with."""
    return {Claim: "claim", PlanOrder: "plan_order", Pairing: "pairing", Agreement: "agreement"}[type(about)]
