"""Page-shaped reads of organisations and people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from branches.enums import Role
from branches.models import Branch, Membership, User
from core.models import WorkingDay

ACTIVE_PAIR = (
    Q(pairings_as_a__state="active", pairings_as_a__kind="term"),
    Q(pairings_as_b__state="active", pairings_as_b__kind="term"),
)


def branch_rows() -> list[Branch]:
    """Every organisation in tree order, each with its `depth` (0 for a root) and `pairing_count`."""
    rows = Branch.objects.annotate(
        as_a=Count("pairings_as_a", filter=ACTIVE_PAIR[0], distinct=True),
        as_b=Count("pairings_as_b", filter=ACTIVE_PAIR[1], distinct=True),
    )
    children: dict[int | None, list[Any]] = {}
    for row in rows:
        row.pairing_count = row.as_a + row.as_b
        children.setdefault(row.parent_id, []).append(row)
    return list(_walk(children, None, 0))


def _walk(children: dict[int | None, list[Any]], parent: int | None, depth: int) -> Iterator[Branch]:
    for row in children.get(parent, ()):
        row.depth, row.steps = depth, range(depth - 1)
        yield row
        yield from _walk(children, row.pk, depth + 1)


def branch_partners(branch: Branch) -> QuerySet[Branch]:
    """The branches it is paired with today."""
    return Branch.objects.partnered_with([branch.pk])


def branch_people(branch: Branch, *, today: date) -> QuerySet[Membership]:
    """Who holds a seat in the branch or is to hold it, leaders first."""
    return Membership.objects.lasting(on=today).filter(branch=branch).select_related("user")


def own_seats(user: User, *, today: date) -> QuerySet[Membership]:
    """The seats a person holds or is to hold."""
    return Membership.objects.lasting(on=today).filter(user=user).select_related("branch")


def administrators(*, today: date, besides: Branch | None = None) -> set[int]:
    """The keys of all who can manage the system; seats in the branch `besides` give nobody that right."""
    seats = Membership.objects.in_force(on=today).filter(role=Role.ADMIN, user__is_active=True)
    if besides is not None:
        seats = seats.exclude(branch=besides)
    superusers = User.objects.filter(is_superuser=True, is_active=True)
    return {*seats.values_list("user", flat=True), *superusers.values_list("pk", flat=True)}


def user_rows(*, today: date) -> QuerySet[User]:
    """Every person with a login and the seats in force (`current_seats`), in two queries."""
    seats = Membership.objects.in_force(on=today).select_related("branch")
    return User.objects.prefetch_related(Prefetch("memberships", queryset=seats, to_attr="current_seats"))


def working_day_years(chosen: int) -> list[int]:
    """The years with exceptions, and the chosen one, in order."""
    return sorted({chosen, *(day.year for day in WorkingDay.objects.dates("day", "year"))})
