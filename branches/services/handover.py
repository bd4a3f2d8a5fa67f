"""The seat itself in a handover: who holds it from a day on, and the name on the branch's card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from branches.enums import Role
from branches.models import Branch, Membership, User
from core import audit
from core.errors import DomainError

CARD_FIELDS = {Role.SECRETARY: "secretary_name", Role.LIAISON: "liaison_name"}


@dataclass(frozen=True)
class Share:
    """What one app hands over: rows of one kind that carry the leaver's name; `title` names their field."""

    label: str
    unit: str
    rows: QuerySet
    title: str = "title"


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


def names_of(person: User, branch: Branch) -> tuple[str, ...]:
    """How texts of the branch name a person: the name, and the card's with its office in brackets."""
    name = str(person)
    cards = (branch.secretary_name, branch.liaison_name)
    return tuple(dict.fromkeys([name, *(card for card in cards if card.startswith(f"{name}（"))]))


@transaction.atomic
def seat_hand_over(*, seat: Membership, successor: User, on: date, actor: User | None) -> Membership:
    """End a seat the day before `on` and give it to the successor from that day; gives the new seat.

    Raises:
        DomainError: when the seat has ended before, or began on that day or later.
    """
    seat = Membership.objects.select_for_update(of=("self",)).select_related("user", "branch").get(pk=seat.pk)
    if seat.ends_on is not None and seat.ends_on < on:
        raise DomainError(f"{seat.user}的任职到 {seat.ends_on} 已结束，不能再交接。", field="on")
    if seat.starts_on >= on:
        raise DomainError(f"{seat.user}从 {seat.starts_on} 起任职，请选更晚的交接日期。", field="on")
    last_day, card = on - timedelta(days=1), CARD_FIELDS[Role(seat.role)]
    with audit.action("membership.hand_over", actor=actor, target=seat) as entry:
        entry.changes = {"ends_on": [str(seat.ends_on), str(last_day)]}
        seat.ends_on = last_day
        seat.save(update_fields=["ends_on", "updated_at"])
        following = Membership(user=successor, branch=seat.branch, role=seat.role, starts_on=on)
        following.full_clean()
        following.save(force_insert=True)
        branch = Branch.objects.select_for_update(of=("self",)).get(pk=seat.branch_id)
        setattr(branch, card, str(successor))
        branch.save(update_fields=[card, "updated_at"])
        entry.summary = f"{seat.get_role_display()}由{seat.user}交给{successor}"
    return following


def renamed(rows: QuerySet, field: str, names: Sequence[str], successor: User) -> int:
    """Put the successor's name where a text field carries one of `names`; gives how many rows."""
    return rows.filter(**{f"{field}__in": names}).update(**{field: str(successor)})
