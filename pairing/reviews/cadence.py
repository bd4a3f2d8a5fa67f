"""Which reviews a term owes: plain calendar arithmetic, no database.

The written rule of 应开:

* a review is owed once for each calendar month (沟通), quarter (调度) or year (研讨) of the term;
* a period that the term covers only in part, at its beginning or its end, counts when the term covers at
  least half of the period's days (a term from 16 January owes January, one from 17 January does not);
* a review is due on the last day of its period, or on the last day of the term when that comes first.

应开 as of a day are the obligations due by that day, 实开 those held by that day, however early or late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.periods import Period, period_of, periods_between


@dataclass(frozen=True, order=True)
class Obligation:
    """One review owed for one period of a term."""

    due_on: date
    period: Period


def obligations(unit: str, starts_on: date, ends_on: date | None, through: date) -> Iterator[Obligation]:
    """Give what a term owes, in order, for every period that begins by `through`.

    Args:
        unit: month, quarter or year.
        starts_on: first day of the term.
        ends_on: last day of the term, inclusive; None for a term without end.
        through: how far to look; it never shortens the term itself.
    """
    last = through if ends_on is None else min(ends_on, through)
    for period in periods_between(unit, starts_on, last):
        if is_owed(period, starts_on, ends_on):
            yield Obligation(last_day(period, ends_on), period)


def is_owed(period: Period, starts_on: date, ends_on: date | None) -> bool:
    """Say whether the term covers at least half of the period's days."""
    covered = (last_day(period, ends_on) - max(period.starts_on, starts_on)).days + 1
    return 2 * covered >= (period.ends_before - period.starts_on).days


def horizon(unit: str, today: date) -> date:
    """Give how far ahead reviews are prepared: to the last day of the period after today's."""
    return period_of(unit, period_of(unit, today).ends_before).last_day


def last_day(period: Period, ends_on: date | None) -> date:
    """Give the day a review of the period is due: the period's last, or the term's when that comes first."""
    return period.last_day if ends_on is None else min(period.last_day, ends_on)
