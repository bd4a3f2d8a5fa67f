"""Which days are worked: Monday–Friday, corrected by the editable WorkingDay table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import holidays

from core.models import WorkingDay

FIRST_YEAR = 2025
CHINESE_NAMES = {each.value: each.chinese for each in chinese_calendar.constants.Holiday}
GUESSED_YEARS = 1  # how many years after the last announced one are guessed


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


def seed_working_days() -> None:
    """Fill an empty calendar: the announced years from chinesecalendar, the year after as a marked guess."""
    if WorkingDay.objects.exists():
        return
    last_known = max(day.year for day in chinese_calendar.constants.holidays)
    WorkingDay.objects.bulk_create(
        [*_announced(FIRST_YEAR, last_known), *_guessed(last_known + 1, last_known + GUESSED_YEARS)]
    )


def _announced(first_year: int, last_year: int) -> Iterator[WorkingDay]:
    for day in days_between(date(first_year, 1, 1), date(last_year, 12, 31)):
        worked = chinese_calendar.is_workday(day)
        if worked != (day.weekday() < 5):
            known = chinese_calendar.constants
            name = known.holidays.get(day) or known.workdays.get(day, "")
            yield WorkingDay(day=day, is_working=worked, name=CHINESE_NAMES.get(name, name))


def _guessed(first_year: int, last_year: int) -> Iterator[WorkingDay]:
    """Public holidays on weekdays; make-up days are announced a year ahead and cannot be guessed."""
    known = holidays.country_holidays("CN", years=range(first_year, last_year + 1), language="zh_CN")
    for day, name in sorted(known.items()):
        if day.weekday() < 5:
            yield WorkingDay(day=day, is_working=False, name=name[:60], is_guess=True)
