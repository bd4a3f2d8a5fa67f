"""What people decided about matches, as the engine learns from it."""

from __future__ import annotations

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from pairing.matching.engine.learning import Learned, Lesson
from pairing.matching.selectors.weights import AGREED
from pairing.plans.enums import ClaimState
from pairing.plans.models import Claim, PlanOrder

DECISIONS = 1000  # the newest of each kind; older ones say little about today's words


def lessons_learned() -> Learned:
    """The votes of past decisions, in two queries: orders of both sides for, declined claims against.

    Only a resource whose service items a person has named teaches anything.
    """
    agreed = PlanOrder.objects.filter(state__in=AGREED, resource__isnull=False)
    declined = Claim.objects.filter(state=ClaimState.DECLINED)
    return Learned.of([*_lessons(agreed, accepted=True), *_lessons(declined, accepted=False)])


def _lessons(decided: QuerySet, *, accepted: bool) -> list[Lesson]:
    named = ArrayAgg(
        "resource__items__name", filter=Q(resource__items__isnull=False), distinct=True, default=[]
    )
    rows = (
        decided.annotate(items=named)
        .exclude(items=[])
        .order_by("-pk")
        .values_list("demand__title", "demand__description", "demand__audience_text", "items")
    )
    return [
        Lesson(title, f"{description} {audience}", item, accepted)
        for title, description, audience, items in rows[:DECISIONS]
        for item in items
    ]
