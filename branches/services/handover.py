"""The seat itself in a handover: who holds it from a day on, and the name on the branch's card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from branches.enums import BRANCH_STAFF, Role
from branches.models import Branch, Membership, User
from core import audit
from core.errors import DomainError
from core.wording import cn_date

CARD_FIELDS = {Role.SECRETARY: "secretary_name", Role.LIAISON: "liaison_name"}


@dataclass(frozen=True)
class Share:
    """What one app hands over: rows of one kind that carry the leaver's name; `title` names their field.

    Texts name a person, not a seat. `role` says to which seat the duty belongs when one person holds both.
    """

    label: str
    unit: str
    rows: QuerySet
    title: str = "title"
    role: Role = Role.SECRETARY


@dataclass(frozen=True)
class Preview:
    """One kind of rows that would move, by their titles."""

    label: str
    unit: str
    titles: list[str]


def preview(shares: Sequence[Share]) -> list[Preview]:
    """What would move, in one query; kinds without rows are left out."""
    first, *others = (
        share.rows.order_by()
        .annotate(share_place=Value(place), share_title=Cast(F(share.title), TextField()))
        .values_list("share_place", "share_title")
        for place, share in enumerate(shares)
    )
    found: dict[int, list[str]] = {}
    for place, title in first.union(*others, all=True):
        found.setdefault(place, []).append(title)
    return [Preview(shares[place].label, shares[place].unit, sorted(found[place])) for place in sorted(found)]


@dataclass(frozen=True)
class Leaving:
    """A person leaving a seat: how texts of the branch name them, and of which roles the duties go along.

    Whoever keeps another staff seat of the branch keeps what belongs to it.
    """

    branch: Branch
    person: User
    names: tuple[str, ...]
    roles: frozenset[Role]

    @classmethod
    def of(cls, seat: Membership, *, on: date) -> Leaving:
        kept = Membership.objects.in_force(on=on).filter(user=seat.user, branch=seat.branch)
        others = {Role(role) for role in kept.exclude(pk=seat.pk).values_list("role", flat=True)}
        return cls(seat.branch, seat.user, names_of(seat.user, seat.branch), BRANCH_STAFF - others)

    def moving(self, shares: Sequence[Share]) -> list[Share]:
        """The same shares, those that stay with the person's other seat without rows."""
        return [
            share if share.role in self.roles else replace(share, rows=share.rows.none()) for share in shares
        ]


def names_of(person: User, branch: Branch) -> tuple[str, ...]:
    """How texts of the branch name a person: the name, and the cards' with office in brackets."""
    rows = cast(Any, branch).events.values_list(*CARD_FIELDS.values())  # the relation is made at run time
    cards = sorted({card for row in rows for card in row if _names(card, person)})
    return tuple(dict.fromkeys([str(person), *cards]))


def _names(card: str, person: User) -> bool:
    return card == str(person) or card.startswith(f"{person}（")


@transaction.atomic
def seat_hand_over(*, seat: Membership, successor: User, on: date, actor: User | None) -> Membership:
    """End a seat the day before `on` and give it to the successor from that day; gives the new seat.

    Raises:
        DomainError: when the seat has ended before, or began on that day or later.
    """
    seat = (
        Membership.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user", "branch")
        .get(pk=seat.pk)
    )
    if seat.ends_on is not None and seat.ends_on < on:
        raise DomainError(f"{seat.user}的任职到{cn_date(seat.ends_on)}已结束，不能再交接。", field="on")
    if seat.starts_on >= on:
        raise DomainError(f"{seat.user}从{cn_date(seat.starts_on)}起任职，请选更晚的交接日期。", field="on")
    last_day, card = on - timedelta(days=1), CARD_FIELDS[Role(seat.role)]
    with audit.action("membership.hand_over", actor=actor, target=seat) as entry:
        entry.changes = {"ends_on": [str(seat.ends_on), str(last_day)]}
        seat.ends_on = last_day
        seat.save(update_fields=["ends_on", "updated_at"])
        if not _is_of_another(seat, card, on):
            _rename_card(seat.branch_id, card, successor)
        following = Membership(user=successor, branch=seat.branch, role=seat.role, starts_on=on)
        following.full_clean()
        following.save(force_insert=True)
        entry.summary = f"{seat.get_role_display()}由{seat.user}交给{successor}"
    return following


def _is_of_another(seat: Membership, card: str, on: date) -> bool:
    """Whether the branch's card names somebody else who holds the same role and keeps it."""
    named = getattr(seat.branch, card)
    same = Membership.objects.in_force(on=on).filter(branch=seat.branch, role=seat.role).exclude(pk=seat.pk)
    return any(_names(named, other.user) for other in same.select_related("user"))


def _rename_card(branch_id: int, card: str, successor: User) -> None:
    branch = Branch.objects.select_for_update(of=("self",), no_key=True).get(pk=branch_id)
    setattr(branch, card, str(successor))
    branch.save(update_fields=[card, "updated_at"])


def renamed(rows: QuerySet, field: str, names: Sequence[str], successor: User) -> int:
    """Put the successor's name where a text field carries one of `names`; gives how many rows."""
    return rows.filter(**{f"{field}__in": names}).update(**{field: str(successor)})
