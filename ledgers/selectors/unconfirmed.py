"""Rows nobody has named a service item for, as they come out of imports, with what their texts suggest.

Suggestions are read when the page is, not kept when a row comes in: what is shown follows from the catalogue
as it is now, and no import waits for it (docs/catalogue.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import QuerySet

from branches.models import User
from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand, Resource
from ledgers.reading.lexicon import Lexicon
from ledgers.reading.suggesting import suggestions
from ledgers.selectors.lexicon import county_lexicon
from ledgers.selectors.suggestions import AUDIENCES, HELP_KINDS, Choice, choices_of, known_items

R = TypeVar("R", Demand, Resource)
OPEN_STATES: dict[type[Demand] | type[Resource], tuple[str, str]] = {
    Demand: (DemandState.DRAFT, DemandState.OPEN),
    Resource: (ResourceState.DRAFT, ResourceState.PUBLISHED),
}


@dataclass(frozen=True)
class Unconfirmed:
    """A row without a service item, and what its text suggests for the fields that are still empty."""

    row: Demand | Resource
    kind: str
    items: list[Choice]
    help_kinds: list[Choice]
    audiences: list[Choice]

    @property
    def key(self) -> str:
        """How the page's form names the row."""
        return f"{self.kind}-{self.row.pk}"

    @property
    def groups(self) -> list[tuple[str, str, list[Choice]]]:
        """(field, its label, choices) of what is ticked beside the item."""
        return [
            ("help_kinds", "服务方式", self.help_kinds),
            ("audiences", "服务对象", self.audiences),
        ]


def bare(model: type[R]) -> QuerySet[R]:
    """Rows of everybody without a service item that still want or give help, or are about to."""
    rows: QuerySet[R] = model._default_manager.filter(items=None, state__in=OPEN_STATES[model])
    return rows


def unconfirmed_demands(user: User) -> QuerySet[Demand]:
    """Demands of the user's branches without a service item that still want help."""
    return bare(Demand).filter(branch__in=user.staff_branch_ids)


def unconfirmed_resources(user: User) -> QuerySet[Resource]:
    """Resources of the user's branches without a service item that are in use or about to be."""
    return bare(Resource).filter(branch__in=user.staff_branch_ids)


class InTurn:
    """Demands and behind them resources, as one list for a paginator."""

    def __init__(self, user: User) -> None:
        found: tuple[QuerySet[Any], ...] = (unconfirmed_demands(user), unconfirmed_resources(user))
        self.parts = [rows.select_related("branch").order_by("branch", "serial", "pk") for rows in found]
        self.counts = [rows.count() for rows in found]

    def count(self) -> int:
        return sum(self.counts)

    __len__ = count

    def __getitem__(self, part: slice) -> list[Demand | Resource]:
        rows: list[Demand | Resource] = []
        passed = 0
        for queryset, count in zip(self.parts, self.counts, strict=True):
            first, last = (min(max(edge - passed, 0), count) for edge in (part.start, part.stop))
            if last > first:
                rows += queryset[first:last]
            passed += count
        return rows


def unconfirmed(rows: Iterable[Demand | Resource]) -> list[Unconfirmed]:
    """The suggestions for some rows, in two queries."""
    lexicon, keys = county_lexicon(), known_items()
    return [_unconfirmed(row, lexicon, keys) for row in rows]


def _unconfirmed(row: Demand | Resource, lexicon: Lexicon, keys: dict[str, int]) -> Unconfirmed:
    asked = isinstance(row, Demand)
    told = f"{row.description} {row.audience_text}" if isinstance(row, Demand) else row.description
    found = suggestions(row.title, told, lexicon, asked=asked)
    return Unconfirmed(
        row,
        "demand" if asked else "resource",
        choices_of(found.items, keys),
        [] if row.help_kinds else choices_of(found.help_kinds, HELP_KINDS),
        [] if row.audiences else choices_of(found.audiences, AUDIENCES),
    )
