"""Reads of pairings."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce

from branches.models import User
from pairing.plans.enums import AgreementState, PairingKind, PairingState
from pairing.plans.models import Agreement, Claim, Pairing, PlanOrder


def pairing_active_between(first: int, second: int) -> Pairing | None:
    """The running pairing of two branches for a term, whichever is 甲方."""
    return Pairing.objects.active().between(first, second).select_related("branch_a", "branch_b").first()


def pairing_rows(user: User, state: PairingState, *, on: date) -> QuerySet[Pairing]:
    """The pairings of one state that the person may see, with agreement and what is going on in them.

    What goes on is counted for the rows of a page only, each by itself.
    """
    live, pending = PlanOrder.objects.live(), Claim.objects.pending()
    agreements = Agreement.objects.filter(state=AgreementState.IN_FORCE)
    return (
        _of_terms(user)
        .filter(state=state)
        .select_related("branch_a", "branch_b")
        .prefetch_related(Prefetch("agreements", agreements, to_attr="in_force"))
        .annotate(
            live_order_count=_count(live),
            overdue_order_count=_count(live.filter(due_on__lt=on)),
            pending_claim_count=_count(pending),
        )
        .order_by("branch_a__serial", "branch_a__name_key", "pk")
    )


def pairing_counts(user: User) -> Counter[str]:
    """How many pairings of each state the person may see."""
    return Counter(dict(_of_terms(user).order_by().values_list("state").annotate(n=Count("pk"))))


def _of_terms(user: User) -> QuerySet[Pairing]:
    return Pairing.objects.visible_to(user).filter(kind=PairingKind.TERM)


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.filter(pairing=OuterRef("pk")).order_by().values("pairing").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)
