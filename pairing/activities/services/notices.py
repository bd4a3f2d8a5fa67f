"""Telling the branches of an activity what happened to it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from branches.models import Membership, User
from core.notifications import notify
from pairing.activities.models import Activity
from pairing.activities.subjects import branches_of


def tell_staff(
    activity: Activity, *, event: str, subject: str, now: datetime, body: str = "", actor: User | None = None
) -> None:
    """Queue one message for secretaries and liaisons of every branch taking part, but for `actor`.

    The same `event` is never told twice to the same person.
    """
    seats = Membership.objects.staff_of(branches_of(activity), on=timezone.localdate(now))
    notify(
        [seat.user for seat in seats if seat.user != actor],
        key=f"activity:{activity.pk}:{event}",
        subject=subject,
        now=now,
        body=body,
        url=activity.get_absolute_url(),
    )
