"""The service catalogue as a page shows it."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from ledgers.models import ServiceAspect, ServiceItem


def catalogue(words: str = "") -> QuerySet[ServiceAspect]:
    """The aspects with items and lexicon in three queries; only items that speak of `words`, if given."""
    items = ServiceItem.objects.filter(retired_on=None)
    if words:
        items = items.filter(Q(name__icontains=words) | Q(terms__text__icontains=words)).distinct()
    shown = Prefetch("items", queryset=items.prefetch_related("terms"), to_attr="shown_items")
    return ServiceAspect.objects.filter(retired_on=None).prefetch_related(shown)
