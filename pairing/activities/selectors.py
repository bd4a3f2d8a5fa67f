"""Page-shaped reads of activities, each with a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from core.working_days import working_days_between
from pairing.activities.enums import HALF_DAYS
from pairing.activities.models import Booking

SEARCH_DAYS = 45  # how far ahead a free slot is looked for

Slot = tuple[datetime, datetime]


def free_slots(subject_keys: Iterable[str], *, after: datetime, limit: int) -> list[Slot]:
    """The first `limit` half-days of working days after `after` in which none of the subjects is taken."""
    first = timezone.localdate(after)
    last = first + timedelta(days=SEARCH_DAYS)
    slots = [slot for slot in half_days(working_days_between(first, last)) if slot[0] > after]
    taken = _taken(subject_keys, first, last)
    return list(islice((slot for slot in slots if not _overlaps(slot, taken)), limit))


def first_free_slot(subject_keys: Iterable[str], *, after: datetime) -> Slot | None:
    return next(iter(free_slots(subject_keys, after=after, limit=1)), None)


def half_days(days: Iterable[date]) -> Iterator[Slot]:
    """The morning and the afternoon of each day as aware instants, in order."""
    for day in days:
        for starts, ends in HALF_DAYS.values():
            yield _local(day, starts), _local(day, ends)


def _local(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))


def _taken(subject_keys: Iterable[str], first: date, last: date) -> list[Slot]:
    window = DateTimeTZRange(_local(first, time.min), _local(last + timedelta(days=1), time.min))
    periods = Booking.objects.filter(subject__key__in=set(subject_keys), period__overlap=window)
    return [(period.lower, period.upper) for period in periods.values_list("period", flat=True)]


def _overlaps(slot: Slot, taken: Iterable[Slot]) -> bool:
    return any(starts < slot[1] and slot[0] < ends for starts, ends in taken)
