"""Calendar months and the window in which a need can be served, one by one and as arrays."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np

from pairing.matching.engine.problem import MatchProblem, Need


def first_of_month(day: date) -> date:
    """Return the first day of the month."""
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    """Return the first day of the month `count` months later."""
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)


def months_between(start: date, end: date) -> list[date]:
    """Return the first days of all months that the closed range touches."""
    count = (end.year - start.year) * 12 + end.month - start.month + 1
    return [add_months(start, i) for i in range(count)]


def day_in_words(day: date) -> str:
    """Write 2025年11月28日, as every page does."""
    return f"{day.year}年{day.month}月{day.day}日"


def need_window(problem: MatchProblem, need: Need) -> tuple[date, date]:
    """Return the closed range in which the need can be served.

    An overdue need is still owed: its window is what is left of the current month. Nothing reaches beyond the
    horizon, and a need raised for a later day starts on that day.
    """
    last = horizon_end(problem)
    start = min(max(problem.as_of, need.raised_on or problem.as_of), last)
    month_end = add_months(first_of_month(start), 1) - timedelta(days=1)
    end = last if need.deadline is None else min(need.deadline, last)
    return start, (end if end >= start else month_end)


def horizon(problem: MatchProblem) -> list[date]:
    """Return the first days of all months the plan may use; a month's index is its place in this list."""
    first = first_of_month(problem.as_of)
    return [add_months(first, i) for i in range(max(problem.horizon_months, 1))]


def window_months(problem: MatchProblem) -> tuple[np.ndarray, np.ndarray]:
    """Return the month indices in which the window of each need starts and ends – `need_window` as arrays."""
    today, end = problem.as_of.toordinal(), horizon_end(problem).toordinal()
    start = np.clip(ordinals([need.raised_on for need in problem.needs], today), today, end)
    until = np.minimum(ordinals([need.deadline for need in problem.needs], end), end)
    first = month_indices(problem, start)
    return first, np.where(until < start, first, month_indices(problem, until))


def ordinals(days: Iterable[date | None], missing: int) -> np.ndarray:
    """Return proleptic ordinals of days, `missing` where there is none."""
    return np.array([missing if day is None else day.toordinal() for day in days], dtype=np.int64)


def month_indices(problem: MatchProblem, days: np.ndarray) -> np.ndarray:
    """Return the month index of each day (an ordinal): −1 before the horizon, its length after it."""
    starts = [month.toordinal() for month in horizon(problem)]
    return np.searchsorted([*starts, horizon_end(problem).toordinal() + 1], days, side="right") - 1


def horizon_end(problem: MatchProblem) -> date:
    """Return the last day the plan may use."""
    months = max(problem.horizon_months, 1)
    return add_months(first_of_month(problem.as_of), months) - timedelta(days=1)
