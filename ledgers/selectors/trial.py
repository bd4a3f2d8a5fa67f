"""试一试: how a sentence would be read, by the catalogue as it is or as somebody is about to change it."""

from __future__ import annotations

from dataclasses import dataclass

from ledgers.reading.lexicon import Lexicon, LexiconItem
from ledgers.reading.reader import items_ruled_out
from ledgers.reading.suggesting import Suggested, suggestions
from ledgers.selectors.lexicon import county_lexicon
from ledgers.selectors.suggestions import audience_label


@dataclass(frozen=True)
class Reading:
    """One thing read from the sentence: what, how surely in percent, and the words that led there."""

    label: str
    percent: int
    words: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """What a sentence speaks of, the surest first, and the items that a negative cue took back."""

    items: list[Reading]
    help_kinds: list[Reading]
    audiences: list[Reading]
    ruled_out: list[str]

    @property
    def groups(self) -> list[tuple[str, list[Reading]]]:
        return [("服务事项", self.items), ("服务方式", self.help_kinds), ("服务对象", self.audiences)]


def trial(text: str, *, asked: bool, changed: LexiconItem | None = None) -> Trial:
    """Read one sentence.

    Args:
        asked: as a demand; otherwise as a resource.
        changed: an item as it is being edited, in place of the one with its code.
    """
    lexicon = county_lexicon()
    if changed:
        rest = (item for item in lexicon.items if item.code != changed.code)
        lexicon = Lexicon((*rest, changed))
    names = {item.code: item.name for item in lexicon.items}
    found = suggestions(text, "", lexicon, asked=asked)
    return Trial(
        [_reading(names[each.name], each) for each in found.items],
        [_reading(each.name, each) for each in found.help_kinds],
        [_reading(audience_label(each.name), each) for each in found.audiences],
        sorted(names[code] for code in items_ruled_out(text, "", lexicon)),
    )


def _reading(label: str, each: Suggested) -> Reading:
    return Reading(label, round(100 * each.confidence), each.words)
