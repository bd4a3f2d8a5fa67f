"""The first day on which an activity can have been held: a wrong year would stay on record for good."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from core.errors import DomainError
from core.wording import cn_date
from pairing.plans.models import Pairing, PlanOrder


def refuse_too_early(
    starts_at: datetime, *, pairing: Pairing, order: PlanOrder | None = None, field: str
) -> None:
    """Refuse a day before the pairing began or, for an activity of an order, before its demand was raised.

    Raises:
        DomainError: at `field`, naming the first day there is.
    """
    day, first, event = timezone.localdate(starts_at), pairing.starts_on, "双方结对"
    if order is not None and order.demand.raised_on > first:
        first, event = order.demand.raised_on, "定单的需求提出"
    if day < first:
        raise DomainError(f"{cn_date(day)}早于{event}的日子（{cn_date(first)}），请核对年份。", field=field)
