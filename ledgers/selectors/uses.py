"""Where a line of the service catalogue is in use: what it may not be deleted for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import CASCADE, Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from pghistory.models import Event

from ledgers.models import Demand, Resource, ServiceItem
from ledgers.models.catalogue import CatalogueEntry


def uses_of(entry: CatalogueEntry) -> list[tuple[str, int]]:
    """(table, rows) for everything that refers to the entry, of every layer; its own words do not count.

    The layers above register nothing here: the models themselves say what refers to what.
    """
    counts: dict[str, int] = {}
    for model, name in _referring(type(entry)):
        if count := model._default_manager.filter(**{name: entry}).count():
            label = "历史记录" if issubclass(model, Event) else str(model._meta.verbose_name)
            counts[label] = counts.get(label, 0) + count
    return list(counts.items())


def _referring(model: type[Model]) -> Iterator[tuple[Any, str]]:
    """(model, field) of what refers to rows of `model` and does not go with them; the row history does."""
    relation: Any
    for relation in model._meta.get_fields(include_hidden=True):
        other: Any = relation.related_model if relation.auto_created and not relation.concrete else None
        if other is None or other._meta.auto_created:
            continue
        if relation.many_to_many or issubclass(other, Event) or relation.on_delete is not CASCADE:
            yield other, relation.field.name


def with_uses(items: QuerySet[ServiceItem]) -> QuerySet[ServiceItem]:
    """The same items, each with `resource_count` and `demand_count`."""
    return items.annotate(resource_count=_count(Resource), demand_count=_count(Demand))


def _count(model: type[Resource] | type[Demand]) -> Coalesce:
    through = model.items.through.objects.filter(serviceitem=OuterRef("pk")).order_by()
    counted: Any = through.values("serviceitem").annotate(uses=Count("pk"))
    return Coalesce(Subquery(counted.values("uses"), output_field=IntegerField()), 0)
