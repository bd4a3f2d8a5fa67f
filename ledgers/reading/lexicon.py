"""The service catalogue as the readers see it: items and the words people use for them. Plain Python."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

SEED = Path(__file__).parents[1] / "data" / "catalogue.json"
NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class LexiconItem:
    """One service item (服务事项) and the words people use for it.

    A text that contains one of `negatives` is never read as this item: buying law books is not legal advice.
    """

    code: str
    name: str
    terms: tuple[str, ...]
    negatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Some items; their codes must be unique."""

    items: tuple[LexiconItem, ...] = ()

    def __hash__(self) -> int:
        """Cheap, as readers ask their caches by lexicon for every text; equal lexicons are rarely many."""
        return len(self.items)

    @classmethod
    def default(cls) -> Self:
        """Return the shipped catalogue, for a county that has not written its own."""
        return cls(_shipped())

    def plus(self, items: Iterable[LexiconItem]) -> Self:
        """Return a lexicon in which `items` come first; those of a known code or name gain its words."""
        own = {item.name: item for item in self.items} | {item.code: item for item in self.items}
        merged = []
        for item in items:
            old = own.get(item.code) or own.get(item.name) or item
            terms = tuple(dict.fromkeys((*item.terms, *old.terms)))
            negatives = tuple(dict.fromkeys((*item.negatives, *old.negatives)))
            merged.append(replace(item, terms=terms, negatives=negatives))
        taken = {each.code for each in merged} | {each.name for each in merged}
        rest = (item for item in self.items if item.code not in taken and item.name not in taken)
        return replace(self, items=(*merged, *rest))


@cache
def _shipped() -> tuple[LexiconItem, ...]:
    aspects = json.loads(SEED.read_text(encoding="utf-8"))
    return tuple(_item(item) for aspect in aspects for item in aspect["items"])


def _item(item: dict[str, Any]) -> LexiconItem:
    own = (text for relation, texts in item["terms"].items() if relation != NEGATIVE for text in texts)
    return LexiconItem(item["name"], item["name"], tuple(own), tuple(item["terms"].get(NEGATIVE, ())))
