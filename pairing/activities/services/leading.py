"""Who leads an activity: named, booked in place of who did, and told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from branches.models import User
from core import audit
from core.errors import DomainError, refuse
from pairing.activities.enums import ActivityState
from pairing.activities.models import Activity
from pairing.activities.services.activities import MOVABLE, check_version, locked
from pairing.activities.services.booking import activity_book
from pairing.activities.services.notices import tell_staff, when

MOST_CHARACTERS = 60


def activity_lead_blockers(activity: Activity) -> list[str]:
    """Why nobody else can be named to lead this activity now; empty when somebody can."""
    if activity.state in MOVABLE:
        return []
    return [f"活动现在是“{activity.get_state_display()}”，不能再改派主讲、带队的人。"]


@transaction.atomic
def activity_lead_set(
    *, activity: Activity, person: str, actor: User | None, now: datetime, version: int | None = None
) -> Activity:
    """Name who leads, book them in place of who did, and tell the branches if they know of the activity.

    Args:
        person: one or several names; blank when nobody is known yet.
        version: as for `activity_move`.

    Raises:
        StaleVersionError: somebody else moved it or named another person meanwhile.
        DomainError: it is under way or over, or the names do not fit.
        ConflictError: the person leads another activity then.
    """
    activity = locked(activity)
    refuse(activity_lead_blockers(activity))
    check_version(activity, version)
    before, person = activity.person, person.strip()
    if before == person:
        return activity
    if len(person) > MOST_CHARACTERS:
        raise DomainError(f"主讲/带队最多 {MOST_CHARACTERS} 个字，请精简。", field="person")
    activity.person = person
    with audit.action("activity.lead", actor=actor, target=activity) as entry:
        activity.version += 1
        activity.save()
        activity_book(activity=activity)
        entry.changes = {"person": [before, person]}
        entry.summary = f"主讲/带队：{before or '未定'} → {person or '未定'}"
    if activity.state == ActivityState.ANNOUNCED:
        words = f"{when(activity)}，主讲/带队由{before or '未定'}改为{person or '未定'}。"
        event = f"lead:{activity.version}"
        tell_staff(activity, event=event, subject=f"换人：{activity}", body=words, now=now, actor=actor)
    return activity
