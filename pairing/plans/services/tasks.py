"""Ticking off the tasks of an order."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import refuse
from pairing.plans.enums import TaskKind
from pairing.plans.models import PlanOrder, PlanTask
from pairing.plans.services.locks import lock_order
from pairing.plans.services.order_guards import plan_task_done_blockers


@transaction.atomic
def plan_task_done(
    *, task: PlanTask, actor: User | None, now: datetime, done_on: date | None = None
) -> PlanTask:
    """Record that a task is done; one that is done already is left as it is.

    Args:
        done_on: the local day it was done, today when None.

    Raises:
        DomainError: see `plan_task_done_blockers`.
    """
    order = lock_order(task.plan_order_id)
    task = order.tasks.get(pk=task.pk)
    if task.done_on:
        return task
    refuse(plan_task_done_blockers(order, actor))
    with audit.action("plan_order.task_done", actor=actor, target=order) as entry:
        task.done_on = done_on or timezone.localdate(now)
        task.save(update_fields=["done_on", "updated_at"])
        entry.summary = f"完成任务：{task}"
    return task


@transaction.atomic
def plan_task_add(*, order: PlanOrder, title: str, due_on: date, actor: User | None = None) -> PlanTask:
    """Append an activity to an order: one that came without tasks, or whose work was sent back.

    As in a new order it is carried out by the side that serves, and led by who is responsible there.
    """
    order = lock_order(order.pk)
    pairing = order.pairing
    owner = pairing.partner_of(order.demand.branch_id)
    last = order.tasks.aggregate(last=Max("position"))["last"] or 0
    with audit.action("plan_order.task_add", actor=actor, target=order) as entry:
        task = PlanTask.objects.create(
            plan_order=order,
            position=last + 1,
            kind=TaskKind.ACTIVITY,
            title=title[:200],
            owner=owner,
            responsible=order.responsible_a if owner == pairing.branch_a else order.responsible_b,
            due_on=due_on,
        )
        entry.summary = f"增加任务：{task}"
    return task
