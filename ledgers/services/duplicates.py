"""Settling two rows that look alike: merged with their history, or told apart for good."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import DomainError
from ledgers.enums import ResourceState
from ledgers.models import Demand, DistinctDemands, DistinctResources, Resource
from ledgers.services.resources import RELATIONS, resource_change_state

SETS = ("help_kinds", "audiences")


@transaction.atomic
def rows_tell_apart(*, first: Any, second: Any, actor: User, now: datetime) -> Any:
    """Remember that two resources or two demands are not the same; said twice it stays one row.

    Raises:
        DomainError: when they are one and the same row, or of different ledgers.
    """
    if type(first) is not type(second) or first.pk == second.pk:
        raise DomainError("请选择同一本台账里的两行。")
    model = DistinctDemands if isinstance(first, Demand) else DistinctResources
    low, high = sorted((first, second), key=lambda row: row.pk)
    values = {"made_by": actor, "made_at": now}
    return model.objects.get_or_create(first=low, second=high, defaults=values)[0]


@transaction.atomic
def resource_merge(
    *, resource: Resource, into: Resource, actor: User, now: datetime, reason: str
) -> Resource:
    """Let `into` offer what `resource` offers too, and withdraw that one; both say so in their history.

    `into` keeps its own words, capacity and contact, and takes over the other's directions, items, kinds of
    help and audiences; claims and orders stay with the resource they were made on.

    Raises:
        DomainError: without a reason, across branches, or when one is out of use already.
    """
    if not reason.strip():
        raise DomainError("请写明合并的理由。", field="reason")
    rows = Resource.objects.select_for_update(of=("self",), no_key=True).filter(pk__in={resource.pk, into.pk})
    by_key = {row.pk: row for row in rows.order_by("pk")}
    if len(by_key) < 2:
        raise DomainError("请选择两项不同的资源。")
    resource, into = by_key[resource.pk], by_key[into.pk]
    if resource.branch_id != into.branch_id:
        raise DomainError("两项资源不是同一个支部的，不能合并；确实不同就点“不是重复”。")
    if ResourceState.WITHDRAWN in {resource.state, into.state}:
        raise DomainError("其中一项已经停用，不用再合并。请刷新页面。")
    with audit.action("resource.merge", actor=actor, target=into, reason=reason) as entry:
        entry.summary = f"并入第{resource.serial}号“{resource}”"
        _take_over(into, resource)
        resource_change_state(
            resource=resource,
            to=ResourceState.WITHDRAWN,
            actor=actor,
            today=timezone.localdate(now),
            reason=f"已并入第{into.serial}号“{into}”：{reason}",
        )
    return into


def _take_over(into: Resource, other: Resource) -> None:
    for name in SETS:
        setattr(into, name, list(dict.fromkeys([*getattr(into, name), *getattr(other, name)])))
    into.save(update_fields=[*SETS, "updated_at"])
    for name in RELATIONS:
        getattr(into, name).add(*getattr(other, name).all())
