"""Reads of pairings."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from branches.models import User
from pairing.plans.enums import CLAIM_PENDING, PLAN_ORDER_LIVE, AgreementState, PairingKind
from pairing.plans.models import Agreement, Pairing


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
