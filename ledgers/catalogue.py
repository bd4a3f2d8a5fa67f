"""The service catalogue a new installation starts with; administrators own it from then on."""

from __future__ import annotations

import json

from django.db import transaction

from ledgers.models import LexiconTerm, ServiceAspect, ServiceItem
from ledgers.reading.lexicon import SEED


@transaction.atomic
def seed_catalogue() -> None:
    """Fill an empty catalogue from the shipped file; a catalogue somebody has edited is left alone."""
    if ServiceAspect.objects.exists():
        return
    shipped = json.loads(SEED.read_text(encoding="utf-8"))
    aspects = ServiceAspect.objects.bulk_create(
        ServiceAspect(name=aspect["name"], position=position)
        for position, aspect in enumerate(shipped, start=1)
    )
    items = ServiceItem.objects.bulk_create(
        ServiceItem(
            aspect=row,
            name=item["name"],
            help_kinds=item["help_kinds"],
            audiences=item["audiences"],
            position=position,
        )
        for row, aspect in zip(aspects, shipped, strict=True)
        for position, item in enumerate(aspect["items"], start=1)
    )
    terms = [item["terms"] for aspect in shipped for item in aspect["items"]]
    LexiconTerm.objects.bulk_create(
        LexiconTerm(item=row, relation=relation, text=text)
        for row, found in zip(items, terms, strict=True)
        for relation, texts in found.items()
        for text in texts
    )
