"""计划定单: the ledger as table, board or bars, and one order; see order_forms and order_steps."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.pages import history_page, in_order, month_in, page_of
from core.periods import period_of
from pairing.plans.forms.orders import PlanOrderFilter
from pairing.plans.selectors.gantt import plan_order_gantt
from pairing.plans.selectors.orders import (
    change_rows,
    plan_order_board,
    plan_order_entries,
    plan_order_rows,
    plan_order_steps,
)
from pairing.plans.selectors.orders import (
    plan_order_detail as detail_rows,
)
from pairing.plans.selectors.targets import target_rows
from pairing.plans.selectors.timeline import timeline
from pairing.plans.services import order_guards

LAYOUTS = ("board", "gantt")
SORTS = {"number": "sequence", "due_on": "due_on", "state": "state"}


@require_safe
def plan_order_list(request: Request) -> HttpResponse:
    """The ledger of orders as a table; ?view=board lays it out by state, ?view=gantt over the months."""
    rows = in_order(request, plan_order_rows(request.user), SORTS)
    filtered = PlanOrderFilter(request.GET, rows)
    view = request.GET.get("view")
    context: dict[str, Any] = {"filter": filtered, "view": view if view in LAYOUTS else "table"}
    if view == "board":
        context["columns"] = plan_order_board(filtered.qs)
        context["count"] = sum(column.count for column in context["columns"])
    elif view == "gantt":
        today = timezone.localdate()
        month = month_in(request.GET.get("from", "")) or period_of("month", today)
        context["gantt"] = plan_order_gantt(filtered.qs, first=month.starts_on, today=today)
        context["count"] = context["gantt"].count
    else:
        context["page"] = page_of(request, filtered.qs)
        context["count"] = context["page"].paginator.count
    return render(request, "plans/plan_order_list.html", context)


@require_safe
def plan_order_detail(request: Request, pk: int) -> HttpResponse:
    """One order: where it stands, the next step or what is in its way, tasks, both ledger rows, history."""
    order = get_object_or_404(detail_rows(request.user), pk=pk)
    user = request.user
    context = {
        "order": order,
        "may_change": user.has_perm("plans.change_plan_order", order),
        "may_cancel": not order_guards.plan_order_cancel_blockers(order, user),
        "edit_blockers": order_guards.plan_order_edit_blockers(order, user),
        "confirm_blockers": order_guards.plan_order_confirm_blockers(order, user),
        "hand_in_blockers": order_guards.plan_order_hand_in_blockers(order, user),
        "accept_blockers": order_guards.plan_order_accept_blockers(order, user),
        "targets": target_rows(order),
        "changes": change_rows(order),
        "change_blockers": order_guards.change_request_blockers(order, user),
        "task_blockers": order_guards.plan_task_done_blockers(order, user),
        "may_confirm_on_behalf": user.has_perm("plans.confirm_on_behalf", order),
        "steps": plan_order_steps(order),
        "timeline": history_page(request, plan_order_entries(order), timeline),
    }
    return render(request, "plans/plan_order_detail.html", context)
