"""What a figure is made of, and how many figures are computed with one query per table."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db.models import Aggregate, Count, Model, Q, QuerySet, Sum

from core.periods import day_starts


@dataclass(frozen=True)
class Window:
    """The days [first, last], both inclusive, in local dates."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        return day_starts(self.first)

    @property
    def ends_before(self) -> datetime:
        return day_starts(self.last + timedelta(days=1))

    def holds(self, field: str) -> Q:
        """The condition that a date field lies in the window."""
        return Q(**{f"{field}__range": (self.first, self.last)})


@dataclass(frozen=True)
class Measure:
    """Rows of one table under a condition, and the number they make.

    `distinct_of` is the model whose rows are listed when the number counts different values of `field`.
    """

    model: type[Model]
    where: Q
    field: str = ""
    distinct_of: type[Model] | None = None

    @property
    def source(self) -> Hashable:
        """Measures of one source are read together."""
        return self.model

    def read(self, group: Mapping[str, Measure], rows: Any = None) -> dict[str, int | Decimal]:
        """The numbers of measures that share a source, by key, in one query, or from `rows` read before."""
        aggregates = {key: measure.aggregate() for key, measure in group.items()}
        return self.model._default_manager.aggregate(**aggregates)

    def aggregate(self) -> Aggregate:
        if self.distinct_of:
            return Count(self.field, filter=self.where, distinct=True)
        if self.field:
            return Sum(self.field, filter=self.where, default=0)
        return Count("pk", filter=self.where)

    def rows(self) -> QuerySet[Model]:
        """Exactly the records behind the number."""
        rows = self.model._default_manager.filter(self.where)
        if self.distinct_of:
            return self.distinct_of._default_manager.filter(pk__in=rows.values(self.field))
        return rows


def count(model: type[Model], where: Q) -> Measure:
    return Measure(model, where)


def total(model: type[Model], where: Q, field: str) -> Measure:
    return Measure(model, where, field)


def distinct(model: type[Model], where: Q, field: str, of: type[Model]) -> Measure:
    return Measure(model, where, field, of)


class Topic(Enum):
    """The headings figures stand under on the dashboard, in order."""

    RESOURCES = "资源清单"
    DEMANDS = "需求账单"
    ORGANISATION = "组织联建"
    ACTIVITY = "活动联办"
    TALENT = "人才联育"
    WORK = "工作联抓"
    RESULT = "成效"


@dataclass(frozen=True)
class Figure:
    """One named number: its words, and the function that measures it over a window."""

    key: str
    label: str
    unit: str
    topic: Topic
    measure: Callable[[Window], Measure]

    @property
    def definition(self) -> str:
        """What counts and what does not, in the words of the function's docstring."""
        return " ".join((self.measure.__doc__ or "").split())


class Register:
    """An ordered list of figures, filled by decorating their functions."""

    def __init__(self) -> None:
        self.figures: dict[str, Figure] = {}

    def figure(
        self, label: str, unit: str, topic: Topic
    ) -> Callable[[Callable[[Window], Measure]], Callable[[Window], Measure]]:
        """Register the decorated function under its own name as key."""

        def add(measure: Callable[[Window], Measure]) -> Callable[[Window], Measure]:
            self.figures[measure.__name__] = Figure(measure.__name__, label, unit, topic, measure)
            return measure

        return add


def values(
    figures: Iterable[Figure], window: Window, known: Mapping[Hashable, Any] | None = None
) -> dict[str, int | Decimal]:
    """key → number for every figure, with one query per source however many figures there are.

    Args:
        known: rows of sources that were read before.
    """
    wanted = {figure.key: figure.measure(window) for figure in figures}
    found: dict[str, int | Decimal] = {}
    for source, first in {measure.source: measure for measure in wanted.values()}.items():
        group = {key: each for key, each in wanted.items() if each.source == source}
        found |= first.read(group, (known or {}).get(source))
    return {key: whole(found[key]) for key in wanted}


def whole(number: int | Decimal) -> int | Decimal:
    """A decimal without a fraction as an int, so that 61800.00 prints as 61800."""
    return int(number) if number == int(number) else number
