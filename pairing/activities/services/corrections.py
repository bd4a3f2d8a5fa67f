"""Putting right what a record says wrongly: words and numbers, never when it was held or what it led to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import DomainError, StaleVersionError, refuse
from core.wording import cn_date, quantity
from pairing.activities.enums import ActivityState
from pairing.activities.models import Activity, ActivityKind
from pairing.activities.services.activities import locked
from pairing.activities.services.notices import tell_staff
from pairing.activities.services.records import Attendance, check_words, save_attendance, save_outcomes
from pairing.plans.models import Metric

CORRECTION_DAYS = 30  # after the day it was held; later the figures of reports already sent would move


def activity_correct_blockers(activity: Activity, *, now: datetime) -> list[str]:
    """Why the record of this activity cannot be put right by its branches now; empty when it can."""
    if activity.state != ActivityState.ARCHIVED or activity.ends_at is None:
        return [f"活动现在是“{activity.get_state_display()}”，还没有可以更正的记录。"]
    last_day = timezone.localdate(activity.ends_at) + timedelta(days=CORRECTION_DAYS)
    if timezone.localdate(now) > last_day:
        return [
            f"记录在举办后 {CORRECTION_DAYS} 天内可以更正，到{cn_date(last_day)}为止；"
            "确有错误，请县党建办导入活动台账更正。"
        ]
    return []


@transaction.atomic
def activity_correct(
    *,
    activity: Activity,
    actor: User,
    now: datetime,
    version: int,
    reason: str,
    attendance: Mapping[int, Attendance],
    served_count: int | None,
    record: str,
    outcomes: Sequence[tuple[Metric, Decimal]],
    kind: ActivityKind | None = None,
) -> Activity:
    """Replace the record of an archived activity, keep old → new in the trail and tell the branches.

    Args:
        version: as the reader saw it.
        attendance, served_count, record, outcomes, kind: as for `activity_record`.

    Raises:
        StaleVersionError: somebody else put it right meanwhile.
        DomainError: it is not on record or too long ago, has no words or no reason, or nothing differs.
        ValidationError: more people attended than were expected.
    """
    activity = locked(activity)
    refuse(activity_correct_blockers(activity, now=now))
    if version != activity.version:
        raise StaleVersionError(
            "您打开这一页以后，别人更正过这份记录。您的更正没有保存；核对后仍要改，请再提交一次。"
        )
    if not reason.strip():
        raise DomainError("请写明为什么更正，对方支部会看到。", field="reason")
    check_words(record, outcomes)
    before = _said(activity)
    was_counted = activity.participations.filter(attended_count__isnull=False).exists()
    with audit.action("activity.correct", actor=actor, target=activity, reason=reason.strip()) as entry:
        activity.served_count, activity.record = served_count, record.strip()
        activity.kind = kind or activity.kind
        present = save_attendance(activity, attendance)
        if was_counted or present is not None:  # else the sum was imported as such, and stands
            activity.member_count = present
        activity.version += 1
        activity.full_clean()
        activity.save()
        save_outcomes(activity, outcomes)
        after = _said(activity)
        names = [name for name in before | after if before.get(name) != after.get(name)]
        if not names:
            raise DomainError("没有改动，不用更正。")
        entry.changes = {name: [before.get(name, ""), after.get(name, "")] for name in names}
        entry.summary = "；".join(_told(name, *entry.changes[name]) for name in names)[:300]
    tell_staff(
        activity,
        event=f"corrected:{activity.version}",
        subject=f"记录有更正：{activity}",
        body=f"{entry.summary}。理由：{reason.strip()}",
        now=now,
        actor=actor,
    )
    return activity


def _told(name: str, old: str, new: str) -> str:
    return "纪实有改动" if name == "record" else f"{name}：{old or '未填'} → {new or '未填'}"


def _said(activity: Activity) -> dict[str, str]:
    """What the record says, by the label of each part; what is not said is left out."""
    said = {"活动类型": str(activity.kind), "record": activity.record}
    if activity.served_count is not None:
        said["服务群众人次"] = quantity(activity.served_count)
    for row in activity.participations.select_related("branch"):
        for label, count in (("应到", row.expected_count), ("实到", row.attended_count)):
            if count is not None:
                said[f"{row.branch}{label}"] = quantity(count)
        if row.absence_reason:
            said[f"{row.branch}缺席原因"] = row.absence_reason
    for outcome in activity.outcomes.select_related("metric"):
        said[str(outcome.metric)] = f"{quantity(outcome.value)}{outcome.metric.unit}"
    return said
