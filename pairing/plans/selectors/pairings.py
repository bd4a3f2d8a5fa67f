"""Reads of pairings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse

from branches.models import Branch, User
from ledgers.enums import DemandState
from ledgers.models import Demand, Resource
from pairing.plans.enums import CLAIM_PENDING, PLAN_ORDER_LIVE, AgreementState, PairingKind
from pairing.plans.models import Agreement, Claim, Pairing, PlanOrder

BRIEF = 5  # rows of each list on the pairing's page


def pairing_active_between(first: int, second: int) -> Pairing | None:
    """The running pairing of two branches for a term, whichever is 甲方."""
    return Pairing.objects.active().between(first, second).select_related("branch_a", "branch_b").first()


def pairing_rows(user: User, *, on: date) -> QuerySet[Pairing]:
    """Every pairing the person may see, with its agreement and what is going on in it."""
    live = Q(plan_orders__state__in=PLAN_ORDER_LIVE)
    agreements = Agreement.objects.filter(state=AgreementState.IN_FORCE)
    return (
        Pairing.objects.visible_to(user)
        .filter(kind=PairingKind.TERM)
        .select_related("branch_a", "branch_b")
        .prefetch_related(Prefetch("agreements", agreements, to_attr="in_force"))
        .annotate(
            live_order_count=Count("plan_orders", filter=live, distinct=True),
            overdue_order_count=Count(
                "plan_orders", filter=live & Q(plan_orders__due_on__lt=on), distinct=True
            ),
            pending_claim_count=Count("claims", filter=Q(claims__state__in=CLAIM_PENDING), distinct=True),
        )
        .order_by("state", "branch_a__serial", "branch_a__name_key", "pk")
    )


@dataclass(frozen=True)
class Side:
    """One branch of a pairing with the top of its two ledgers, as far as the other side sees them."""

    branch: Branch
    liaison: str
    resources: list[Resource]
    resource_count: int
    demands: list[Demand]
    demand_count: int


@dataclass(frozen=True)
class PairingPage:
    """Everything the page of one pairing shows."""

    sides: list[Side]
    agreements: list[Agreement]
    orders: list[PlanOrder]
    order_count: int
    orders_url: str
    claims: list[Claim]


def pairing_page(pairing: Pairing) -> PairingPage:
    """Read the page of one pairing, in the same number of queries whatever its size."""
    both = (pairing.branch_a_id, pairing.branch_b_id)
    demands = list(
        Demand.objects.filter(branch__in=both, state=DemandState.OPEN).order_by("-urgency", "deadline_on")
    )
    resources = list(Resource.objects.published().filter(branch__in=both).order_by("kind", "serial"))
    orders = list(pairing.plan_orders.select_related("demand").order_by("-number"))
    orders.sort(key=lambda order: not order.is_live)  # what is going on comes first
    claims = pairing.claims.pending().select_related("demand", "resource", "proposed_by", "awaiting")
    return PairingPage(
        sides=[
            _side(pairing.branch_a, pairing.liaison_a, resources, demands),
            _side(pairing.branch_b, pairing.liaison_b, resources, demands),
        ],
        agreements=list(pairing.agreements.all()),
        orders=orders[: 2 * BRIEF],
        order_count=len(orders),
        orders_url=f"{reverse('plan_order_list')}?pairing={pairing.pk}",
        claims=list(claims),
    )


def _side(branch: Branch, liaison: str, resources: list[Resource], demands: list[Demand]) -> Side:
    own_resources = [row for row in resources if row.branch_id == branch.pk]
    own_demands = [row for row in demands if row.branch_id == branch.pk]
    return Side(
        branch=branch,
        liaison=liaison or branch.liaison_name,
        resources=own_resources[:BRIEF],
        resource_count=len(own_resources),
        demands=own_demands[:BRIEF],
        demand_count=len(own_demands),
    )
