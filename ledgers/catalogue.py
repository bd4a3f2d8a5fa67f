"""The service catalogue a new installation starts with; administrators own it from then on."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from ledgers.models import LexiconTerm, ServiceAspect, ServiceItem
from ledgers.reading.lexicon import SEED


@transaction.atomic
def seed_catalogue(**_kwargs: Any) -> None:
    """Fill an empty catalogue from the shipped file; a catalogue somebody has edited is left alone."""
    if ServiceAspect.objects.exists():
        return
    for aspect_position, aspect in enumerate(json.loads(SEED.read_text(encoding="utf-8")), start=1):
        row = ServiceAspect.objects.create(name=aspect["name"], position=aspect_position)
        for item_position, item in enumerate(aspect["items"], start=1):
            _seed_item(row, item, item_position)


def _seed_item(aspect: ServiceAspect, item: dict[str, Any], position: int) -> None:
    row = ServiceItem.objects.create(
        aspect=aspect,
        name=item["name"],
        help_kinds=item["help_kinds"],
        audiences=item["audiences"],
        position=position,
    )
    LexiconTerm.objects.bulk_create(
        LexiconTerm(item=row, relation=relation, text=text)
        for relation, texts in item["terms"].items()
        for text in texts
    )
