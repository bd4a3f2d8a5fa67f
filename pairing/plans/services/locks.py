"""Holding rows until the transaction ends.

Every service takes its locks in this order of tables, and by id inside a table, so that two of them can wait
for each other but never in a circle: a seat, Pairing, Claim, PlanOrder, PlanTask, Activity, Subject, Demand,
Resource, Branch. Nobody locks a row against being referred to (`no_key`) unless to delete it: a row that is
inserted looks at those it refers to when its transaction ends, in no order.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Q

from branches.models import Branch
from ledgers.models import Demand, Resource
from pairing.plans.models import Claim, Pairing, PlanOrder

NUMBERING = 0x504C414E  # any number no other advisory lock uses


def lock_pairing(pk: int) -> Pairing:
    return (
        Pairing.objects.select_for_update(of=("self",), no_key=True)
        .select_related("branch_a", "branch_b")
        .get(pk=pk)
    )


def lock_claim(pk: int) -> Claim:
    """Hold a claim, then read it: `awaiting` may change while one waits, and an earlier join misses it."""
    Claim.objects.select_for_update(no_key=True).get(pk=pk)
    return Claim.objects.select_related(
        "pairing__branch_a",
        "pairing__branch_b",
        "awaiting",
        "proposed_by",
        "demand__branch",
        "demand__aspect",
        "resource__branch",
    ).get(pk=pk)


def lock_claim_with_parts(pk: int) -> tuple[Claim, list[Claim]]:
    """Hold a claim, and with it the other parts of its joint claim."""
    series = Claim.objects.filter(pk=pk).values_list("series", flat=True).get()
    if series is None:
        return lock_claim(pk), []
    keys = Claim.objects.filter(series=series).order_by("pk").values_list("pk", flat=True)
    held = {key: lock_claim(key) for key in keys}
    return held.pop(pk), list(held.values())


def lock_claims_of(pairing: Pairing) -> list[Claim]:
    """Hold what is undecided in a pairing and the other parts of its joint claims; give the pairing's own."""
    own = Claim.objects.undecided().filter(pairing=pairing)
    wanted = Q(pk__in=own.values("pk")) | Q(series__in=own.values("series"))
    keys = Claim.objects.filter(wanted).order_by("pk").values_list("pk", flat=True)
    held = [lock_claim(pk) for pk in keys]
    return [claim for claim in held if claim.pairing_id == pairing.pk]


def lock_order(pk: int) -> PlanOrder:
    """Hold an order, then read it, because its `series` may change while one waits."""
    PlanOrder.objects.select_for_update(no_key=True).get(pk=pk)
    related = ("pairing__branch_a", "pairing__branch_b", "demand__branch", "series")
    return PlanOrder.objects.select_related(*related).get(pk=pk)


def lock_demand(pk: int) -> Demand:
    return (
        Demand.objects.select_for_update(of=("self",), no_key=True)
        .select_related("branch", "aspect")
        .get(pk=pk)
    )


def lock_resource(pk: int) -> Resource:
    """Hold a resource, and with it what is promised of its monthly capacity."""
    return Resource.objects.select_for_update(of=("self",), no_key=True).select_related("branch").get(pk=pk)


def lock_branches_of(resources: Sequence[Resource]) -> None:
    """Hold the branches that offer held resources and read them anew: one may be dissolved since."""
    keys = {resource.branch_id for resource in resources}
    rows = Branch.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys).order_by("pk")
    branches = {row.pk: row for row in rows}
    for resource in resources:
        resource.branch = branches[resource.branch_id]


def lock_numbering() -> None:
    """Hold the drawing of order numbers: the next number has no row yet that could be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])
