"""Calendar periods in local dates: months, quarters, years, as keys and half-open ranges."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.utils import timezone

YEARS = range(1901, 2101)  # a date outside is a typing error
MONTHS_PER = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """The half-open range [starts_on, ends_before) with its key: `2026-03`, `2026Q1` or `2026`."""

    starts_on: date
    ends_before: date
    key: str

    @property
    def last_day(self) -> date:
        return self.ends_before - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_before

    @property
    def label(self) -> str:
        return label_of(self.key)


def label_of(key: str) -> str:
    """A period's key as an office writes it: 2026年3月, 2026年第1季度, 2026年."""
    if "Q" in key:
        year, quarter = key.split("Q")
        return f"{year}年第{quarter}季度"
    year, _, month = key.partition("-")
    return f"{year}年{int(month)}月" if month else f"{year}年"


def period_of(unit: str, day: date) -> Period:
    """The period of `unit` (month, quarter, year) that holds `day`."""
    months = MONTHS_PER[unit]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    key = {
        "month": f"{start:%Y-%m}",
        "quarter": f"{start.year}Q{(start.month + 2) // 3}",
        "year": f"{start.year}",
    }[unit]
    return Period(start, start + relativedelta(months=months), key)


def periods_between(unit: str, first: date, last: date) -> Iterator[Period]:
    """Every period of `unit` that shares a day with [first, last], both inclusive."""
    period = period_of(unit, first)
    while period.starts_on <= last:
        yield period
        period = period_of(unit, period.ends_before)


def day_starts(day: date) -> datetime:
    """The instant at which a local day begins. A column of instants compared with it can be looked up in an
    index; compared with the day itself it is turned into local time row by row."""
    return timezone.make_aware(datetime.combine(day, time.min))


def day_ends(day: date) -> datetime:
    """The last instant of a local day, to the microsecond that the database keeps."""
    return timezone.make_aware(datetime.combine(day, time.max))


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
