"""Read a text: which items, kinds of help and audiences its words name, and how surely (0 to 1)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from ledgers.reading.lexicon import Lexicon
from ledgers.reading.vocabulary.asked import ASKED_CUES, MONEY
from ledgers.reading.vocabulary.audiences import AUDIENCES
from ledgers.reading.vocabulary.help import HELP_CUES
from ledgers.reading.words import confidence, cues_in, evidence, plain, without

_MONEY = re.compile(MONEY)
_KNOWN = 8_000  # texts whose reading is remembered: the pages read the same ledgers again and again
_SUM = 2.0  # evidence of a sum of money named in a need


@dataclass(frozen=True, slots=True)
class Found:
    """How surely something was read from a text, and the words that led there."""

    confidence: float
    words: tuple[str, ...]


@lru_cache(maxsize=_KNOWN)
def items_named(title: str, text: str, lexicon: Lexicon) -> Mapping[str, Found]:
    """Return item code → what the lexicon's words say; one negative cue rules an item out."""
    index = _index(lexicon)
    title, text = plain(title), plain(text)
    pieces = _pieces(title, index.longest) | _pieces(text, index.longest)
    ruled_out = {item for piece in pieces & index.negatives.keys() for item in index.negatives[piece]}
    named: dict[str, list[str]] = {}
    for piece in sorted(pieces & index.terms.keys()):
        for item in index.terms[piece]:
            named.setdefault(item, []).append(piece)
    kept = ((item, cues_in(title, text, named[item])) for item in sorted(named) if item not in ruled_out)
    return MappingProxyType(
        {item: Found(confidence(evidence(title, cues)), tuple(cues)) for item, cues in kept}
    )


@lru_cache(maxsize=_KNOWN)
def items_ruled_out(title: str, text: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the codes of the items that a negative cue in the text takes back."""
    index = _index(lexicon)
    pieces = _pieces(plain(title), index.longest) | _pieces(plain(text), index.longest)
    return frozenset(item for piece in pieces & index.negatives.keys() for item in index.negatives[piece])


def terms_in(text: str, lexicon: Lexicon) -> set[str]:
    """Return the words of the lexicon that a text contains."""
    index = _index(lexicon)
    return _pieces(plain(text), index.longest) & index.terms.keys()


@dataclass(frozen=True, slots=True)
class _Index:
    """The items by their words: term → item codes, negative → item codes."""

    terms: dict[str, list[str]]
    negatives: dict[str, list[str]]
    longest: int


@lru_cache(maxsize=4)
def _index(lexicon: Lexicon) -> _Index:
    terms: dict[str, list[str]] = {}
    negatives: dict[str, list[str]] = {}
    for item in lexicon.items:
        for word in dict.fromkeys((*item.terms, item.name)):
            terms.setdefault(word.lower(), []).append(item.code)
        for word in dict.fromkeys(item.negatives):
            negatives.setdefault(word.lower(), []).append(item.code)
    return _Index(terms, negatives, max(map(len, (*terms, *negatives)), default=0))


def _pieces(text: str, longest: int) -> set[str]:
    """Return every run of characters of the text up to a length."""
    ends = range(1, longest + 1)
    return {text[i : i + n] for i in range(len(text)) for n in ends if i + n <= len(text)}


@lru_cache(maxsize=_KNOWN)
def help_named(title: str, text: str, *, asked: bool) -> Mapping[str, Found]:
    """Return kind of help → what the words say.

    Args:
        asked: read the text of a need, which may also ask for what is no service: goods, money, building.
    """
    title, text = plain(title), plain(text)
    found = {}
    for kind, (words, against) in (HELP_CUES | _asked() if asked else HELP_CUES).items():
        cues = cues_in(without(title, against), without(text, against), words)
        score = evidence(title, cues)
        if asked and kind == "资金" and (said := _MONEY.search(f"{title} {text}")):
            score, cues = score + _SUM, [*cues, said.group()]
        if score:
            found[kind] = Found(confidence(score), tuple(cues))
    return MappingProxyType(found)


@cache
def _asked() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the cues of what needs alone speak of, together with the common ones of the same kind."""
    return {
        kind: tuple((*a, *b) for a, b in zip(cues, HELP_CUES.get(kind, ((), ())), strict=True))  # type: ignore[misc]
        for kind, cues in ASKED_CUES.items()
    }


@lru_cache(maxsize=_KNOWN)
def audiences_named(text: str) -> Mapping[str, Found]:
    """Return audience group → what the words say."""
    text = plain(text)
    found = ((group, cues_in("", text, words)) for group, words in AUDIENCES.items())
    return MappingProxyType(
        {group: Found(confidence(evidence("", cues)), tuple(cues)) for group, cues in found if cues}
    )


def forget_readings() -> None:
    """Forget what was read, so that the next reading costs what a first one does."""
    for remembered in (items_named, items_ruled_out, help_named, audiences_named):
        remembered.cache_clear()


def audience_groups(words: Iterable[str]) -> list[str]:
    """Return the known groups some free words name; a word that names none stands for itself."""
    return [group for word in words for group in _groups(word)]


def _groups(audience: str) -> list[str]:
    named = [group for group, words in AUDIENCES.items() if any(w in audience for w in (group, *words))]
    return named or [audience]
