"""The half-days of the calendar as aware instants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time

from django.utils import timezone

from ledgers.hours import HALF_DAYS

Span = tuple[datetime, datetime]


def half_days(days: Iterable[date]) -> Iterator[Span]:
    """The morning and the afternoon of each day, in order."""
    return (half_day(day, half) for day in days for half in HALF_DAYS)


def half_day(day: date, half: str) -> Span:
    """The aware instants at which the half ("am", "pm") of a local day starts and ends."""
    starts, ends = HALF_DAYS[half]
    return local_instant(day, starts), local_instant(day, ends)


def local_instant(day: date, clock: time) -> datetime:
    """The aware instant of a local day and clock time."""
    return timezone.make_aware(datetime.combine(day, clock))
