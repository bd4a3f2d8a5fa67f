"""Confirms what rows that came without it are about: service item, kinds of help, audiences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from branches.models import User
from core import audit
from core.errors import DomainError
from core.workbooks.merging import difference
from ledgers.enums import Audience, HelpKind
from ledgers.models import Demand, Resource, ServiceItem


@dataclass(frozen=True)
class Named:
    """What a person says a row is about; the last two only fill a field that is empty."""

    item: int
    help_kinds: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()


Chosen = Mapping[int, Named]  # by primary key of the row


@transaction.atomic
def items_confirm(*, demands: Chosen, resources: Chosen, actor: User) -> int:
    """Name what some demands and resources of the actor's branches are about; gives how many.

    A row that has got an item meanwhile keeps it and is not counted.

    Raises:
        DomainError: an item is not in use, a kind or an audience is none, or a row is not the actor's.
    """
    named = [*demands.values(), *resources.values()]
    wanted = {each.item for each in named}
    items = {item.pk: item for item in ServiceItem.objects.in_use().filter(pk__in=wanted)}
    if wanted - items.keys():
        raise DomainError("有的服务事项已停用，请刷新页面后再选。")
    kinds = {kind for each in named for kind in each.help_kinds}
    audiences = {audience for each in named for audience in each.audiences}
    if kinds - {*HelpKind.values} or audiences - {*Audience.values}:
        raise DomainError("有的服务方式或服务对象不在可选范围内，请刷新页面后再选。")
    return sum(
        _confirm(model, chosen, items, actor) for model, chosen in ((Demand, demands), (Resource, resources))
    )


def _confirm(
    model: type[Demand] | type[Resource], chosen: Chosen, items: Mapping[int, ServiceItem], actor: User
) -> int:
    own = model.objects.filter(pk__in=chosen.keys(), branch__in=actor.staff_branch_ids)
    rows = list(own.select_for_update(of=("self",), no_key=True).order_by("pk"))
    if len(rows) < len(chosen):
        raise DomainError("有的条目已不在您的支部，请刷新页面后再选。")
    bare = [row for row in rows if not row.items.exists()]
    for row in bare:
        named = chosen[row.pk]
        item = items[named.item]
        with audit.action(f"{model._meta.model_name}.item_confirm", actor=actor, target=row) as entry:
            row.items.add(item)
            entry.changes = {"items": [[], [item.name]]} | _fill(row, named)
    return len(bare)


def _fill(row: Demand | Resource, named: Named) -> dict[str, list[str]]:
    """Write kinds of help and audiences where the row has none; give old and new for the trail."""
    said: dict[str, Any] = {"help_kinds": list(named.help_kinds), "audiences": list(named.audiences)}
    values = {name: value for name, value in said.items() if value and not getattr(row, name)}
    changes = difference(row, values)
    if changes:
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=[*values, "updated_at"])
    return changes
