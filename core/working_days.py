"""Which days are worked: Monday–Friday, corrected by the editable WorkingDay table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from core.models import WorkingDay


def exceptions_between(first: date, last: date) -> dict[date, bool]:
    """day → worked? for the days of [first, last] that differ from the plain week."""
    return dict(WorkingDay.objects.filter(day__range=(first, last)).values_list("day", "is_working"))


def is_working(day: date, exceptions: dict[date, bool]) -> bool:
    return exceptions.get(day, day.weekday() < 5)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day of [first, last], both inclusive."""
    return (first + timedelta(days=offset) for offset in range((last - first).days + 1))


def working_days_between(first: date, last: date) -> list[date]:
    """The worked days of [first, last], both inclusive, in order."""
    exceptions = exceptions_between(first, last)
    return [day for day in days_between(first, last) if is_working(day, exceptions)]
