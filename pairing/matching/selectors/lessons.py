"""What people decided about matches, as the engine learns from it."""

from __future__ import annotations

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet, Value

from ledgers.reading.lexicon import Lexicon
from pairing.matching.engine.affinity import likeliest_item
from pairing.matching.engine.learning import Learned, Lesson
from pairing.matching.selectors.weights import AGREED
from pairing.plans.enums import ClaimState
from pairing.plans.models import Claim, PlanOrder

DECISIONS = 1000  # the newest of each kind; older ones say little about today's words


def lessons_learned(lexicon: Lexicon) -> Learned:
    """The votes of past decisions, in one query: orders of both sides for, claims declined as unfit against.

    A decision speaks of the service items a person has named on the resource, or of the one its text is read
    as; a resource read as nothing teaches nothing. Who had no time says nothing about the match.
    """
    agreed = _decided(PlanOrder.objects.filter(state__in=AGREED, resource__isnull=False), accepted=True)
    declined = _decided(Claim.objects.filter(state=ClaimState.DECLINED, is_unfit=True), accepted=False)
    return Learned.of(
        Lesson(title, f"{description} {audience}", item, accepted)
        for title, description, audience, name, text, items, accepted in agreed.union(declined, all=True)
        for item in items or likeliest_item(lexicon, name, text)
    )


def _decided(rows: QuerySet, *, accepted: bool) -> QuerySet:
    """The newest DECISIONS of `rows`: what was asked, what was offered, whether it was taken."""
    named = ArrayAgg(
        "resource__items__name", filter=Q(resource__items__isnull=False), distinct=True, default=[]
    )
    newest = rows.annotate(items=named, accepted=Value(accepted)).order_by("-pk")
    return newest.values_list(
        *("demand__title", "demand__description", "demand__audience_text"),
        *("resource__title", "resource__description", "items", "accepted"),
    )[:DECISIONS]
