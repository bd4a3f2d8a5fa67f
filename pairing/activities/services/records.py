"""What came of an activity: who attended, what was achieved; the last record hands the order in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from branches.models import User
from core import audit
from core.errors import DomainError, refuse
from core.transitions import check_transition
from core.wording import cn_datetime
from pairing.activities.enums import ACTIVITY_AWAITED, ACTIVITY_TRANSITIONS, ActivityState
from pairing.activities.models import Activity, ActivityKind, Outcome
from pairing.activities.services.activities import locked
from pairing.activities.services.booking import activity_book
from pairing.activities.services.first_day import refuse_too_early
from pairing.activities.services.orders import finish_task, hand_in_if_last
from pairing.plans.models import Metric


class Attendance(NamedTuple):
    """People of one branch: 应到, 实到, and why some were missing. None means not counted."""

    expected: int | None = None
    attended: int | None = None
    absence_reason: str = ""


def activity_record_blockers(activity: Activity, *, now: datetime) -> list[str]:
    """Why the record of this activity cannot be written now; empty when it can."""
    if activity.state == ActivityState.PLANNED:
        return ["活动还没有定时间，请先排期，再补记录。"]
    if activity.state not in ACTIVITY_AWAITED:
        return [f"活动现在是“{activity.get_state_display()}”，不能再补记录。"]
    if activity.starts_at and activity.starts_at > now:
        return [
            f"活动定在{cn_datetime(activity.starts_at)}，还没有开始，开始后才能补记录；已提前举办的请先改期。"
        ]
    return []


@transaction.atomic
def activity_record(
    *,
    activity: Activity,
    actor: User,
    now: datetime,
    held_from: datetime,
    held_to: datetime,
    attendance: Mapping[int, Attendance | tuple[int | None, int | None, str]],
    served_count: int | None,
    record: str,
    outcomes: Sequence[tuple[Metric, Decimal]],
    kind: ActivityKind | None = None,
) -> Activity:
    """Put an activity that took place on record and archive it.

    Args:
        held_from, held_to: when it really took place, not in the future and not before there was a reason to.
        attendance: branch id → Attendance, of branches taking part.
        served_count: people served (人次), None when the activity is no service.
        outcomes: metric → value ≥ 0, each metric once, whole where the unit is.
        kind: what it turned out to be, None when it is called rightly already.

    Raises:
        DomainError: it has not begun, ends in the future, lies before its pairing or its order's demand, has
            no words, or is already on record.
        ConflictError: at the real time another activity holds a branch, the venue or a person.
        ValidationError: more people attended than were expected, or times are the wrong way round.
    """
    activity = locked(activity)
    refuse(activity_record_blockers(activity, now=now))
    refuse_too_early(held_from, pairing=activity.pairing, order=activity.plan_order, field="held_on")
    if held_to > now:
        raise DomainError(
            "举办时间还没有过完，请填真实的结束时间。", field="held_on" if held_from > now else "held_to"
        )
    check_words(record, outcomes)
    check_transition(ACTIVITY_TRANSITIONS, ActivityState, activity.state, ActivityState.ARCHIVED, "这项活动")
    planned, called = (activity.starts_at, activity.ends_at), activity.kind
    with audit.action("activity.record", actor=actor, target=activity) as entry:
        activity.starts_at, activity.ends_at = held_from, held_to
        activity.served_count, activity.record = served_count, record.strip()
        activity.kind = kind or called
        activity.member_count = save_attendance(activity, attendance)
        activity.state = ActivityState.ARCHIVED
        activity.full_clean()
        activity.save()
        save_outcomes(activity, outcomes)
        if planned != (held_from, held_to):
            activity_book(activity=activity)
            moved = zip(("starts_at", "ends_at"), planned, (held_from, held_to), strict=True)
            entry.changes = {
                name: [cn_datetime(old), cn_datetime(new)] for name, old, new in moved if old != new
            }
        if activity.kind != called:
            entry.changes = {**entry.changes, "kind": [str(called), str(activity.kind)]}
    finish_task(activity, actor=actor, now=now)
    hand_in_if_last(activity, actor=actor, now=now)
    return activity


@transaction.atomic
def activities_mark_to_record(*, now: datetime) -> int:
    """Let the clock act: begun activities are under way, ended ones wait for a record. Returns how many."""
    announced, under_way = ActivityState.ANNOUNCED, ActivityState.UNDER_WAY
    rows = Activity.objects.filter(state__in=[announced, under_way]).select_for_update(
        of=("self",), skip_locked=True, no_key=True
    )
    ended = list(rows.filter(ends_at__lte=now).order_by("pk"))
    begun = list(rows.filter(state=announced, starts_at__lte=now, ends_at__gt=now).order_by("pk"))
    for activities, state in ((ended, ActivityState.TO_RECORD), (begun, under_way)):
        for activity in activities:
            _advance(activity, state)
    return len(ended) + len(begun)


def _advance(activity: Activity, state: ActivityState) -> None:
    check_transition(ACTIVITY_TRANSITIONS, ActivityState, activity.state, state, "这项活动")
    with audit.action(f"activity.{state}", actor=None, target=activity):
        activity.state = state
        activity.save(update_fields=["state", "updated_at"])


def check_words(record: str, outcomes: Sequence[tuple[Metric, Decimal]]) -> None:
    """Refuse a record without words, and outcomes given twice or in parts of what is whole.

    Raises:
        DomainError: with what to put right.
    """
    if not record.strip():
        raise DomainError("请写一两句纪实：做了什么，结果怎样。", field="record")
    metrics = [metric.pk for metric, _ in outcomes]
    if len(metrics) != len(set(metrics)):
        raise DomainError("同一个成效指标填了两次，请合并成一行。")
    refuse([fault for metric, value in outcomes if (fault := metric.fault_of(value))])


def save_attendance(
    activity: Activity, attendance: Mapping[int, Attendance | tuple[int | None, int | None, str]]
) -> int | None:
    """Store who came; returns the members present in all, None when nobody was counted."""
    present = []
    for row in activity.participations.select_for_update(of=("self",), no_key=True).order_by("pk"):
        if row.branch_id in attendance:
            row.expected_count, row.attended_count, row.absence_reason = attendance[row.branch_id]
            row.full_clean()
            row.save()
        if row.attended_count is not None:
            present.append(row.attended_count)
    return sum(present) if present else None


def save_outcomes(activity: Activity, outcomes: Sequence[tuple[Metric, Decimal]]) -> None:
    """Put these outcomes, in their order, in the place of those it has."""
    activity.outcomes.all().delete()
    for position, (metric, value) in enumerate(outcomes, start=1):
        outcome = Outcome(activity=activity, metric=metric, value=value, position=position)
        outcome.full_clean()
        outcome.save(force_insert=True)
