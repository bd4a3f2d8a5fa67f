"""How much of a resource's month is promised, as part of a query over resources."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from core.periods import period_of
from pairing.plans.models import Claim, PlanOrder


def visits_promised(day: date) -> Combinable:
    """The visits that claims and orders hold of a resource in the month of `day`, as capacity is counted."""
    return _visits(Claim.objects.holding_capacity(), day) + _visits(PlanOrder.objects.holding_capacity(), day)


def _visits(rows: QuerySet[Any], day: date) -> Combinable:
    month = period_of("month", day)
    rows = rows.filter(resource=OuterRef("pk"), day__gte=month.starts_on, day__lt=month.ends_before)
    total = rows.order_by().values("resource").annotate(visits=Sum("visit_count")).values("visits")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)
