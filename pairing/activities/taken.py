"""What the calendar already holds: bookings, closures, the weeks and months of resources."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from core.working_days import days_between
from ledgers.hours import MIDDAY, NOON, Hours
from ledgers.models import Availability, Resource
from pairing.activities.enums import ActivityState
from pairing.activities.half_days import Span, half_day, local_instant
from pairing.activities.models import Activity, Booking, Closure
from pairing.activities.scheduling import Half, ScheduleProblem, Slot, Visit
from pairing.activities.scheduling.constraints import SHORTEST_MINUTES, is_long_enough
from pairing.activities.scheduling.problem import Clock, Id

HALVES = {Half.AM: "am", Half.PM: "pm"}
WEEK = frozenset((weekday, half) for weekday in range(7) for half in Half)
Slots = dict[str, Collection[Slot]]


def times_in(problem: ScheduleProblem, visit: Visit, slot: Slot) -> Span:
    """When a visit starts and ends that takes what is open of its half-days from `slot` on."""
    last = slot.following(visit.length)[-1]
    opens, closes = problem.clock(visit, slot.half)[0], problem.clock(visit, last.half)[1]
    return local_instant(slot.day, opens), local_instant(last.day, closes)


def clocks_between(starts_at: datetime, ends_at: datetime) -> dict[Slot, Clock]:
    """What a period asks of each half of a day, midday and evening included.

    What has an hour or more of both half-days of a day pauses over the midday, in which people eat and a hall
    may be closed. The pause is as long as the halls make it: of such a day only the first and the last hour
    are asked for. Anything shorter goes on without a pause and is parted at noon, so that a closed midday
    refuses it: one minute more of an afternoon does not turn a long morning into a whole day.
    """
    first, last = timezone.localtime(starts_at), timezone.localtime(ends_at)
    parts = {}
    for day in days_between(first.date(), last.date()):
        opens = first.time() if day == first.date() else time.min
        closes = last.time() if day == last.date() else time.max
        if is_long_enough(opens, MIDDAY[0]) and is_long_enough(MIDDAY[1], closes):
            until, since = _shifted(opens, SHORTEST_MINUTES), _shifted(closes, -SHORTEST_MINUTES)
        else:
            until, since = min(closes, NOON), max(opens, NOON)
        if opens < until:
            parts[Slot(day, Half.AM)] = opens, until
        if since < closes:
            parts[Slot(day, Half.PM)] = since, closes
    return parts


def slots_between(starts_at: datetime, ends_at: datetime) -> list[Slot]:
    """The half-days that a period touches, in order; an evening touches none."""
    day, last = timezone.localdate(starts_at), timezone.localdate(ends_at)
    touched = []
    while day <= last:
        for half, name in HALVES.items():
            opens, closes = half_day(day, name)
            if starts_at < closes and opens < ends_at:
                touched.append(Slot(day, half))
        day += timedelta(days=1)
    return touched


def available_key(resource: Resource) -> str:
    """The subject that stands for the week of a resource."""
    return f"available:{resource.pk}"


def capacity_key(resource: Resource) -> str:
    """The subject that stands for the months of a resource."""
    return f"resource:{resource.pk}"


def busy_slots(keys: Iterable[str], first: date, last: date, *, but: Iterable[int] = ()) -> Slots:
    """subject key → the half-days of [first, last] that a booking of an activity other than `but` touches."""
    rows = Booking.objects.filter(subject__key__in=list(keys), period__overlap=_window(first, last))
    busy: dict[str, set[Slot]] = defaultdict(set)
    for key, period in rows.exclude(activity__in=list(but)).values_list("subject__key", "period"):
        busy[key].update(slots_between(period.lower, period.upper))
    return dict(busy)


def closed_slots(keys: Iterable[str], first: date, last: date) -> dict[str, dict[Slot, str]]:
    """subject key → the half-days of [first, last] on which it is closed or away, each with the reason."""
    rows = Closure.objects.filter(subject__key__in=list(keys), period__overlap=_window(first, last))
    closed: dict[str, dict[Slot, str]] = defaultdict(dict)
    for key, period, reason in rows.order_by("pk").values_list("subject__key", "period", "reason"):
        closed[key].update(dict.fromkeys(slots_between(period.lower, period.upper), reason))
    return dict(closed)


def hours_of(rows: Iterable[Availability]) -> dict[Half, Clock]:
    """From when to when a resource is to be had in a half-day of which only a part is open."""
    return {Half[half.upper()]: clock for half, clock in Hours.of(rows).clocks.items()}


def week_of(rows: Iterable[Availability]) -> frozenset[tuple[int, Half]]:
    """The half-days of a plain week: those listed, or every one when only unavailable ones are listed."""
    rows = [row for row in rows if row.weekday is not None]
    listed = {_weekday_half(row) for row in rows if row.is_available}
    return frozenset((listed or WEEK) - {_weekday_half(row) for row in rows if not row.is_available})


def single_days(rows: Iterable[Availability], *, is_available: bool) -> frozenset[Slot]:
    """The half-days of single days on which a resource is to be had, or is not, whatever its week says."""
    return frozenset(
        Slot(row.day, Half[row.half.upper()]) for row in rows if row.day and row.is_available == is_available
    )


def month_counts(
    resources: Iterable[Resource], first: date, *, but: Iterable[int] = ()
) -> Mapping[tuple[str, date], int]:
    """How often each resource is engaged in each month from that of `first` on, activities `but` aside."""
    keys = {resource.pk: capacity_key(resource) for resource in resources}
    rows = (
        Activity.objects.filter(
            plan_order__resource__in=list(keys),
            starts_at__gte=half_day(first.replace(day=1), "am")[0],
        )
        .exclude(state=ActivityState.CANCELLED)
        .exclude(pk__in=list(but))
        .values_list("plan_order__resource", "starts_at")
    )
    return dict(Counter((keys[pk], timezone.localdate(at).replace(day=1)) for pk, at in rows))


def standing_days(activities: Collection[Activity]) -> dict[Id, list[date]]:
    """Order → the days of its other activities, to come or held; one query.

    An order that was sent back begins anew: what it held before is nothing to keep apart from.
    """
    orders = {each.plan_order_id for each in activities if each.plan_order_id}
    rows = (
        Activity.objects.filter(plan_order__in=orders, plan_order__state_reason="", starts_at__isnull=False)
        .exclude(state=ActivityState.CANCELLED)
        .exclude(pk__in=[each.pk for each in activities])
        .values_list("plan_order", "starts_at")
    )
    days: dict[Id, list[date]] = defaultdict(list)
    for order, starts_at in rows:
        days[order].append(timezone.localdate(starts_at))
    return dict(days)


def _shifted(clock: time, minutes: int) -> time:
    """A clock time as many minutes later, or earlier, on the same day."""
    return (datetime.combine(date.min, clock) + timedelta(minutes=minutes)).time()


def _window(first: date, last: date) -> DateTimeTZRange:
    return DateTimeTZRange(half_day(first, "am")[0], half_day(last, "pm")[1])


def _weekday_half(row: Availability) -> tuple[int, Half]:
    return row.weekday or 0, Half[row.half.upper()]
