"""Reads of the 认领大厅."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from branches.models import User
from core.working_days import working_days_between
from ledgers.models import Demand, Resource
from pairing.plans.selectors.parts import DemandParts, demand_parts


@dataclass(frozen=True)
class Waiting:
    """A demand on its way to the hall; `days` working days are left to its pair, today not counted."""

    demand: Demand
    days: int


def hall_rows(user: User, *, on: date) -> QuerySet[Demand]:
    """What stands in the hall, most urgent and longest there first; nothing for a person without a seat."""
    rows = Demand.objects.in_hall(on=on).select_related("branch", "aspect")
    if not (user.branch_ids or user.sees_county):
        rows = rows.none()
    return rows.order_by("-urgency", "hall_on", "pk")


def hall_upcoming(user: User, *, on: date) -> QuerySet[Demand]:
    """The open demands this person sees that are not in the hall yet, soonest first."""
    rows = Demand.objects.open().visible_to(user).filter(hall_on__gt=on)
    return rows.select_related("branch", "aspect").order_by("hall_on", "pk")


def hall_waiting(demands: Iterable[Demand], *, on: date) -> list[Waiting]:
    """Demands on their way to the hall, each with the days that are left."""
    opening = [(demand, demand.hall_on or on) for demand in demands]
    days = working_days_between(on, max((opens for _, opens in opening), default=on))
    return [Waiting(demand, sum(on < day <= opens for day in days)) for demand, opens in opening]


@dataclass(frozen=True)
class HallPage:
    """One demand of the hall: what of it is left, and what this person's branches could bring."""

    demand: Demand
    parts: DemandParts
    own: list[Resource]
    is_in_hall: bool


def hall_page(demand: Demand, user: User, *, on: date) -> HallPage:
    own = Resource.objects.published().valid(on=on).filter(branch__in=user.staff_branch_ids)
    offers = own.exclude(branch=demand.branch_id).select_related("branch").order_by("branch", "serial")
    return HallPage(demand, demand_parts(demand), list(offers), demand.is_in_hall(on))
