"""After an event – a hall lost, an expert ill, a holiday moved – what has to move, and nothing else.

What is told to the branches stays where it is as long as the rules allow; the rest moves to the best half-day
around it, and only the branches of an activity that moves hear of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import ConflictError, DomainError
from core.wording import cn_date, short_datetime
from pairing.activities.adapter import schedule_problem, standing_slots
from pairing.activities.half_days import Span, half_day
from pairing.activities.models import Activity, Booking, Closure, Subject
from pairing.activities.scheduling import solve
from pairing.activities.selectors import activity_coming
from pairing.activities.services.activities import activity_move
from pairing.activities.services.booking import subject_ensure, subjects_hold
from pairing.activities.taken import times_in
from pairing.plans.services.locks import lock_order


@dataclass(frozen=True)
class Proposal:
    """An activity that cannot stay: where it stands, where it could go (None: nowhere), and why."""

    activity: Activity
    before: Span
    after: Span | None
    reason: str


def reschedule_proposals(activities: Sequence[Activity], *, now: datetime) -> list[Proposal]:
    """What of these announced activities has to move, in order of time; a constant number of queries."""
    standing = standing_slots(activities)
    rows = {activity.pk: activity for activity in activities if activity.pk in standing}
    if not rows:
        return []
    problem = schedule_problem(list(rows.values()), now=now)
    visits = {visit.id: visit for visit in problem.visits}
    moves = solve(problem, keep=standing).moves
    proposals = []
    for move in sorted(moves, key=lambda each: (each.before, str(each.visit_id))):
        activity = rows[int(move.visit_id)]
        assert activity.starts_at and activity.ends_at
        after = times_in(problem, visits[move.visit_id], move.after) if move.after else None
        proposals.append(Proposal(activity, (activity.starts_at, activity.ends_at), after, move.reason))
    return proposals


def seal_of(proposals: Sequence[Proposal]) -> str:
    """A short word for exactly these proposals, by which a form says what its reader has seen."""
    said = [(each.activity.pk, each.before, each.after) for each in proposals]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


@transaction.atomic
def activities_reschedule(
    *, chosen: Collection[int], seen: str, actor: User, now: datetime
) -> list[Activity]:
    """Move the chosen of the actor's activities as proposed, all or none; each tells its own branches.

    Args:
        chosen: ids of activities among the proposals.
        seen: the seal of the proposals the actor has looked at.

    Raises:
        ConflictError: somebody was quicker and the proposals are others now; the sentence says what changed.
        DomainError: nothing is chosen that could be moved.
    """
    activities = _held(actor, now)
    proposals = reschedule_proposals(activities, now=now)
    if seal_of(proposals) != seen:
        raise ConflictError(_changed(proposals))
    moving = [each for each in proposals if each.activity.pk in chosen and each.after]
    if not moving:
        raise DomainError("请至少勾选一项有新时间的活动。")
    subjects_hold([each.activity for each in moving])
    Booking.objects.filter(activity__in=[each.activity.pk for each in moving]).delete()
    return [_moved(each, actor, now) for each in moving]


@transaction.atomic
def closure_note(
    *, subject: Subject, first_day: date, last_day: date, reason: str, actor: User, now: datetime
) -> Closure:
    """Put on record that a branch, a place or a person is not to be had on whole days; moves nothing yet.

    Raises:
        DomainError: the days are the wrong way round or over.
    """
    if last_day < first_day:
        raise DomainError("最后一天不能早于第一天。", field="last_day")
    if last_day < timezone.localdate(now):
        raise DomainError("这段时间已经过去，不用登记。", field="last_day")
    period = DateTimeTZRange(half_day(first_day, "am")[0], half_day(last_day, "pm")[1])
    with audit.action("closure.note", actor=actor, reason=reason) as entry:
        saved = subject_ensure([subject])[subject.key]
        closure = Closure(subject=saved, period=period, reason=reason.strip(), noted_by=actor)
        closure.full_clean()
        closure.save()
        entry.target = closure
        entry.summary = f"{subject} {cn_date(first_day)}至{cn_date(last_day)}"
    return closure


@transaction.atomic
def closure_remove(*, closure: Closure, actor: User) -> None:
    """Take a closure back: the subject is to be had again.

    Raises:
        ConflictError: somebody was quicker.
    """
    with audit.action("closure.remove", actor=actor, target=closure) as entry:
        entry.summary = str(closure)
        removed, _ = Closure.objects.filter(pk=closure.pk).delete()  # the entry still names the row by its id
        if not removed:
            raise ConflictError("这条登记已经取消，请刷新页面。")


def _held(actor: User, now: datetime) -> list[Activity]:
    """The actor's coming activities, their orders and rows locked in id order until the end."""
    coming = activity_coming(actor, now=now)
    for order_id in sorted({activity.plan_order_id for activity in coming if activity.plan_order_id}):
        lock_order(order_id)
    ids = [activity.pk for activity in coming]
    list(Activity.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    return list(activity_coming(actor, now=now))


def _moved(proposal: Proposal, actor: User, now: datetime) -> Activity:
    assert proposal.after
    starts_at, ends_at = proposal.after
    return activity_move(
        activity=proposal.activity,
        starts_at=starts_at,
        ends_at=ends_at,
        actor=actor,
        now=now,
        reason=proposal.reason,
        insist=True,  # the schedule's rules have judged it: what stood on a day off may stand on another
    )


def _changed(proposals: Sequence[Proposal]) -> str:
    if not proposals:
        return "别人刚刚已经处理好了，现在没有活动需要改期。"
    now_proposed = "；".join(
        f"“{each.activity}”改到 {short_datetime(each.after[0])}"
        if each.after
        else f"“{each.activity}”没有空档"
        for each in proposals[:3]
    )
    return f"刚才日程有了变化，您看到的方案已经过时，没有保存。现在的方案是：{now_proposed}。请核对后再确认。"
