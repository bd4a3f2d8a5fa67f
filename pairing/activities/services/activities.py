"""What people do to an activity by hand: enter one, move it, cancel it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from branches.models import Branch, User
from core import audit
from core.errors import DomainError, StaleVersionError, refuse
from core.transitions import check_transition
from pairing.activities.enums import ACTIVITY_TRANSITIONS, ActivityState, ParticipationRole
from pairing.activities.models import Activity, ActivityKind, Participation
from pairing.activities.services import judging
from pairing.activities.services.booking import activity_book, activity_unbook
from pairing.activities.services.first_day import refuse_too_early
from pairing.activities.services.notices import announce, tell_of_move, tell_staff, when
from pairing.activities.services.orders import hand_in_if_last, start_order
from pairing.plans.models import Pairing, PlanOrder
from pairing.plans.services.locks import lock_order

MOVABLE = frozenset({ActivityState.PLANNED, ActivityState.ANNOUNCED})
CANCELLABLE = frozenset(
    state for state, following in ACTIVITY_TRANSITIONS.items() if ActivityState.CANCELLED in following
)


def activity_move_blockers(activity: Activity) -> list[str]:
    """Why the time of this activity cannot be changed now; empty when it can."""
    if activity.state in MOVABLE:
        return []
    return [f"活动现在是“{activity.get_state_display()}”，时间不能再改。"]


def activity_cancel_blockers(activity: Activity) -> list[str]:
    """Why this activity cannot be cancelled now; empty when it can."""
    if activity.state in CANCELLABLE:
        return []
    return [f"活动现在是“{activity.get_state_display()}”，不能取消。"]


@transaction.atomic
def activity_create(
    *,
    pairing: Pairing,
    kind: ActivityKind,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    actor: User,
    now: datetime,
    venue: str = "",
    person: str = "",
    guests: Sequence[Branch] = (),
    insist: bool = False,
) -> Activity:
    """Enter a free-standing activity of a pairing, book it and tell the branches.

    One that is already over waits for its record; nobody asks any more whether its time was a good one.

    Raises:
        ConflictError: a branch, the venue or a person is taken; the sentence offers the next free slot.
        DomainError: it lies before the pairing, or a rule speaks against the time and nobody insists, see
            `judging.settle`.
        ValidationError: the times are the wrong way round.
    """
    refuse_too_early(starts_at, pairing=pairing, field="day")
    over = ends_at <= now
    span = (starts_at, ends_at)
    question = judging.asked_for(pairing, venue=venue, person=person, guests=guests, now=now, chosen=span)
    against = [] if over else judging.settle(question, span, insist=insist)
    with audit.action("activity.create", actor=actor) as entry:
        activity = activity_insert(
            pairing=pairing,
            kind=kind,
            title=title,
            starts_at=starts_at,
            ends_at=ends_at,
            venue=venue,
            person=person,
            state=ActivityState.TO_RECORD if over else ActivityState.ANNOUNCED,
            guests=guests,
        )
        activity_book(activity=activity)
        entry.target = activity
        entry.summary = "；".join([when(activity), *against])
    if not over:
        announce(activity, now=now, actor=actor)
    return activity


def activity_insert(
    *, pairing: Pairing, guests: Sequence[Branch] = (), plan_order: PlanOrder | None = None, **fields: object
) -> Activity:
    """Insert an activity with the next 序号 and the branches taking part; the caller audits and books."""
    activity = Activity(serial=_next_serial(), pairing=pairing, plan_order=plan_order, **fields)
    activity.full_clean(exclude=["serial"])
    activity.save(force_insert=True)
    expected = _expected_last_time(pairing)
    roles = {pairing.branch_a: ParticipationRole.PARTY_A, pairing.branch_b: ParticipationRole.PARTY_B}
    roles = dict.fromkeys(guests, ParticipationRole.OTHER) | roles
    for branch, role in roles.items():
        Participation.objects.create(
            activity=activity, branch=branch, role=role, expected_count=expected.get(branch.pk)
        )
    return activity


def _expected_last_time(pairing: Pairing) -> dict[int, int | None]:
    """Branch id → 应到 as the last record of the pairing has it: a guess that its record can correct.

    A whole branch is seldom asked; before there is a record nobody knows the number, and it stays blank.
    """
    held = Participation.objects.filter(activity__pairing=pairing, activity__state=ActivityState.ARCHIVED)
    last = held.order_by("branch", "-activity__starts_at").distinct("branch")
    return dict(last.values_list("branch", "expected_count"))


@transaction.atomic
def activity_move(
    *,
    activity: Activity,
    starts_at: datetime,
    ends_at: datetime,
    actor: User,
    now: datetime,
    reason: str,
    insist: bool = False,
    version: int | None = None,
) -> Activity:
    """Give an activity another time; one without a time gets its first, and its order starts.

    A time that is over is for the record: nobody is asked to come then, and who had been told another time
    hears that it has taken place.

    Args:
        version: the version the actor saw; None when the caller holds the row and has just looked.

    Raises:
        StaleVersionError: somebody else moved it or named another person meanwhile.
        DomainError: it is under way or over, an announced one is moved without a reason, the time lies before
            the pairing or the order's demand, or a rule speaks against it and nobody insists, see
            `judging.settle`.
        ConflictError: a branch, the venue or a person is taken then.
    """
    activity = locked(activity)
    refuse(activity_move_blockers(activity))
    check_version(activity, version)
    announced = activity.state == ActivityState.ANNOUNCED
    if announced and not reason.strip():
        raise DomainError("这项活动已经通知双方，请写明改期的理由。", field="reason")
    if starts_at <= now:
        refuse_too_early(starts_at, pairing=activity.pairing, order=activity.plan_order, field="day")
    before = when(activity)
    question = judging.asked_about(activity, now=now, chosen=(starts_at, ends_at))
    against = judging.settle(question, (starts_at, ends_at), insist=insist)
    activity.starts_at, activity.ends_at = starts_at, ends_at
    with audit.action("activity.move", actor=actor, target=activity, reason=reason) as entry:
        place(activity, now=now)
        entry.summary = "；".join([f"{before} → {when(activity)}", *against])
        entry.changes = {"starts_at": [before, when(activity)]}
    if announced:
        tell_of_move(activity, before=before, reason=reason, now=now, actor=actor)
    elif activity.state == ActivityState.ANNOUNCED:
        announce(activity, now=now, actor=actor)
    return activity


@transaction.atomic
def activity_cancel(
    *, activity: Activity, actor: User | None, now: datetime, reason: str, again: bool = False
) -> Activity:
    """Cancel an activity, set free what it held, and tell the branches.

    Args:
        again: its order still wants it: the task is free for another activity, which the next run schedules.

    Raises:
        DomainError: there is no reason, or it is already on record.
    """
    activity = locked(activity)
    refuse(activity_cancel_blockers(activity))
    if not reason.strip():
        raise DomainError("请写明取消的理由，对方会收到这句话。", field="reason")
    check_transition(ACTIVITY_TRANSITIONS, ActivityState, activity.state, ActivityState.CANCELLED, "这项活动")
    told = activity.state != ActivityState.PLANNED
    with audit.action("activity.cancel", actor=actor, target=activity, reason=reason):
        activity.state, activity.state_reason = ActivityState.CANCELLED, reason.strip()
        activity.task = None if again else activity.task
        activity.save()
        activity_unbook(activity=activity)
    hand_in_if_last(activity, actor=actor, now=now)
    if told:
        words = f"原定{when(activity)}，理由：{reason}"
        tell_staff(activity, event="cancelled", subject=f"取消：{activity}", body=words, now=now, actor=actor)
    return activity


def place(activity: Activity, *, now: datetime) -> None:
    """Save and book the activity at its time, which starts its order; one that is over waits for its record.

    Raises:
        ConflictError: a branch, the venue or a person is taken then.
    """
    assert activity.ends_at
    activity.state = ActivityState.TO_RECORD if activity.ends_at <= now else ActivityState.ANNOUNCED
    activity.unplaced_reason = ""
    activity.version += 1
    activity.full_clean()
    activity.save()
    activity_book(activity=activity)
    start_order(activity, now=now)


def check_version(activity: Activity, version: int | None) -> None:
    """Refuse a step on a version that is not the newest; None has just looked.

    Raises:
        StaleVersionError: saying how it stands now.
    """
    if version is not None and version != activity.version:
        raise StaleVersionError(
            f"您打开这一页以后，别人改过这项活动：现在的时间是{when(activity)}，"
            f"主讲/带队是{activity.person or '未定'}。您的改动没有保存；核对后仍要改，请再提交一次。"
        )


def locked(activity: Activity) -> Activity:
    """The row as it is now, held until the end of the transaction; its order first, against deadlocks."""
    if activity.plan_order_id:
        lock_order(activity.plan_order_id)
    return (
        Activity.objects.select_for_update(of=("self",), no_key=True)
        .select_related("kind", "plan_order", "pairing__branch_a", "pairing__branch_b")
        .get(pk=activity.pk)
    )


def _next_serial() -> int:
    """The next free 序号 of all activities; drawn one at a time until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('activity_serial'))")
    return (Activity.objects.aggregate(last=Max("serial"))["last"] or 0) + 1
