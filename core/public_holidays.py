"""Public holidays and make-up days: the years announced, and the one after them as a guess."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import chinese_calendar
import holidays

from core.models import WorkingDay
from core.working_days import days_between

FIRST_YEAR = 2025
CHINESE_NAMES = {each.value: each.chinese for each in chinese_calendar.constants.Holiday}
GUESSED_YEARS = 1  # how many years after the last announced one are guessed


def seed_working_days() -> None:
    """Fill an empty calendar."""
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
