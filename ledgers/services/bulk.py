"""One step for many rows of a list: all must be the person's own, and each is taken or refused by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from branches.models import User
from core.errors import DomainError
from ledgers.enums import ResourceState
from ledgers.models import Demand, Resource
from ledgers.services.demand_steps import Step, demand_take_step
from ledgers.services.freshness import resource_confirm
from ledgers.services.resources import resource_change_state

MAX_ROWS = 100


@dataclass
class Batch:
    """What became of the rows of a batch: those done, and those refused, each with its sentence."""

    done: list[Any] = field(default_factory=list)
    refused: list[tuple[Any, str]] = field(default_factory=list)


@transaction.atomic
def demands_take_step(
    *, ids: Iterable[int], step: Step, actor: User, now: datetime, reason: str = ""
) -> Batch:
    """Take one step with many demands.

    Raises:
        DomainError: when one of them is not there for this person or not theirs to change, or the reason is
            missing; then nothing is done to any.
    """
    rows = _chosen(Demand.objects.visible_to(actor), ids, actor, step.permission)
    _need_reason(reason, step.needs_reason)
    return _each(
        rows, lambda row: demand_take_step(demand=row, step=step, actor=actor, now=now, reason=reason)
    )


@transaction.atomic
def resources_change_state(
    *, ids: Iterable[int], to: ResourceState, actor: User, today: date, reason: str = ""
) -> Batch:
    """Publish or withdraw many resources; a withdrawal needs a reason.

    Raises:
        DomainError: see `demands_take_step`.
    """
    rows = _chosen(Resource.objects.visible_to(actor), ids, actor, "ledgers.change_resource")
    _need_reason(reason, to == ResourceState.WITHDRAWN)
    return _each(rows, lambda row: _change(row, to, actor, today, reason))


@transaction.atomic
def resources_confirm(*, ids: Iterable[int], actor: User, today: date) -> Batch:
    """Confirm that many resources still stand.

    Raises:
        DomainError: see `demands_take_step`.
    """
    rows = _chosen(Resource.objects.visible_to(actor), ids, actor, "ledgers.change_resource")
    return _each(rows, lambda row: resource_confirm(resource=row, actor=actor, today=today))


def _change(row: Resource, to: ResourceState, actor: User, today: date, reason: str) -> Resource:
    return resource_change_state(resource=row, to=to, actor=actor, today=today, reason=reason)


def _chosen(visible: QuerySet[Any], ids: Iterable[int], actor: User, permission: str) -> Sequence[Any]:
    """The rows, locked in id order; a hidden row is refused just as one that is not there."""
    wanted = set(ids)
    if not wanted:
        raise DomainError("还没有选中任何一行，请先在列表左边打勾。")
    if len(wanted) > MAX_ROWS:
        raise DomainError(f"一次最多办理 {MAX_ROWS} 行，现在选了 {len(wanted)} 行，请分几次办理。")
    locked = visible.model.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    # The scope may join other tables, which a row lock cannot; so the keys are settled first.
    rows = list(locked.filter(pk__in=visible.filter(pk__in=wanted).values_list("pk", flat=True)))
    foreign = len(wanted) - sum(actor.has_perm(permission, row) for row in rows)
    if foreign:
        raise DomainError(
            f"选中的 {len(wanted)} 行里有 {foreign} 行不归您办理，整批都没有办理。请去掉这些行再办。"
        )
    return rows


def _need_reason(reason: str, is_needed: bool) -> None:
    if is_needed and not reason.strip():
        raise DomainError("请写明理由，再办理选中的行。", field="reason")


def _each(rows: Iterable[Any], call: Callable[[Any], object]) -> Batch:
    """Do it row by row; what one row is refused takes nothing back from the others."""
    batch = Batch()
    for row in rows:
        try:
            with transaction.atomic():
                call(row)
        except DomainError as error:
            batch.refused.append((row, error.message))
        else:
            batch.done.append(row)
    return batch
