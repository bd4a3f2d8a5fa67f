"""Calendar months and the window in which a need can be served."""

from datetime import date, timedelta

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


def need_window(problem: MatchProblem, need: Need) -> tuple[date, date]:
    """Return the closed range in which the need can be served.

    An overdue need is still owed: its window is what is left of the current month. Nothing reaches beyond the
    horizon, and a need raised for a later day starts on that day.
    """
    last = add_months(first_of_month(problem.as_of), max(problem.horizon_months, 1)) - timedelta(days=1)
    start = min(max(problem.as_of, need.raised_on or problem.as_of), last)
    month_end = add_months(first_of_month(start), 1) - timedelta(days=1)
    end = last if need.deadline is None else min(need.deadline, last)
    return start, (end if end >= start else month_end)
