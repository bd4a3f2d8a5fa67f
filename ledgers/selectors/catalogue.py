"""The service catalogue as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from ledgers.models import ServiceAspect, ServiceItem
from ledgers.selectors.uses import with_uses


@dataclass(frozen=True)
class CataloguePage:
    """What the list shows: aspects in use with `shown_items`, and what is retired, apart."""

    aspects: list[Any]
    retired_aspects: list[ServiceAspect]
    retired_items: list[ServiceItem]

    @property
    def item_count(self) -> int:
        return sum(len(aspect.shown_items) for aspect in self.aspects)

    @property
    def retired_count(self) -> int:
        return len(self.retired_aspects) + len(self.retired_items)


def catalogue_page(*, q: str = "", help_kind: str = "", audience: str = "") -> CataloguePage:
    """The whole catalogue, or the items that fit the conditions, with words and uses; six queries."""
    conditions = _conditions(q, help_kind, audience)
    fitting = Q(pk__in=ServiceItem.objects.filter(conditions).values("pk"))
    in_use, retired = ServiceItem.objects.in_use(), ServiceItem.objects.retired()
    items = with_uses(in_use.filter(fitting)).prefetch_related("terms")
    shown = Prefetch("items", queryset=items, to_attr="shown_items")
    aspects = ServiceAspect.objects.all().prefetch_related(shown)
    named = Q(name__icontains=q) if not (help_kind or audience) else Q(pk=None)
    return CataloguePage(
        [aspect for aspect in aspects if not aspect.retired_on],
        list(ServiceAspect.objects.retired().filter(named).annotate(item_count=Count("items"))),
        list(with_uses(retired.filter(fitting)).select_related("aspect")),
    )


def _conditions(q: str, help_kind: str, audience: str) -> Q:
    found = Q()
    if q:
        found &= Q(name__icontains=q) | Q(terms__text__icontains=q) | Q(aspect__name__icontains=q)
    if help_kind:
        found &= Q(help_kinds__contains=[help_kind])
    if audience:
        found &= Q(audiences__contains=[audience])
    return found


def catalogue_rows() -> QuerySet[ServiceAspect]:
    """Every aspect with its items and their words, in the order of the catalogue, for a workbook."""
    items = ServiceItem.objects.prefetch_related("terms")
    return ServiceAspect.objects.prefetch_related(Prefetch("items", queryset=items))
