"""Orders laid out over time: one bar each, from beginning to deadline, with its tasks as marks.

Lengths and places are percent of the span shown, so that the page needs no script and no style of its own.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from core.periods import day_starts
from pairing.plans.models import PlanOrder, PlanTask

MONTHS = 4
DEPTH = 60  # orders one page shows


@dataclass(frozen=True)
class Mark:
    """One task: where its deadline stands, in percent, and whether it is done."""

    at: float
    title: str
    is_done: bool


@dataclass(frozen=True)
class Bar:
    """One order: `start` and `width` in percent of the span; `tone` is late, done or under way."""

    order: PlanOrder
    start: float
    width: float
    tone: str
    marks: list[Mark]


@dataclass(frozen=True)
class Month:
    """One month of the head: its name, where it begins and how wide it is, in percent."""

    label: str
    start: float
    width: float


@dataclass(frozen=True)
class Gantt:
    """The chart of one span of MONTHS months; `today` is None when it lies outside."""

    months: list[Month]
    bars: list[Bar]
    today: float | None
    count: int
    before: date
    after: date


def plan_order_gantt(rows: QuerySet[PlanOrder], *, first: date, today: date) -> Gantt:
    """Lay out the orders that touch the MONTHS months from the month of `first`, in two queries."""
    starts = [_month(first, n) for n in range(MONTHS + 1)]
    span = (starts[0], starts[-1])
    # One from a workbook was due, or over, before it came into the system.
    is_known = Q(created_at__lt=day_starts(span[1])) | Q(due_on__lt=span[1]) | Q(completed_on__lt=span[1])
    begun = is_known & (Q(wanted_on=None) | Q(wanted_on__lt=span[1]))
    open_end = Q(completed_on=None, due_on__gte=span[0]) | Q(completed_on__gte=span[0])
    shown = rows.filter(begun & open_end).exclude(state="cancelled").order_by("due_on", "pk")
    tasks = Prefetch("tasks", PlanTask.objects.order_by("position"))
    return Gantt(
        months=[
            Month(f"{day.month}月", _at(day, span), _at(after, span) - _at(day, span))
            for day, after in itertools.pairwise(starts)
        ],
        bars=[_bar(order, span, today) for order in shown.prefetch_related(tasks)[:DEPTH]],
        today=_at(today, span) if span[0] <= today < span[1] else None,
        count=shown.count(),
        before=_month(first, -MONTHS),
        after=starts[-1],
    )


def _month(day: date, n: int) -> date:
    """The first day of the month `n` months after that of `day`."""
    whole = day.year * 12 + day.month - 1 + n
    return date(whole // 12, whole % 12 + 1, 1)


def _at(day: date, span: tuple[date, date]) -> float:
    """Where a day stands in the span, in percent, 0 to 100."""
    share = (day - span[0]).days / (span[1] - span[0]).days
    return round(100 * min(max(share, 0), 1), 2)


def _bar(order: PlanOrder, span: tuple[date, date], today: date) -> Bar:
    begin = min(timezone.localdate(order.created_at), order.due_on)
    end = order.completed_on or order.due_on
    start = _at(min(begin, end), span)
    is_late = order.is_live and order.due_on < today
    marks = [
        Mark(_at(task.due_on, span), task.title, task.done_on is not None)
        for task in order.tasks.all()
        if span[0] <= task.due_on < span[1]
    ]
    tone = "late" if is_late else "under-way" if order.is_live else "done"
    return Bar(order, start, max(_at(end, span) - start, 1), tone, marks)
