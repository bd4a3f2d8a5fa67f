"""Reads of claims, and what is left of a resource's monthly capacity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from branches.models import User
from core.periods import period_of
from ledgers.models import Resource
from pairing.plans.enums import CLAIM_PENDING
from pairing.plans.models import Claim


def resource_capacity_left(resource: Resource, day: date, *, besides: Claim | None = None) -> int | None:
    """How many more visits the resource can promise in the month of `day`; None when there is no limit.

    What is promised already: see `ClaimQuerySet.holding_capacity`.
    """
    if resource.capacity_per_month is None:
        return None
    month = period_of("month", day)
    claims = Claim.objects.holding_capacity().filter(
        resource=resource, day__gte=month.starts_on, day__lt=month.ends_before
    )
    if besides is not None:
        claims = claims.exclude(pk=besides.pk)
    held = claims.aggregate(visits=Sum("visit_count"))["visits"] or 0
    return resource.capacity_per_month - held


@dataclass(frozen=True)
class ClaimInbox:
    """The claims of one person: waiting for their answer, waiting for the other side, and decided."""

    to_answer: list[Claim]
    waiting: list[Claim]
    history: QuerySet[Claim]


def claim_rows(user: User) -> QuerySet[Claim]:
    """Every claim the person may see, with what a row shows."""
    return Claim.objects.visible_to(user).select_related(
        "pairing__branch_a",
        "pairing__branch_b",
        "demand__branch",
        "resource__branch",
        "proposed_by",
        "awaiting",
        "proposer",
        "plan_order",
    )


def claim_inbox(user: User) -> ClaimInbox:
    """Split the visible claims by whose turn it is; county seats see every pending one as waiting."""
    rows = claim_rows(user)
    pending = list(rows.filter(state__in=CLAIM_PENDING).order_by("expires_on", "pk"))
    mine = user.branch_ids
    return ClaimInbox(
        to_answer=[claim for claim in pending if claim.awaiting_id in mine],
        waiting=[claim for claim in pending if claim.awaiting_id not in mine],
        history=rows.filter(~Q(state__in=CLAIM_PENDING)).order_by("-decided_at", "-pk"),
    )
