"""What people decided about matches, as the engine learns from it."""

from __future__ import annotations

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Value

from pairing.matching.engine.learning import Learned, Lesson
from pairing.matching.selectors.weights import AGREED
from pairing.plans.enums import ClaimState
from pairing.plans.models import Claim, PlanOrder

DECISIONS = 1000  # the newest of each kind; older ones say little about today's words


def lessons_learned() -> Learned:
    """The votes of past decisions, in one query: orders of both sides for, declined claims against.

    Only a resource whose service items a person has named teaches anything.
    """
    agreed = _decided(PlanOrder.objects.filter(state__in=AGREED, resource__isnull=False), accepted=True)
    declined = _decided(Claim.objects.filter(state=ClaimState.DECLINED), accepted=False)
    return Learned.of(
        Lesson(title, f"{description} {audience}", item, accepted)
        for title, description, audience, items, accepted in agreed.union(declined, all=True)
        for item in items
    )


def _decided(rows: QuerySet, *, accepted: bool) -> QuerySet:
    """The newest DECISIONS of `rows`: what was asked, the items of the offer, whether it was taken."""
    named = ArrayAgg(
        "resource__items__name", filter=Q(resource__items__isnull=False), distinct=True, default=[]
    )
    newest = rows.annotate(items=named, accepted=Value(accepted)).exclude(items=[]).order_by("-pk")
    return newest.values_list(
        "demand__title", "demand__description", "demand__audience_text", "items", "accepted"
    )[:DECISIONS]
