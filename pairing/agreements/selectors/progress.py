"""How far each countable clause is kept, period by period; two queries whatever the size of the pair.

The written rule: an activity counts on its local day once it is archived, a review or a visit on the day it
was held, an order on the day it was completed. A first or last period that the term covers by less than half
owes nothing, as with reviews; what happens in it is still counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, BooleanField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, TruncDate

from core.periods import period_of, periods_between
from pairing.activities.models import Activity
from pairing.agreements.enums import ClauseKind, ClausePeriod
from pairing.agreements.models import AgreementClause
from pairing.plans.enums import AgreementState, PlanOrderState
from pairing.plans.models import Agreement, PlanOrder
from pairing.reviews.cadence import is_owed
from pairing.reviews.enums import HeldBy, ReviewState
from pairing.reviews.models import Review


@dataclass(frozen=True)
class Span:
    """One period of a clause: how many of `target` were done in it."""

    label: str
    first: date
    last: date
    count: int
    target: int
    is_owed: bool

    @property
    def is_kept(self) -> bool:
        return self.count >= self.target


@dataclass(frozen=True)
class Progress:
    """One clause with its running period and those before it, latest first."""

    clause: AgreementClause
    current: Span | None
    past: list[Span]

    @property
    def owed_count(self) -> int:
        return sum(span.is_owed for span in self.past)

    @property
    def kept_count(self) -> int:
        return sum(span.is_owed and span.is_kept for span in self.past)

    @property
    def missed(self) -> list[Span]:
        return [span for span in self.past if span.is_owed and not span.is_kept]


@dataclass(frozen=True)
class Fact:
    """One thing done on a day; the keys of every clause it counts for."""

    day: date
    keys: frozenset[tuple[str, int | None]]


def agreement_running(agreements: Iterable[Agreement], *, on: date) -> Agreement | None:
    """The agreement whose clauses count on a day: the one whose term holds it, else the one in force."""
    rows = [row for row in agreements if row.state in (AgreementState.IN_FORCE, AgreementState.RENEWED)]
    covering = [row for row in rows if row.starts_on <= on and (row.ends_on is None or on <= row.ends_on)]
    in_force = [row for row in rows if row.is_in_force]
    return max(covering, key=lambda row: row.starts_on, default=None) or next(iter(in_force), None)


def agreement_progress(agreement: Agreement, *, on: date) -> list[Progress]:
    """Every clause of an agreement in order, counted up to and including the day `on`."""
    clauses = list(agreement.clauses.current())
    if not any(clause.kind for clause in clauses):
        return [Progress(clause, None, []) for clause in clauses]
    facts = list(_facts(agreement, on))
    return [_progress(clause, agreement, facts, on) for clause in clauses]


def _progress(clause: AgreementClause, agreement: Agreement, facts: list[Fact], on: date) -> Progress:
    if not clause.kind:
        return Progress(clause, None, [])
    key = (clause.kind, clause.activity_kind_id or clause.aspect_id)
    days = [fact.day for fact in facts if key in fact.keys]
    spans = [
        Span(label, first, last, sum(first <= day <= last for day in days), clause.target or 0, owed)
        for label, first, last, owed in _spans(clause, agreement, on)
    ]
    current = [span for span in spans if span.last >= on]
    past = [span for span in reversed(spans) if span.last < on]
    return Progress(clause, current[0] if current else None, past)


def _spans(clause: AgreementClause, agreement: Agreement, on: date) -> Iterable[tuple[str, date, date, bool]]:
    """The periods of the term that have begun by the day: label, first and last day, whether owed."""
    starts_on, ends_on = agreement.starts_on, agreement.ends_on
    if clause.period == ClausePeriod.TERM:
        if starts_on <= on:
            yield "期内", starts_on, ends_on or date.max, True
        return
    for period in periods_between(clause.period, starts_on, min(on, ends_on or on)):
        first = max(period.starts_on, starts_on)
        last = period.last_day if ends_on is None else min(period.last_day, ends_on)
        owed = is_owed(period, starts_on, ends_on)
        yield period_of(clause.period, first).label, first, last, owed


def _facts(agreement: Agreement, on: date) -> Iterator[Fact]:
    """Everything done in the term up to a day, from three tables in one query."""
    pairing, days = agreement.pairing_id, (agreement.starts_on, on)
    activities = Activity.objects.held().filter(pairing=pairing).between(*days)
    reviews = Review.objects.exclude(state=ReviewState.DUE).filter(
        series__pairing=pairing, held_on__range=days
    )
    orders = PlanOrder.objects.filter(
        pairing=pairing, state=PlanOrderState.COMPLETED, completed_on__range=days
    )
    rows = _columns(
        activities,
        TruncDate("starts_at"),
        Value(ClauseKind.ACTIVITY.value),
        F("kind"),
        F("kind__is_volunteer_service"),
    ).union(
        _columns(reviews, F("held_on"), F("series__kind"), None, Q(held_by=HeldBy.VISIT)),
        _columns(orders, F("completed_on"), Value(ClauseKind.ORDER.value), F("demand__aspect"), None),
        all=True,
    )
    for day, kind, row, is_special in rows:
        yield Fact(day, frozenset(_keys(kind, row, is_special)))


def _keys(kind: str, row: int | None, is_special: bool) -> Iterator[tuple[str, int | None]]:
    """What one thing counts as. The kinds of a review carry the same words as the kinds of a clause."""
    yield kind, None
    if row is not None:
        yield kind, row
    if is_special:
        yield ClauseKind.VOLUNTEER if kind == ClauseKind.ACTIVITY else ClauseKind.VISIT, None


def _columns(
    rows: QuerySet[Any], day: Any, kind: Any, row: F | None, is_special: Any
) -> QuerySet[Any, tuple[date, str, int | None, bool]]:
    """The day, the kind, the row of a dictionary that narrows it, and whether it counts twice."""
    nothing = Value(None, output_field=BigIntegerField())
    return (
        rows.order_by()
        .annotate(
            fact_day=day,
            fact_kind=Cast(kind, TextField()),
            fact_row=Cast(row or nothing, BigIntegerField()),
            fact_special=Cast(Value(False) if is_special is None else is_special, BooleanField()),
        )
        .values_list("fact_day", "fact_kind", "fact_row", "fact_special")
    )
