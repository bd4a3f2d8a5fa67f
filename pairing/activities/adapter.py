"""Rows ⇄ the scheduling engine: waiting activities become visits, answers become times."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import prefetch_related_objects
from django.utils import timezone

from core.working_days import working_days_between
from ledgers.models import Availability, Resource
from pairing.activities.enums import ActivityState
from pairing.activities.half_days import half_day
from pairing.activities.models import Activity, Booking
from pairing.activities.scheduling import Half, ScheduleProblem, Slot, Visit
from pairing.activities.subjects import subjects_of

LEAD_DAYS = 2  # calendar days between the announcement and the first possible activity
WANTED_SLACK_DAYS = 7  # how much later than the wanted day is still welcome
FALLBACK_DAYS = 45  # the window of an activity that nothing gives a deadline
HALVES = {Half.AM: "am", Half.PM: "pm"}
WEEK = frozenset((weekday, half) for weekday in range(7) for half in Half)


def schedule_problem(activities: Sequence[Activity], *, today: date) -> ScheduleProblem:
    """State the placing of `activities` as a problem; a constant number of queries.

    An activity must be held by its task's deadline, from LEAD_DAYS after `today` on, on a working day; its
    branches, venue and people must be free, its resource available and within its monthly capacity.
    """
    prefetch_related_objects(
        activities,
        *("participations__branch", "pairing__branch_a", "pairing__branch_b", "task"),
        *("plan_order__resource__branch", "plan_order__resource__availabilities", "plan_order__claim"),
        "plan_order__demand",
    )
    subjects = {each.key: each for activity in activities for each in subjects_of(activity)}
    resources = {resource.pk: resource for activity in activities if (resource := _resource(activity))}
    orders = Counter(activity.plan_order_id for activity in activities)
    visits = tuple(_visit(each, today, is_series=orders[each.plan_order_id] > 1) for each in activities)
    first = min((visit.release for visit in visits), default=today)
    last = max((visit.deadline for visit in visits), default=today)
    rules = {resource: list(resource.availabilities.all()) for resource in resources.values()}
    return ScheduleProblem(
        visits=visits,
        working_days=frozenset(working_days_between(first, last)),
        busy=_busy(subjects.keys(), first, last) | _exceptions(rules),
        weekly={_availability_key(resource): _weekly(rows) for resource, rows in rules.items() if rows},
        month_caps={
            _capacity_key(resource): resource.capacity_per_month
            for resource in resources.values()
            if resource.capacity_per_month
        },
        month_counts=_month_counts(resources, first),
        labels={key: f"“{subject.name}”" for key, subject in subjects.items()} | _labels(resources.values()),
    )


def times_of(slot: Slot) -> tuple[datetime, datetime]:
    """The aware instants at which a half-day starts and ends."""
    return half_day(slot.day, HALVES[slot.half])


def _visit(activity: Activity, today: date, *, is_series: bool) -> Visit:
    order, resource = activity.plan_order, _resource(activity)
    release, deadline = _window(activity, today)
    keys = {subject.key for subject in subjects_of(activity)}
    if resource and resource.availabilities.all():
        keys.add(_availability_key(resource))
    return Visit(
        id=activity.pk,
        subjects=frozenset(keys),
        release=release,
        deadline=deadline,
        weight=1.0 + (order.demand.urgency if order else 0),
        series_id=order.pk if order and is_series else None,
        load_subjects=frozenset({_capacity_key(resource)} if resource else ()),
        title=activity.title,
    )


def _window(activity: Activity, today: date) -> tuple[date, date]:
    """First and last possible day: up to the task's deadline; a wanted day opens a window of its own."""
    release = today + timedelta(days=LEAD_DAYS)
    order = activity.plan_order
    if order is None:
        return release, release + timedelta(days=FALLBACK_DAYS)
    deadline = activity.task.due_on if activity.task else order.due_on
    wanted = order.wanted_on or (order.claim.wanted_on if order.claim else None)
    if wanted is None or not release < wanted <= order.due_on:
        return release, deadline
    return wanted, max(deadline, min(wanted + timedelta(days=WANTED_SLACK_DAYS), order.due_on))


def _resource(activity: Activity) -> Resource | None:
    return activity.plan_order.resource if activity.plan_order else None


def _availability_key(resource: Resource) -> str:
    return f"available:{resource.pk}"


def _capacity_key(resource: Resource) -> str:
    return f"resource:{resource.pk}"


def _labels(resources: Iterable[Resource]) -> dict[str, str]:
    keys = (_availability_key, _capacity_key)
    return {key(resource): f"资源“{resource.title}”" for resource in resources for key in keys}


def _weekly(rows: Iterable[Availability]) -> frozenset[tuple[int, Half]]:
    """The half-days of a plain week: those listed, or every one when only unavailable ones are listed."""
    rows = [row for row in rows if row.weekday is not None]
    listed = {_weekday_half(row) for row in rows if row.is_available}
    return frozenset((listed or WEEK) - {_weekday_half(row) for row in rows if not row.is_available})


def _weekday_half(row: Availability) -> tuple[int, Half]:
    return row.weekday or 0, Half[row.half.upper()]


def _exceptions(rules: dict[Resource, list[Availability]]) -> dict[str, Collection[Slot]]:
    """Single days on which a resource is not to be had; extra days are left to people."""
    return {
        _availability_key(resource): {
            Slot(row.day, Half[row.half.upper()]) for row in rows if row.day and not row.is_available
        }
        for resource, rows in rules.items()
    }


def _busy(keys: Iterable[str], first: date, last: date) -> dict[str, Collection[Slot]]:
    """subject key → the half-days of [first, last] that a booking touches."""
    window = DateTimeTZRange(half_day(first, "am")[0], half_day(last, "pm")[1])
    rows = Booking.objects.filter(subject__key__in=list(keys), period__overlap=window)
    busy: dict[str, set[Slot]] = defaultdict(set)
    for key, period in rows.values_list("subject__key", "period"):
        busy[key].update(_touched(period.lower, period.upper))
    return dict(busy)


def _touched(starts_at: datetime, ends_at: datetime) -> Iterable[Slot]:
    day, last = timezone.localdate(starts_at), timezone.localdate(ends_at)
    while day <= last:
        for half, name in HALVES.items():
            opens, closes = half_day(day, name)
            if starts_at < closes and opens < ends_at:
                yield Slot(day, half)
        day += timedelta(days=1)


def _month_counts(resources: Iterable[int], first: date) -> dict[tuple[str, date], int]:
    """How often each resource is already engaged in each month from that of `first` on."""
    rows = (
        Activity.objects.filter(
            plan_order__resource__in=list(resources),
            starts_at__gte=half_day(first.replace(day=1), "am")[0],
        )
        .exclude(state=ActivityState.CANCELLED)
        .values_list("plan_order__resource", "starts_at")
    )
    return dict(Counter((f"resource:{pk}", timezone.localdate(at).replace(day=1)) for pk, at in rows))
