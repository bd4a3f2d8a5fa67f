"""Telling the branches of an activity what happened to it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from branches.models import Membership, User
from core.notifications import notify
from core.wording import cn_datetime, short_datetime
from pairing.activities.enums import ActivityState
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


def announce(activity: Activity, *, now: datetime, actor: User | None = None) -> None:
    """Tell the branches when and where a newly placed activity takes place."""
    where = f"，地点：{activity.venue}" if activity.venue else ""
    tell_staff(
        activity,
        event="announced",
        subject=f"活动通知：{activity} {short_datetime(activity.starts_at)}",
        body=f"{when(activity)}{where}。",
        now=now,
        actor=actor,
    )


def tell_of_move(activity: Activity, *, before: str, reason: str, now: datetime, actor: User) -> None:
    """Tell who had been told of `before`: another time to come, or that it has taken place meanwhile."""
    is_over = activity.state == ActivityState.TO_RECORD
    what = "已举行" if is_over else "改期"
    words = f"原定{before}，已在{when(activity)}举行" if is_over else f"由{before}改到{when(activity)}"
    tell_staff(
        activity,
        event=f"moved:{now.isoformat()}",
        subject=f"{what}：{activity}",
        body=f"{words}，理由：{reason}",
        now=now,
        actor=actor,
    )


def when(activity: Activity) -> str:
    """The start in words; 未定 before there is one."""
    return cn_datetime(activity.starts_at) if activity.starts_at else "未定"
