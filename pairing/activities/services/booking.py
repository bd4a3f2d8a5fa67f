"""Bookings: who and what an activity occupies. Lock first; the exclusion constraint stands behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import prefetch_related_objects

from core.errors import ConflictError
from core.wording import short_datetime
from pairing.activities.models import Activity, Booking, Subject
from pairing.activities.services.judging import asked_about
from pairing.activities.subjects import subjects_of

LOCK_TIMEOUT_SECONDS = 3
BUSY = "系统正忙：别人正在安排同一支部、场地或人员的活动，没有等到空闲。请稍后再试一次。"
REFUSALS = {
    "23P01": "这个时段刚刚被别的活动占用，没有保存。请刷新日历，换一个时间再试。",  # exclusion_violation
    "40P01": BUSY,  # deadlock_detected
    "55P03": BUSY,  # lock_not_available
}


@dataclass(frozen=True)
class Clash:
    """Why one activity cannot stand where it is: `subject` is already taken by `other` from–to."""

    activity: Activity
    subject: Subject
    other: Activity
    starts_at: datetime
    ends_at: datetime
    free: tuple[datetime, datetime] | None = None

    @property
    def sentence(self) -> str:
        taken = f"“{self.subject.name}”在 {_span(self.starts_at, self.ends_at)} 已安排“{self.other.title}”，"
        remedy = f"最近的空档是 {_span(*self.free)}。" if self.free else "请换个时间、场地或人员。"
        return f"{taken}不能再安排“{self.activity.title}”。{remedy}"


def subject_ensure(subjects: Iterable[Subject]) -> dict[str, Subject]:
    """Save the subjects that are new and return all of them by key; safe against somebody doing the same.

    Keys are inserted in order, so that two transactions wait for each other in one direction only.
    """
    wanted = {subject.key: subject for subject in subjects}
    found = Subject.objects.in_bulk(wanted, field_name="key")
    missing = [wanted[key] for key in sorted(wanted.keys() - found.keys())]
    if missing:
        Subject.objects.bulk_create(missing, ignore_conflicts=True)
        found = Subject.objects.in_bulk(wanted, field_name="key")
    return found


def activity_book(*, activity: Activity) -> list[Booking]:
    """Take the period of `activity` for its branches, venue and people; replaces what it held before.

    Raises:
        ConflictError: at `starts_at`: somebody or something is taken; says who, when, and the next free slot.
    """
    with transaction.atomic():
        clashes = activities_book([activity])
        transaction.set_rollback(bool(clashes))
    if clashes:  # looked for only now that the locks are free: others wait for them
        raise ConflictError(_with_suggestion(clashes[0]).sentence, field="starts_at")
    return list(activity.bookings.select_related("subject"))


def activities_book(activities: Sequence[Activity]) -> list[Clash]:
    """Book many activities at once in the order given, each by first come, first served.

    Activities without a time are passed over. One that clashes ends without bookings and is returned; the
    caller decides whether that undoes the whole.

    Raises:
        ConflictError: the database refused in the last moment, or the wait for a lock took too long.
    """
    timed = _timed(activities)
    if not timed:
        return []
    with _refusals_as_sentences():
        subjects = subjects_hold(timed)
        Booking.objects.filter(activity__in=timed).delete()
        rows, clashes = _place(timed, subjects)
        Booking.objects.bulk_create(rows)
    return clashes


def subjects_hold(activities: Sequence[Activity]) -> dict[str, Subject]:
    """Lock what the activities with a time occupy, by key.

    Whoever books several one after another holds the subjects of all of them first.
    """
    timed = _timed(activities)
    prefetch_related_objects(
        timed,
        "participations__branch",
        "pairing__branch_a",
        "pairing__branch_b",
        "plan_order__resource__branch",
        "plan_order__demand",
    )
    return _lock(subject for activity in timed for subject in subjects_of(activity))


@transaction.atomic
def activity_unbook(*, activity: Activity) -> None:
    """Set free whatever the activity occupied."""
    Booking.objects.filter(activity=activity).delete()


def _place(activities: Sequence[Activity], subjects: dict[str, Subject]) -> tuple[list[Booking], list[Clash]]:
    """Sort activities into bookings to insert and clashes, against the database and one another."""
    taken = _taken(activities, subjects)
    rows: list[Booking] = []
    clashes: list[Clash] = []
    for activity in activities:
        wanted = [subjects[subject.key] for subject in subjects_of(activity)]
        clash = _first_clash(activity, wanted, taken)
        if clash:
            clashes.append(clash)
            continue
        period = DateTimeTZRange(*_period(activity), "[)")
        for subject in {subject.pk: subject for subject in wanted}.values():
            row = Booking(subject=subject, activity=activity, period=period)
            taken[subject.pk].append(row)
            rows.append(row)
    return rows, clashes


def _taken(activities: Sequence[Activity], subjects: dict[str, Subject]) -> dict[int, list[Booking]]:
    periods = [_period(activity) for activity in activities]
    window = DateTimeTZRange(min(first for first, _ in periods), max(last for _, last in periods), "[)")
    taken = defaultdict(list)
    rows = Booking.objects.filter(subject__in=subjects.values(), period__overlap=window)
    for row in rows.select_related("activity").order_by("period", "pk"):
        taken[row.subject_id].append(row)
    return taken


def _first_clash(
    activity: Activity, subjects: Sequence[Subject], taken: dict[int, list[Booking]]
) -> Clash | None:
    starts_at, ends_at = _period(activity)
    for subject in subjects:
        for row in taken[subject.pk]:
            if row.period.lower < ends_at and starts_at < row.period.upper:
                return Clash(activity, subject, row.activity, row.period.lower, row.period.upper)
    return None


@contextmanager
def _refusals_as_sentences() -> Iterator[None]:
    """Limit the wait for locks inside the block, and say in words what the database refuses."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
            yield
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")  # the caller's later statements may wait
    except (IntegrityError, OperationalError) as error:
        sentence = REFUSALS.get(getattr(error.__cause__, "sqlstate", ""))
        if sentence is None:
            raise
        raise ConflictError(sentence) from error


def _with_suggestion(clash: Clash) -> Clash:
    question = asked_about(clash.activity, now=_period(clash.activity)[0], notice_days=0)
    return replace(clash, free=next((offer.span for offer in question.offers(1) if not offer.reasons), None))


def _lock(subjects: Iterable[Subject]) -> dict[str, Subject]:
    """Ensure the subjects and lock their rows in id order, so that bookings of the same ones queue up."""
    by_key = subject_ensure(subjects)
    ids = [subject.pk for subject in by_key.values()]
    locked = Subject.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return {subject.key: subject for subject in locked}


def _timed(activities: Iterable[Activity]) -> list[Activity]:
    return [activity for activity in activities if activity.starts_at and activity.ends_at]


def _period(activity: Activity) -> tuple[datetime, datetime]:
    """The time of an activity that is known to have one."""
    assert activity.starts_at and activity.ends_at
    return activity.starts_at, activity.ends_at


def _span(starts_at: datetime, ends_at: datetime) -> str:
    """11-28 周五 08:30–11:30."""
    return f"{short_datetime(starts_at)}–{short_datetime(ends_at)[-5:]}"
