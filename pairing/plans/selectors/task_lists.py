"""The tasks of an order as one list: read, said in words, and two versions merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

from core.wording import short_date
from pairing.plans.enums import TaskKind
from pairing.plans.models import PlanOrder, PlanTask


@dataclass(frozen=True)
class TaskDraft:
    """One task as somebody wants it; `id` is None for a new one. The place in the list is its position."""

    id: int | None
    title: str
    kind: str
    owner_id: int
    responsible: str
    due_on: date

    @classmethod
    def of(cls, task: PlanTask) -> Self:
        return cls(task.pk, task.title, task.kind, task.owner_id, task.responsible, task.due_on)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{**data, "due_on": date.fromisoformat(data["due_on"])})

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"due_on": self.due_on.isoformat()}


def task_drafts(order: PlanOrder) -> list[TaskDraft]:
    """The tasks of an order as they are stored, in their order."""
    return [TaskDraft.of(task) for task in order.tasks.order_by("position")]


def tasks_in_words(drafts: Sequence[TaskDraft], order: PlanOrder) -> str:
    """One line for each task, as the trail and the comparison of two versions show them."""
    sides = {side.pk: str(side) for side in (order.pairing.branch_a, order.pairing.branch_b)}
    return "\n".join(
        f"{number}. {TaskKind(task.kind).label}：{task.title}"
        f"（{sides.get(task.owner_id, '')} {task.responsible or '未定'}，{short_date(task.due_on)}）"
        for number, task in enumerate(drafts, start=1)
    )


def tasks_late(
    drafts: Sequence[TaskDraft], before: Sequence[TaskDraft], due_on: date, *, is_moved: bool
) -> list[TaskDraft]:
    """Those due after `due_on`, the day of their order.

    A visit that was arranged anew may be due later than its order; it keeps its day while the order does.

    Args:
        before: the tasks as they are stored.
        is_moved: whether the day of the order changes too.
    """
    days = {} if is_moved else {task.id: task.due_on for task in before}
    return [task for task in drafts if task.due_on > due_on and days.get(task.id) != task.due_on]


def tasks_merged(
    mine: Sequence[TaskDraft], seen: Sequence[TaskDraft], theirs: Sequence[TaskDraft]
) -> list[TaskDraft]:
    """Both lists in one, for somebody who saw `seen`: what I changed stays mine, the rest is theirs.

    Their order of tasks counts; my new tasks, and tasks of mine that they removed, come last. A task that I
    removed is gone unless they have changed it meanwhile. Nothing that either side typed is lost.
    """
    mine_by_id = {task.id: task for task in mine if task.id is not None}
    seen_by_id = {task.id: task for task in seen}
    merged = []
    for their in theirs:
        my, was = mine_by_id.pop(their.id or 0, None), seen_by_id.get(their.id)
        if my is not None:
            merged.append(my if my != was else their)
        elif was is None or their != was:
            merged.append(their)
    kept = [task for task in mine_by_id.values() if task != seen_by_id.get(task.id)]
    new = [task for task in mine if task.id is None]
    return [*merged, *(TaskDraft(**{**asdict(task), "id": None}) for task in kept), *new]
