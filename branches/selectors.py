"""Page-shaped reads of organisations and people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from branches.enums import Role
from branches.models import Branch, Membership, User
from core.models import WorkingDay

ACTIVE_PAIR = (
    Q(pairings_as_a__state="active", pairings_as_a__kind="term"),
    Q(pairings_as_b__state="active", pairings_as_b__kind="term"),
)


@dataclass(frozen=True)
class Place:
    """Where an organisation stands in the tree: `above` are the names of those over it, the highest first."""

    pk: int
    name: str
    above: tuple[str, ...]


def branch_places(words: str = "") -> list[Place]:
    """The place of every organisation whose name holds `words`, in tree order."""
    children: dict[int | None, list[tuple[int, str]]] = {}
    for pk, parent, name in Branch.objects.values_list("pk", "parent", "name"):
        children.setdefault(parent, []).append((pk, name))
    return [place for place in _walk(children, None, ()) if words in place.name]


def _walk(
    children: dict[int | None, list[tuple[int, str]]], parent: int | None, above: tuple[str, ...]
) -> Iterator[Place]:
    for pk, name in children.get(parent, ()):
        yield Place(pk, name, above)
        yield from _walk(children, pk, (*above, name))


def with_holders(branches: QuerySet[Branch], *, on: date) -> QuerySet[Branch]:
    """The same with the names of their `secretaries` and `liaisons` by the seats in force on a day.

    Where there are none, the texts of the card say who it is.
    """
    return branches.annotate(
        secretaries=_holders(Role.SECRETARY, on=on), liaisons=_holders(Role.LIAISON, on=on)
    )


def _holders(role: Role, *, on: date) -> ArraySubquery:
    name = Coalesce(NullIf("user__display_name", Value("")), "user__username")
    seats = Membership.objects.in_force(on=on).filter(branch=OuterRef("pk"), role=role, user__is_active=True)
    return ArraySubquery(seats.order_by("starts_on", "pk").values(name=name))


def branch_rows(places: Iterable[Place], *, today: date) -> list[Branch]:
    """The organisations of some places, in their order, each with its `place` and `pairing_count`."""
    by_key = {place.pk: place for place in places}
    rows = with_holders(Branch.objects.all(), on=today)
    found: dict[int, Any] = rows.annotate(
        as_a=Count("pairings_as_a", filter=ACTIVE_PAIR[0], distinct=True),
        as_b=Count("pairings_as_b", filter=ACTIVE_PAIR[1], distinct=True),
    ).in_bulk(list(by_key))
    shown = [found[pk] for pk in by_key if pk in found]
    for row in shown:
        row.place, row.pairing_count = by_key[row.pk], row.as_a + row.as_b
    return shown


def branch_partners(branch: Branch) -> QuerySet[Branch]:
    """The branches it is paired with today."""
    return Branch.objects.partnered_with([branch.pk])


def branch_people(branch: Branch, *, today: date) -> QuerySet[Membership]:
    """Who holds a seat in the branch or is to hold it, leaders first."""
    return Membership.objects.lasting(on=today).filter(branch=branch).select_related("user")


def own_seats(user: User, *, today: date) -> QuerySet[Membership]:
    """The seats a person holds or is to hold."""
    return Membership.objects.lasting(on=today).filter(user=user).select_related("branch")


def administrators(*, today: date, besides: Q | None = None) -> set[int]:
    """The keys of all who can manage the system and go on doing so; the seats `besides` do not count."""
    seats = Membership.objects.in_force(on=today).filter(role=Role.ADMIN, user__is_active=True, ends_on=None)
    if besides is not None:
        seats = seats.exclude(besides)
    superusers = User.objects.filter(is_superuser=True, is_active=True)
    return {*seats.values_list("user", flat=True), *superusers.values_list("pk", flat=True)}


def user_rows(*, today: date) -> QuerySet[User]:
    """Every person with a login and the seats in force (`current_seats`), in two queries."""
    seats = Membership.objects.in_force(on=today).select_related("branch")
    return User.objects.prefetch_related(Prefetch("memberships", queryset=seats, to_attr="current_seats"))


def working_day_years(chosen: int) -> list[int]:
    """The years with exceptions, and the chosen one, in order."""
    return sorted({chosen, *(day.year for day in WorkingDay.objects.dates("day", "year"))})
