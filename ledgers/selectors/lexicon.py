"""The county's catalogue as the readers of texts see it.

Read anew whenever a text is read: a changed word takes effect in every process at once, and what the readers
keep between two texts they keep by the words themselves.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from ledgers.enums import Relation
from ledgers.models import ServiceAspect, ServiceItem
from ledgers.reading.lexicon import Lexicon, LexiconItem


def county_lexicon() -> Lexicon:
    """The items in use with their words, in one query."""
    negative = Q(terms__relation=Relation.NEGATIVE)
    rows = ServiceItem.objects.in_use().annotate(
        words=ArrayAgg(
            "terms__text", filter=Q(terms__isnull=False) & ~negative, default=[], order_by="terms__text"
        ),
        negatives=ArrayAgg("terms__text", filter=negative, default=[], order_by="terms__text"),
    )
    return _same(
        tuple(LexiconItem(row.name, row.name, tuple(row.words), tuple(row.negatives)) for row in rows)
    )


@lru_cache(maxsize=4)
def _same(items: tuple[LexiconItem, ...]) -> Lexicon:
    """One lexicon for the same words, so that the readers know it again without comparing every word."""
    return Lexicon(items)


def catalogue_version() -> str:
    """A short digest of the whole catalogue, in two queries; every edit changes it, and its undoing back."""
    said = Concat(F("terms__relation"), Value(":"), F("terms__text"))
    own = ("name", "position", "retired_on", "retired_reason")
    order = ["terms__relation", "terms__text"]
    items = ServiceItem.objects.annotate(
        said=ArrayAgg(said, filter=Q(terms__isnull=False), default=[], order_by=order)
    )
    aspects = ServiceAspect.objects.order_by("name").values_list(*own)
    rows = items.order_by("name").values_list(*own, "aspect__name", "help_kinds", "audiences", "said")
    return sha256(repr([*aspects, *rows]).encode()).hexdigest()[:12]
