"""Placing deadlines on working days."""

from __future__ import annotations

from datetime import date, timedelta

from core.working_days import working_days_between

LONGEST_HOLIDAY_DAYS = 20  # no run of days off, make-up days included, is longer
FURTHEST = timedelta(days=5 * 366)  # beyond it a deadline is a slip of the pen or "never", not a plan


def working_day_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`; count ≥ 1."""
    horizon = day + timedelta(days=2 * count + LONGEST_HOLIDAY_DAYS)
    return working_days_between(day + timedelta(days=1), horizon)[count - 1]


def working_day_from(day: date) -> date:
    """The first working day on or after `day`."""
    return working_day_after(day - timedelta(days=1), 1)


def spread(first: date, last: date, count: int) -> list[date]:
    """Give `count` working days of [first, last], evenly spaced, in order, the final one closest to `last`.

    A range without a working day gives `last` for all of them; one longer than FURTHEST is cut there.
    """
    days = working_days_between(first, min(last, first + FURTHEST)) or [last]
    return [days[-(-number * len(days) // count) - 1] for number in range(1, count + 1)]


def task_deadlines(today: date, due_on: date, visit_count: int, wanted_on: date | None) -> list[date]:
    """Give the deadlines of 准备, `visit_count` activities and 跟进, in order, within [today, due_on].

    When a day is wanted for the first activity, the preparation is due by then and nothing after it earlier.
    """
    days = spread(today, due_on, visit_count + 2)
    if wanted_on is None:
        return days
    wanted = min(working_day_from(max(wanted_on, today)), days[-1])
    return [min(days[0], wanted), wanted, *(max(day, wanted) for day in days[2:])]
