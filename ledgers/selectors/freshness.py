"""Which resources of a person's branches wait for somebody to say that they still stand."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from branches.models import User
from core.periods import period_of
from ledgers.models import Resource


def to_answer(branch_ids: frozenset[int], *, today: date) -> QuerySet[Resource]:
    """Usable resources that were not confirmed this quarter, and those whose validity is over."""
    unconfirmed = Q(confirmed_on__lt=period_of("quarter", today).starts_on)
    return _of(branch_ids).filter(unconfirmed | Q(valid_to__lt=today))


def confirmation_round(user: User, *, today: date) -> list[Any]:
    """The rows of `to_answer` and those that run out this quarter, in one query, those to confirm first.

    Each has `expired`, `expiring`, `to_confirm` and `left`: whether it has left the matching.
    """
    quarter = period_of("quarter", today)
    due = Q(confirmed_on__lt=quarter.starts_on) | Q(valid_to__lt=quarter.ends_before)
    rows = _of(user.staff_branch_ids).filter(due).select_related("branch")
    is_expired = Case(When(valid_to__lt=today, then=Value(True)), default=False, output_field=BooleanField())
    found: list[Any] = list(
        rows.annotate(expired=is_expired).order_by("expired", "confirmed_on", "branch_id", "serial")
    )
    for row in found:
        row.to_confirm = not row.expired and row.confirmed_on < quarter.starts_on
        row.expiring = not row.expired and row.valid_to is not None and row.valid_to < quarter.ends_before
        row.left = row.expired or row.is_unconfirmed(today)
    return found


def _of(branch_ids: frozenset[int]) -> QuerySet[Resource]:
    return Resource.objects.published().filter(branch__in=branch_ids)
