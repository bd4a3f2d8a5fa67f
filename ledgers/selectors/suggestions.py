"""Suggested service items, kinds of help and audiences for entries that lack them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ledgers.enums import Audience, HelpKind
from ledgers.models import ServiceItem
from ledgers.reading.suggesting import Suggested, suggestions
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


def known_items(names: Iterable[str] | None = None) -> dict[str, int]:
    """Name → key of the items in use, or of those among `names`."""
    rows = ServiceItem.objects.in_use().values_list("name", "pk")
    return dict(rows if names is None else rows.filter(name__in=names))


def choices_of(
    suggested: Iterable[Suggested], known: Mapping[str, Any], taken: Container[str] = ()
) -> list[Choice]:
    """The suggestions that `known` has a value for, those `taken` over already ticked."""
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


def entry_suggestions(title: str, text: str, *, asked: bool, ticked: Iterable[str] = ()) -> EntrySuggestions:
    """Suggestions for an entry being typed, in two queries.

    Args:
        asked: a demand; otherwise a resource.
        ticked: values of suggestions taken over already, which stay ticked.
    """
    taken = set(ticked)
    found = suggestions(title, text, county_lexicon(), asked=asked)
    keys = known_items([each.name for each in found.items])
    return EntrySuggestions(
        choices_of(found.items, keys, taken),
        choices_of(found.help_kinds, HELP_KINDS, taken),
        choices_of(found.audiences, AUDIENCES, taken),
    )


def audience_label(name: str) -> str:
    return AUDIENCES[name].label if name in AUDIENCES else name
