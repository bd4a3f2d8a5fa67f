"""Read a text: which items, kinds of help and audiences it speaks of, and how surely (0 to 1)."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from pairing.matching.engine.problem import Lexicon, Need, Offer
from pairing.matching.engine.vocabulary import (
    ASKED_CUES,
    AUDIENCES,
    HELP_BY_KIND,
    HELP_CUES,
    MONEY,
)

# "李同志" names a person, not a topic: two people of one surname have nothing in common
_PERSON = re.compile(r"(?:^|(?<=[，。；、（(\s]))(?:欧阳|[\u4e00-\u9fff])同志")
_NOISE = re.compile(r"[^\w\u4e00-\u9fff]+")
_MONEY = re.compile(MONEY)
_SUM = 2.0  # evidence of a sum of money named in a need
_TITLE_SHARE = 1.6  # a word in the title says more than one in the description
_SATURATION = 1.4  # evidence at which confidence reaches 1 − 1/e


def plain(text: str) -> str:
    """Return the text without names of persons and with punctuation as single spaces, lower case."""
    return _NOISE.sub(" ", _PERSON.sub(" ", text)).strip().lower()


def confidence(evidence: float) -> float:
    """Turn summed evidence into a confidence in [0, 1)."""
    return 1.0 - math.exp(-evidence / _SATURATION)


def evidence(title: str, text: str, terms: Iterable[str]) -> float:
    """Add up the distinct terms found, longer ones for more; a term inside a longer found one is skipped."""
    found = [term for term in terms if term in title or term in text]
    kept = [term for term in found if not any(term != other and term in other for other in found)]
    return sum((_TITLE_SHARE if term in title else 1.0) * min(len(term), 4) / 2.5 for term in kept)


def read_items(entry: Offer | Need, lexicon: Lexicon, discount: float) -> dict[str, float]:
    """Return item code → confidence: 1 for the items a person filled in, otherwise what the words suggest."""
    if entry.items:
        return dict.fromkeys(sorted(entry.items), 1.0)
    index = _index(lexicon)
    title, text = plain(entry.title), plain(entry.text)
    pieces = _pieces(title, index.longest) | _pieces(text, index.longest)
    ruled_out = {item for piece in pieces & index.negatives.keys() for item in index.negatives[piece]}
    named: dict[str, list[str]] = {}
    for piece in sorted(pieces & index.terms.keys()):
        for item in index.terms[piece]:
            named.setdefault(item, []).append(piece)
    return {
        item: discount * confidence(evidence(title, text, named[item]))
        for item in sorted(named)
        if item not in ruled_out
    }


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
            terms.setdefault(word, []).append(item.code)
        for word in dict.fromkeys(item.negatives):
            negatives.setdefault(word, []).append(item.code)
    return _Index(terms, negatives, max(map(len, (*terms, *negatives)), default=0))


def _pieces(text: str, longest: int) -> set[str]:
    """Return every run of characters of the text up to a length."""
    ends = range(1, longest + 1)
    return {text[i : i + n] for i in range(len(text)) for n in ends if i + n <= len(text)}


def read_help(entry: Offer | Need, discount: float) -> dict[str, float]:
    """Return kind of help → confidence, offered or asked for."""
    if entry.help_kinds:
        return dict.fromkeys(sorted(entry.help_kinds), 1.0)
    title, text = plain(entry.title), plain(entry.text)
    found = {}
    cues = HELP_CUES if isinstance(entry, Offer) else HELP_CUES | _asked()
    for kind, (words, against) in cues.items():
        score = evidence(_without(title, against), _without(text, against), words)
        if kind == "资金" and isinstance(entry, Need) and _MONEY.search(f"{title} {text}"):
            score += _SUM
        if score:
            found[kind] = discount * confidence(score)
    kind = getattr(entry, "kind", "").lower()
    for part, own in HELP_BY_KIND.items():
        if part in kind:
            found[own] = discount
    return found


@cache
def _asked() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the cues of what needs alone speak of, together with the common ones of the same kind."""
    return {
        kind: tuple((*a, *b) for a, b in zip(cues, HELP_CUES.get(kind, ((), ())), strict=True))  # type: ignore[misc]
        for kind, cues in ASKED_CUES.items()
    }


def read_audiences(entry: Offer | Need, discount: float) -> dict[str, float]:
    """Return audience group → confidence; free words a person filled in are mapped to groups where known."""
    if entry.audiences:
        return dict.fromkeys((group for word in sorted(entry.audiences) for group in _groups(word)), 1.0)
    # an offer's title says who helps (民警, 店主), not whom
    text = plain(entry.text if isinstance(entry, Offer) else f"{entry.title} {entry.text}")
    scores = {group: evidence("", text, words) for group, words in AUDIENCES.items()}
    return {group: discount * confidence(score) for group, score in scores.items() if score}


def _groups(audience: str) -> list[str]:
    """Return the known groups a free word names, or the word itself."""
    named = [group for group, words in AUDIENCES.items() if any(w in audience for w in (group, *words))]
    return named or [audience]


def _without(text: str, words: Iterable[str]) -> str:
    """Cut words that look like a cue but are none: a leaflet (宣传单) is not a talk (宣传)."""
    for word in words:
        text = text.replace(word, " ")
    return text
