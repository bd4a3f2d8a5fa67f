"""Reads of plan orders: the ledger, the board, the page of one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db.models import Count, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from branches.models import User
from core.changes import value_in_words
from core.models import AuditEntry
from core.wording import short_date
from ledgers.models import Demand, Resource
from pairing.plans.enums import PLAN_ORDER_LIVE, PlanOrderState
from pairing.plans.models import ChangeRequest, OnBehalf, Pairing, PlanOrder, PlanTask, Series
from pairing.plans.selectors.targets import targets_from_json, targets_in_words, targets_of
from pairing.plans.selectors.task_lists import TaskDraft, task_drafts, tasks_in_words

BOARD_STATES = (*PLAN_ORDER_LIVE, PlanOrderState.COMPLETED)
BOARD_DEPTH = 6  # cards a column shows; the rest is behind 查看全部


def plan_order_rows(user: User) -> QuerySet[PlanOrder]:
    """Every order the person may see, with what a row or a card shows, the newest number first."""
    return (
        PlanOrder.objects.visible_to(user)
        .with_office_steps()
        .newest_first()
        .select_related(
            "pairing__branch_a", "pairing__branch_b", "demand__branch", "resource__branch", "series"
        )
    )


def plan_order_detail(user: User) -> QuerySet[PlanOrder]:
    """Orders with everything their page shows besides the timeline.

    Activities sit in a layer above; only the name of their relation is used here.
    """
    tasks = PlanTask.objects.select_related("owner").order_by("position")
    on_behalf = Prefetch("on_behalf", OnBehalf.objects.select_related("branch", "actor"))
    changes = ChangeRequest.objects.select_related("asked_by", "asker")
    return (
        plan_order_rows(user)
        .select_related("claim", "demand__aspect")
        .prefetch_related(Prefetch("tasks", tasks), "activities", on_behalf, Prefetch("changes", changes))
    )


def plan_order_at_version(order: PlanOrder, version: int) -> dict[str, Any]:
    """Give the fields of the order as they stood in an earlier version; empty when history has none."""
    history = cast(Any, order).events  # the relation to the event table is made by pghistory at run time
    row = history.filter(version=version).order_by("-pgh_id").values().first() or {}
    if row:
        row["series"] = (
            Series.objects.filter(pk=row["series_id"]).values_list("title", flat=True).first() or ""
        )
    return row


def order_demands(pairing: Pairing) -> QuerySet[Demand]:
    """The open demands of both sides, for which an order can be drawn up by hand."""
    sides = (pairing.branch_a_id, pairing.branch_b_id)
    return (
        Demand.objects.open().filter(branch__in=sides).select_related("branch").order_by("branch", "serial")
    )


def order_resources(pairing: Pairing, *, on: date) -> QuerySet[Resource]:
    """The usable resources of both sides."""
    sides = (pairing.branch_a_id, pairing.branch_b_id)
    usable = Resource.objects.published().valid(on=on).filter(branch__in=sides)
    return usable.select_related("branch").order_by("branch", "serial")


def change_rows(order: PlanOrder) -> list[dict[str, Any]]:
    """The change requests of an order, newest first, each with what it makes different, old → new."""
    return [{"request": row, "moved": _moved(order, row)} for row in order.changes.all()]


def _moved(order: PlanOrder, request: ChangeRequest) -> list[dict[str, str]]:
    """Old is the order as it is for an open request; an answered one shows what it asked for only."""
    moved = []
    for name, new in request.fields.items():
        field: Any = PlanOrder._meta.get_field(name)
        old = value_in_words(field, getattr(order, name) or "") if request.is_open else ""
        moved.append({"label": str(field.verbose_name), "old": old, "new": value_in_words(field, new)})
    if request.is_open and request.tasks is None and "due_on" in request.fields:
        moved.append({"label": "没办的任务", "old": "各自的时限", "new": "时限按新的完成时限重新分配"})
    if request.tasks is not None:
        new_tasks = tasks_in_words([TaskDraft.from_json(task) for task in request.tasks], order)
        old_tasks = tasks_in_words(task_drafts(order), order) if request.is_open else ""
        moved.append({"label": "任务", "old": old_tasks, "new": new_tasks})
    if request.targets is not None:
        new_targets = targets_in_words(targets_from_json(request.targets)) or "不设"
        old_targets = targets_in_words(targets_of(order)) if request.is_open else ""
        moved.append({"label": "预期指标", "old": old_targets, "new": new_targets})
    return moved


@dataclass(frozen=True)
class BoardColumn:
    """One state of the board: its first cards, soonest deadline first, and how many there are in all."""

    state: PlanOrderState
    orders: list[PlanOrder]
    count: int


def plan_order_board(rows: QuerySet[PlanOrder]) -> list[BoardColumn]:
    """Lay the orders out by state in two queries, however many there are; cancelled ones are left out."""
    rows = rows.filter(state__in=BOARD_STATES)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    is_top = Q(nth_first__lte=BOARD_DEPTH) & ~Q(state=PlanOrderState.COMPLETED)
    is_newest = Q(nth_last__lte=BOARD_DEPTH, state=PlanOrderState.COMPLETED)  # the newest success first
    top = rows.annotate(nth_first=_rank("due_on", "pk"), nth_last=_rank("-due_on", "-pk"))
    by_state: dict[str, list[PlanOrder]] = {state: [] for state in BOARD_STATES}
    for order in top.filter(is_top | is_newest).order_by("nth_first"):
        by_state[order.state].append(order)
    by_state[PlanOrderState.COMPLETED].reverse()
    return [BoardColumn(state, by_state[state], counts.get(state, 0)) for state in BOARD_STATES]


def _rank(*order: str) -> Window:
    """The place of an order among those of its state."""
    return Window(RowNumber(), partition_by="state", order_by=order)


def plan_order_entries(order: PlanOrder) -> QuerySet[AuditEntry]:
    """What happened to the order and to the claim it came from, newest first."""
    of_either = Q(target_type="plans.planorder", target_id=order.pk)
    if order.claim_id:
        of_either |= Q(target_type="plans.claim", target_id=order.claim_id)
    return AuditEntry.objects.filter(of_either).select_related("actor").order_by("-at", "-pk")


def plan_order_steps(order: PlanOrder) -> list[dict[str, str]]:
    """Give the chain from demand to 销号 with the place this order has reached."""
    notes = {
        "提出需求": short_date(order.demand.raised_on),
        "认领": _note(order.claim.decided_at) if order.claim else "",
        "双方确认": f"第 {order.version} 版",
        "联办活动": f"{_done_count(order)} / {len(order.tasks.all())} 项任务",
        "验收销号": _note(order.completed_on),
    }
    reached = {
        PlanOrderState.DRAFT: 2,
        PlanOrderState.TO_CONFIRM: 2,
        PlanOrderState.CONFIRMED: 3,
        PlanOrderState.IN_PROGRESS: 3,
        PlanOrderState.AWAITING_ACCEPTANCE: 4,
        PlanOrderState.COMPLETED: 5,
        PlanOrderState.CANCELLED: 2,
    }[PlanOrderState(order.state)]
    return [
        {"label": label, "note": note, "state": _place(number, reached)}
        for number, (label, note) in enumerate(notes.items())
    ]


def _place(number: int, reached: int) -> str:
    if number == reached:
        return "current"
    return "done" if number < reached else "todo"


def _note(value: date | datetime | None) -> str:
    return short_date(value) if value else ""


def _done_count(order: PlanOrder) -> int:
    return sum(task.done_on is not None for task in order.tasks.all())
