"""Closed demands with what became of them, as the 销号台账 lists them."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from branches.models import User
from ledgers.enums import DemandState
from ledgers.models import Demand
from pairing.activities.models import Activity, Outcome
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import PlanOrder
from pairing.plans.selectors.on_behalf import ON_BEHALF


def closure_rows(rows: QuerySet[Demand], user: User) -> QuerySet[Demand]:
    """The closed ones of `rows`, each with the `shown_orders`, activities and results its reader may see."""
    outcomes = Prefetch(
        "outcomes", Outcome.objects.select_related("metric").order_by("position"), to_attr="shown_outcomes"
    )
    held = Activity.objects.visible_to(user).held().order_by("starts_at", "pk")
    activities = Prefetch("activities", held.prefetch_related(outcomes), to_attr="shown_activities")
    orders = PlanOrder.objects.visible_to(user).exclude(state=PlanOrderState.CANCELLED)
    orders = orders.select_related("resource__branch", "claim").order_by("number")
    orders = orders.prefetch_related(activities, *ON_BEHALF)
    closed = rows.filter(state=DemandState.CLOSED)
    return closed.prefetch_related(Prefetch("plan_orders", orders, to_attr="shown_orders"))
