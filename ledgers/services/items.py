"""Confirms the service items of rows that had none."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from branches.models import User
from core import audit
from core.errors import DomainError
from ledgers.models import Demand, Resource, ServiceItem

Chosen = Mapping[int, int]  # primary key of the row → of the item


@transaction.atomic
def items_confirm(*, demands: Chosen, resources: Chosen, actor: User) -> int:
    """Name the service item of some demands and resources of the actor's branches; gives how many.

    A row that has got an item meanwhile keeps it and is not counted.

    Raises:
        DomainError: an item is not in use, or a row is not the actor's.
    """
    wanted = {*demands.values(), *resources.values()}
    items = {item.pk: item for item in ServiceItem.objects.in_use().filter(pk__in=wanted)}
    if wanted - items.keys():
        raise DomainError("有的服务事项已停用，请刷新页面后再选。")
    return sum(
        _confirm(model, chosen, items, actor) for model, chosen in ((Demand, demands), (Resource, resources))
    )


def _confirm(
    model: type[Demand] | type[Resource], chosen: Chosen, items: Mapping[int, ServiceItem], actor: User
) -> int:
    own = model.objects.filter(pk__in=chosen.keys(), branch__in=actor.staff_branch_ids)
    rows = list(own.select_for_update(of=("self",)).order_by("pk"))
    if len(rows) < len(chosen):
        raise DomainError("有的条目已不在您的支部，请刷新页面后再选。")
    bare = [row for row in rows if not row.items.exists()]
    for row in bare:
        item = items[chosen[row.pk]]
        with audit.action(f"{model._meta.model_name}.item_confirm", actor=actor, target=row) as entry:
            row.items.add(item)
            entry.changes = {"items": ["", item.name]}
    return len(bare)
