"""Reads of claims, and what is left of a resource's monthly capacity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Min, Q, QuerySet, Sum, Value, When

from branches.models import Branch, User
from core.audit import entries_of
from core.periods import period_of
from ledgers.enums import Sharing
from ledgers.models import Demand, Resource
from pairing.plans.enums import CLAIM_PENDING, CLAIM_UNDECIDED, ClaimState
from pairing.plans.models import Claim, ClaimQuerySet, PlanOrder

TERMS = ("visit_count", "wanted_on", "person", "words")  # what a counter-proposal may change


def resource_capacity_left(resource: Resource, day: date, *, besides: Claim | None = None) -> int | None:
    """How many more visits the resource can promise in the month of `day`; None when there is no limit.

    What is promised already: see `holding_capacity` of claims and of orders.
    """
    if resource.capacity_per_month is None:
        return None
    month = period_of("month", day)
    in_month = Q(resource=resource, day__gte=month.starts_on, day__lt=month.ends_before)
    claims = Claim.objects.holding_capacity().filter(in_month)
    if besides is not None:
        claims = claims.exclude(pk=besides.pk)
    orders = PlanOrder.objects.holding_capacity().filter(in_month)
    return resource.capacity_per_month - _visits(claims) - _visits(orders)


def _visits(rows: QuerySet[Any]) -> int:
    return rows.aggregate(visits=Sum("visit_count"))["visits"] or 0


@dataclass(frozen=True)
class ClaimInbox:
    """The claims of one person: waiting for their answer, waiting for the other side, and decided."""

    to_answer: QuerySet[Claim]
    waiting: QuerySet[Claim]
    history: QuerySet[Claim]


def claim_rows(user: User) -> ClaimQuerySet:
    """Every claim the person may see, with what a row shows."""
    return (
        Claim.objects.visible_to(user)
        .with_office_steps()
        .select_related(
            "pairing__branch_a",
            "pairing__branch_b",
            "demand__branch",
            "resource__branch",
            "proposed_by",
            "awaiting",
            "proposer",
            "plan_order",
            "series",
        )
    )


def claim_inbox(user: User) -> ClaimInbox:
    """Split the visible claims by whose turn it is; county seats see every undecided one as waiting."""
    rows = claim_rows(user)
    undecided = rows.filter(state__in=CLAIM_UNDECIDED).order_by("expires_on", "pk")
    ours = Q(state__in=CLAIM_PENDING, awaiting__in=user.branch_ids)
    return ClaimInbox(
        to_answer=undecided.filter(ours),
        waiting=undecided.exclude(ours),
        history=rows.exclude(state__in=CLAIM_UNDECIDED).order_by("-decided_at", "-pk"),
    )


def claim_parts(claim: Claim) -> list[Claim]:
    """The parts of a joint claim, this one among them; empty for an ordinary one."""
    if claim.series_id is None:
        return []
    parts = Claim.objects.filter(series=claim.series_id)
    return list(parts.select_related("resource__branch", "awaiting", "plan_order").order_by("pk"))


def claim_terms_moved(claim: Claim) -> list[dict[str, str]]:
    """What the last counter-proposal changed, as label, old and new; empty unless it is on the table."""
    if claim.state != ClaimState.COUNTERED:
        return []
    entry = entries_of(claim).filter(action="claim.counter").first()
    changes = entry.changes if entry else {}
    return [
        {"label": str(Claim._meta.get_field(name).verbose_name), "old": old or "空", "new": new or "空"}  # type: ignore[union-attr]
        for name, (old, new) in ((name, changes[name]) for name in TERMS if name in changes)
    ]


def joint_candidates(demand: Demand, *, on: date) -> QuerySet[Resource]:
    """Usable resources that the demand's branch may ask for: its partners', from the hall the county's."""
    partners = Branch.objects.partnered_with([demand.branch_id]).values("pk")
    reach = Q(branch__in=partners)
    if demand.is_in_hall(on):
        reach |= Q(sharing=Sharing.COUNTY)
    usable = Resource.objects.published().valid(on=on).filter(reach).exclude(branch=demand.branch_id)
    near = Case(When(aspects=demand.aspect_id, then=Value(0)), default=Value(1))
    rows = usable.annotate(distance=Min(near)).select_related("branch")
    return rows.order_by("distance", "branch__name_key", "serial")
