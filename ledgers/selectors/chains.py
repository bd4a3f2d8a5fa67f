"""需求 → 认领 → 定单 → 活动 → 销号: what became of a demand, and what a resource was used for.

Claims, orders and activities sit in layers above; only their relation names are used here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch

from branches.models import User
from core.wording import short_date
from ledgers.enums import DemandState
from ledgers.models import Demand, Resource

STAGES = ("提出需求", "双方认领", "计划定单", "联办活动", "验收销号")
CONFIRMED = frozenset({"confirmed", "in_progress", "awaiting_acceptance", "completed"})
REACHED = {  # the stage a demand stands at; 5 is past the last, -1 is off the road
    DemandState.DRAFT: 0,
    DemandState.OPEN: 1,
    DemandState.CLAIMED: 1,
    DemandState.RETURNED: 0,
    DemandState.SUSPENDED: 1,
    DemandState.IN_PROGRESS: 2,
    DemandState.AWAITING_ACCEPTANCE: 4,
    DemandState.CLOSED: 5,
    DemandState.WITHDRAWN: -1,
}


@dataclass(frozen=True)
class Chain:
    """The claims and orders of one demand or resource, as far as the reader may see them, oldest first."""

    claims: list[Any]
    orders: list[Any]
    steps: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.claims or self.orders)

    @property
    def loose_claims(self) -> list[Any]:
        """Claims that no visible order came of."""
        ordered = {order.claim_id for order in self.orders}
        return [claim for claim in self.claims if claim.pk not in ordered]


def demand_chain(demand: Demand, user: User) -> Chain:
    """What became of a demand, with the five steps of its road."""
    chain = _chain(demand, user, "resource__branch")
    return Chain(chain.claims, chain.orders, _steps(demand, chain))


def visits_left(demand: Demand) -> int | None:
    """Visits that nobody has promised yet, ≥ 0; None of a demand that does not say how many it wants."""
    if demand.visits_wanted is None:
        return None
    related: Any = demand
    parts = (related.claims.undecided(), related.plan_orders.exclude(state="cancelled"))
    claimed, ordered = (rows.order_by().values_list("visit_count", flat=True) for rows in parts)
    return max(demand.visits_wanted - sum(claimed.union(ordered, all=True)), 0)


def resource_use(resource: Resource, user: User) -> Chain:
    """The demands a resource was claimed for and served."""
    return _chain(resource, user, "demand__branch")


def _chain(row: Any, user: User, other: str) -> Chain:
    claims = row.claims.visible_to(user).with_office_steps().select_related(other, "proposed_by", "awaiting")
    orders = row.plan_orders.visible_to(user).with_office_steps().select_related(other, "claim__proposed_by")
    activities = Prefetch(
        "activities",
        queryset=_activities(row).prefetch_related("outcomes__metric").order_by("starts_at", "pk"),
        to_attr="shown_activities",
    )
    return Chain(
        list(claims.order_by("created_at", "pk")),
        list(orders.prefetch_related(activities).order_by("number")),
    )


def _activities(row: Any) -> Any:
    order = row._meta.get_field("plan_orders").related_model
    return order._meta.get_field("activities").related_model._default_manager.all()


def _steps(demand: Demand, chain: Chain) -> list[dict[str, Any]]:
    reached = REACHED[DemandState(demand.state)]
    if reached == 2 and any(order.state in CONFIRMED for order in chain.orders):
        reached = 3
    closed = short_date(demand.closed_on) if demand.closed_on else ""
    notes = [short_date(demand.raised_on), *_notes(chain), closed]
    return [
        {"label": label, "state": _step_state(position, reached), "note": note}
        for position, (label, note) in enumerate(zip(STAGES, notes, strict=True))
    ]


def _step_state(position: int, reached: int) -> str:
    if position == reached:
        return "current"
    return "done" if position < max(reached, 1) else "todo"


def _notes(chain: Chain) -> list[str]:
    """A few words below 认领, 定单 and 活动."""
    activities = [activity for order in chain.orders for activity in order.shown_activities]
    held = sum(activity.state == "archived" for activity in activities)
    claim = chain.claims[-1].get_state_display() if chain.claims else ""
    return [
        claim,
        chain.orders[-1].number if chain.orders else "",
        f"{held} / {len(activities)} 场" if activities else "",
    ]
