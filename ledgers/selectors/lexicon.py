"""The county's catalogue as the readers of texts see it."""

from __future__ import annotations

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from ledgers.enums import Relation
from ledgers.models import ServiceItem
from ledgers.reading.lexicon import Lexicon, LexiconItem


def county_lexicon() -> Lexicon:
    """The items in use with their words, in one query; shipped words stand behind those of a known name."""
    negative = Q(terms__relation=Relation.NEGATIVE)
    rows = ServiceItem.objects.filter(retired_on=None).annotate(
        words=ArrayAgg("terms__text", filter=Q(terms__isnull=False) & ~negative, default=[]),
        negatives=ArrayAgg("terms__text", filter=negative, default=[]),
    )
    return Lexicon.default().plus(
        LexiconItem(row.name, row.name, tuple(row.words), tuple(row.negatives)) for row in rows
    )
