"""Checking and writing the tasks of an order as one list."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import DomainError
from pairing.plans.models import PlanOrder, PlanTask
from pairing.plans.selectors.task_lists import TaskDraft

LONGEST = 40  # tasks of one order


def check_tasks(order: PlanOrder, drafts: Sequence[TaskDraft]) -> None:
    """Refuse a list that is too long, a foreign owner, and the loss of a task that is done or scheduled.

    Raises:
        DomainError: naming the task.
    """
    if len(drafts) > LONGEST:
        raise DomainError(f"一张定单最多 {LONGEST} 项任务，现在是 {len(drafts)} 项，请合并一些。")
    stored = {task.pk: task for task in order.tasks.all()}
    for draft in drafts:
        if not order.pairing.has(draft.owner_id):
            raise DomainError(f"任务“{draft.title}”的负责支部须是结对双方之一。")
        if draft.id is not None and draft.id not in stored:
            raise DomainError(f"任务“{draft.title}”已被对方删除，请刷新页面后再保存。")
    kept = {draft.id for draft in drafts}
    # Activities sit in a layer above; only the name of their relation is used here.
    scheduled = set(order.activities.exclude(task=None).values_list("task", flat=True))
    for task in stored.values():
        if task.pk in kept:
            continue
        if task.done_on:
            raise DomainError(f"任务“{task}”已经完成，不能删除。")
        if task.pk in scheduled:
            raise DomainError(f"任务“{task}”已经排成活动，请先在活动里取消，不能删除。")


def write_tasks(order: PlanOrder, drafts: Sequence[TaskDraft]) -> None:
    """Make the tasks of a locked order what a checked list says; done ones keep their day."""
    stored = {task.pk: task for task in order.tasks.all()}
    order.tasks.exclude(pk__in=[draft.id for draft in drafts if draft.id]).delete()
    for position, draft in enumerate(drafts, start=1):
        task = stored[draft.id] if draft.id else PlanTask(plan_order=order)
        task.position, task.title, task.kind = position, draft.title, draft.kind
        task.owner_id, task.responsible, task.due_on = draft.owner_id, draft.responsible, draft.due_on
        task.save()
