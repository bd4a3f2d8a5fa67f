"""Page-shaped reads of activities, each with a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch, User
from core.models import AuditEntry
from core.periods import Period
from pairing.activities.dictionary import KIND_CUES
from pairing.activities.enums import ActivityState, SubjectKind
from pairing.activities.models import (
    Activity,
    ActivityKind,
    ActivityQuerySet,
    Booking,
    Closure,
    Subject,
)
from pairing.activities.rules import is_staff_of_activity
from pairing.activities.subjects import branch_subject
from pairing.plans.models import PlanOrder

# The class of a calendar entry; its look is in app.css. The word of the state stands beside the title.
EVENT_CLASSES = {
    ActivityState.UNDER_WAY: "is-warning",
    ActivityState.TO_RECORD: "is-warning",
    ActivityState.ARCHIVED: "is-done",
    ActivityState.CANCELLED: "is-muted",
}
ACTION_WORDS = {
    "activity.create": "登记活动",
    "activity.pick_up": "由定单生成",
    "activity.schedule": "自动排期并通知双方",
    "activity.move": "改期",
    "activity.lead": "改派主讲/带队",
    "activity.cancel": "取消",
    "activity.under_way": "活动开始",
    "activity.to_record": "活动结束，等待补记录",
    "activity.record": "补记录并归档",
    "activity.correct": "更正记录",
    "activity.attach": "添加附件",
    "activity.detach": "删除附件",
}
DRAGGABLE = frozenset({ActivityState.ANNOUNCED})


def activity_list(user: User) -> ActivityQuerySet:
    """What the ledger page shows: those without a time first, then the latest first."""
    return _with_names(Activity.objects.visible_to(user)).order_by(
        F("starts_at").desc(nulls_first=True), "-serial"
    )


def activity_agenda(user: User, month: Period) -> ActivityQuerySet:
    """The activities of one month in order of time."""
    rows = Activity.objects.visible_to(user).between(month.starts_on, month.last_day)
    return _with_names(rows).order_by("starts_at", "pk")


def activity_unscheduled(user: User) -> ActivityQuerySet:
    """Those that wait for a time, the oldest first."""
    return _with_names(Activity.objects.visible_to(user).unscheduled()).order_by("serial")


def activity_detail(user: User) -> ActivityQuerySet:
    """What the page of one activity shows."""
    rows = Activity.objects.visible_to(user).select_related(
        "plan_order__demand", "plan_order__resource", "task"
    )
    return _with_names(rows).prefetch_related("participations__branch", "outcomes__metric")


def order_shown(activity: Activity, user: User) -> PlanOrder | None:
    """The order behind an activity, for those whose pair's it is; a branch that only takes part sees none."""
    if user.sees_county or any(activity.pairing.has(branch_id) for branch_id in user.branch_ids):
        return activity.plan_order
    return None


def calendar_events(user: User, starts_at: datetime, ends_at: datetime) -> list[dict[str, Any]]:
    """The entries that FullCalendar draws between two instants."""
    rows = _with_names(Activity.objects.visible_to(user)).filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    return [_event(activity, user) for activity in rows.order_by("starts_at", "pk")]


def activity_timeline(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """What happened to an activity, newest first, in the words of the timeline component."""
    return [
        {
            "at": entry.at,
            "title": ACTION_WORDS.get(entry.action, "更新"),
            "text": "；".join(filter(None, [entry.summary, entry.reason and f"理由：{entry.reason}"])),
            "actor": entry.actor or "系统",
        }
        for entry in entries
    ]


def _event(activity: Activity, user: User) -> dict[str, Any]:
    may_move = activity.state in DRAGGABLE and is_staff_of_activity(user, activity)
    return {
        "id": activity.pk,
        "title": activity.title,
        "start": timezone.localtime(activity.starts_at).isoformat(),
        "end": timezone.localtime(activity.ends_at).isoformat(),
        "url": activity.get_absolute_url(),
        "classNames": [EVENT_CLASSES.get(ActivityState(activity.state), "is-planned")],
        "editable": may_move,
        "extendedProps": {
            "state": activity.get_state_display(),
            "venue": activity.venue,
            "pairing": str(activity.pairing),
            "moveUrl": reverse("activity_move", args=[activity.pk]) if may_move else "",
        },
    }


def _with_names(rows: ActivityQuerySet) -> ActivityQuerySet:
    return rows.select_related("kind", "plan_order", "pairing__branch_a", "pairing__branch_b")


def kind_for(line: str, words: str) -> ActivityKind | None:
    """The kind of `line` whose name or cue words occur in `words` most; the first when none does."""
    kinds = ActivityKind.objects.filter(line=line, retired_on=None)
    return max(kinds, key=lambda kind: _cues(kind, words), default=None)


def _cues(kind: ActivityKind, words: str) -> int:
    return sum(cue in words for cue in (kind.name, *KIND_CUES.get(kind.name, ())))


def activity_coming(user: User, *, now: datetime) -> list[Activity]:
    """Announced activities ahead that this person may move, in order of time."""
    rows = _with_names(Activity.objects.filter(state=ActivityState.ANNOUNCED, starts_at__gt=now))
    own = Q(pairing__branch_a__in=user.staff_branch_ids) | Q(pairing__branch_b__in=user.staff_branch_ids)
    return list(rows.filter(own).order_by("starts_at", "pk"))


def subject_own(user: User, *, now: datetime) -> list[Subject]:
    """Whom and what this person may report as not to be had; an own branch perhaps without a row yet."""
    own = [branch_subject(branch) for branch in Branch.objects.filter(pk__in=user.staff_branch_ids)]
    used = Booking.objects.filter(activity__in=[each.pk for each in activity_coming(user, now=now)])
    shared = Subject.objects.filter(pk__in=used.values("subject")).exclude(kind=SubjectKind.BRANCH)
    return [*own, *shared.order_by("kind", "name")]


def closure_list(user: User, *, now: datetime) -> QuerySet[Closure]:
    """The closures that are not over of what this person may report."""
    keys = [subject.key for subject in subject_own(user, now=now)]
    rows = Closure.objects.filter(subject__key__in=keys, period__endswith__gt=now)
    return rows.select_related("subject", "noted_by").order_by("period", "pk")
