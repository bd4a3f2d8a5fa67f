"""Suggested service items, kinds of help and audiences for entries that lack them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from branches.models import User
from ledgers.enums import Audience, DemandState, HelpKind, ResourceState
from ledgers.models import Demand, Resource, ServiceItem
from ledgers.reading.suggesting import Suggested, items_suggested, suggestions
from ledgers.selectors.lexicon import county_lexicon

# the reader's groups of people → the choices of the ledgers
AUDIENCES = {
    "商户店主": Audience.MERCHANTS,
    "老年人": Audience.ELDERLY,
    "儿童学生": Audience.CHILDREN,
    "村民农户": Audience.VILLAGERS,
    "社区居民": Audience.RESIDENTS,
    "困难群体": Audience.HARDSHIP,
    "执法人员": Audience.STAFF,
    "党员干部": Audience.MEMBERS,
}
HELP_KINDS = {kind.label: kind for kind in HelpKind}


@dataclass(frozen=True)
class Choice:
    """One suggestion of a form: tick it, and `value` goes into the field."""

    value: int | str
    label: str
    confidence: float
    words: tuple[str, ...]
    is_ticked: bool

    @property
    def percent(self) -> int:
        return round(100 * self.confidence)


@dataclass(frozen=True)
class EntrySuggestions:
    """What the text of an entry seems to be about, by field of its form."""

    items: list[Choice]
    help_kinds: list[Choice]
    audiences: list[Choice]

    @property
    def groups(self) -> list[tuple[str, str, list[Choice]]]:
        """(field, its label, choices) of the fields that have any."""
        found = (
            ("items", "服务事项", self.items),
            ("help_kinds", "服务方式", self.help_kinds),
            ("audiences", "服务对象", self.audiences),
        )
        return [group for group in found if group[2]]


def entry_suggestions(title: str, text: str, *, asked: bool, ticked: Iterable[str] = ()) -> EntrySuggestions:
    """Suggestions for an entry being typed, in two queries.

    Args:
        asked: a demand; otherwise a resource.
        ticked: values of suggestions taken over already, which stay ticked.
    """
    taken = set(ticked)
    found = suggestions(title, text, county_lexicon(), asked=asked)
    names = [each.name for each in found.items]
    keys = dict(ServiceItem.objects.in_use().filter(name__in=names).values_list("name", "pk"))

    def choices(known: dict[str, Any], suggested: Iterable[Suggested]) -> list[Choice]:
        return [
            Choice(
                known[each.name],
                audience_label(each.name),
                each.confidence,
                each.words,
                str(known[each.name]) in taken,
            )
            for each in suggested
            if each.name in known
        ]

    return EntrySuggestions(
        choices(keys, found.items), choices(HELP_KINDS, found.help_kinds), choices(AUDIENCES, found.audiences)
    )


def audience_label(name: str) -> str:
    return AUDIENCES[name].label if name in AUDIENCES else name


@dataclass(frozen=True)
class Unconfirmed:
    """A row nobody has named a service item for, with the items its text suggests."""

    row: Demand | Resource
    kind: str
    choices: list[Choice]


def unconfirmed_demands(user: User) -> QuerySet[Demand]:
    """Demands of the user's branches without a service item that still want help."""
    return Demand.objects.filter(
        branch__in=user.staff_branch_ids, items=None, state__in=(DemandState.DRAFT, DemandState.OPEN)
    )


def unconfirmed_resources(user: User) -> QuerySet[Resource]:
    """Resources of the user's branches without a service item that are in use or about to be."""
    return Resource.objects.filter(
        branch__in=user.staff_branch_ids,
        items=None,
        state__in=(ResourceState.DRAFT, ResourceState.PUBLISHED),
    )


def unconfirmed(rows: Iterable[Demand | Resource]) -> list[Unconfirmed]:
    """The suggestions for some rows, in two queries."""
    lexicon = county_lexicon()
    keys = dict(ServiceItem.objects.in_use().values_list("name", "pk"))
    return [_unconfirmed(row, items_suggested(row.title, row.description, lexicon), keys) for row in rows]


def _unconfirmed(row: Demand | Resource, suggested: Iterable[Suggested], keys: dict[str, int]) -> Unconfirmed:
    choices = [
        Choice(keys[each.name], each.name, each.confidence, each.words, False)
        for each in suggested
        if each.name in keys
    ]
    return Unconfirmed(row, "demand" if isinstance(row, Demand) else "resource", choices)
