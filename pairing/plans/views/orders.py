"""计划定单: the ledger and its board, one order, and its form pages; see order_steps for the single steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.doorbell import ring
from core.errors import StaleVersionError
from core.forms import submit
from core.pages import PAGE_SIZE, get_or_post, posted
from pairing.plans.forms.orders import PlanOrderFilter, PlanOrderForm
from pairing.plans.selectors.orders import (
    plan_order_at_version,
    plan_order_board,
    plan_order_rows,
    plan_order_steps,
    plan_order_timeline,
)
from pairing.plans.selectors.orders import (
    plan_order_detail as detail_rows,
)
from pairing.plans.services import order_guards, orders

SORTS = {"number", "-number", "due_on", "-due_on", "state", "-state"}


@require_safe
def plan_order_list(request: HttpRequest) -> HttpResponse:
    """The ledger of orders, as a table or, with ?view=board, as a board by state."""
    sort = request.GET.get("sort")
    rows = plan_order_rows(request.user).order_by(sort if sort in SORTS else "-number")
    filtered = PlanOrderFilter(request.GET, rows)
    is_board = request.GET.get("view") == "board"
    context: dict[str, Any] = {"filter": filtered, "is_board": is_board}
    if is_board:
        context["columns"] = plan_order_board(filtered.qs)
        context["count"] = sum(column.count for column in context["columns"])
    else:
        context["page"] = Paginator(filtered.qs, PAGE_SIZE).get_page(request.GET.get("page"))
        context["count"] = context["page"].paginator.count
    return render(request, "plans/plan_order_list.html", context)


@require_safe
def plan_order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: where it stands, the next step or what is in its way, tasks, both ledger rows, history."""
    order = get_object_or_404(detail_rows(request.user), pk=pk)
    user = request.user
    context = {
        "order": order,
        "may_change": user.has_perm("plans.change_plan_order", order),
        "may_cancel": not order_guards.plan_order_cancel_blockers(order, user),
        "edit_blockers": order_guards.plan_order_edit_blockers(order, user),
        "confirm_blockers": order_guards.plan_order_confirm_blockers(order, user),
        "accept_blockers": order_guards.plan_order_accept_blockers(order, user),
        "task_blockers": order_guards.plan_task_done_blockers(order, user),
        "may_confirm_on_behalf": user.has_perm("plans.confirm_on_behalf", order),
        "steps": plan_order_steps(order),
        "timeline": plan_order_timeline(order),
    }
    return render(request, "plans/plan_order_detail.html", context)


@get_or_post
def plan_order_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an order that is not agreed yet; a stale save shows both versions side by side."""
    order = get_object_or_404(plan_order_rows(request.user), pk=pk)
    form = PlanOrderForm(posted(request), instance=order)
    if request.method == "POST":
        try:
            saved = submit(form, orders.plan_order_edit, order=order, actor=request.user, now=timezone.now())
        except StaleVersionError as stale:
            return _stale(request, form, stale)
        if saved:
            ring("notification_queued")
            messages.success(request, f"已保存为第 {saved.version} 版，双方需要重新确认。")
            return redirect(saved)
    context = {
        "order": order,
        "form": form,
        "blockers": order_guards.plan_order_edit_blockers(order, request.user),
    }
    return render(request, "plans/plan_order_edit.html", context, status=422 if form.errors else 200)


def _stale(request: HttpRequest, form: PlanOrderForm, stale: StaleVersionError) -> HttpResponse:
    """Show what differs; the form keeps what this person changed and takes over the rest of their version."""
    theirs = get_object_or_404(plan_order_rows(request.user), pk=form.instance.pk)
    mine = form.cleaned_data
    seen = plan_order_at_version(theirs, mine["version"])
    changed = {name for name in form.Meta.fields if mine[name] != seen.get(name)}
    differences = [
        {
            "label": form.fields[name].label,
            "mine": _shown(form.fields[name], mine[name]),
            "theirs": _shown(form.fields[name], getattr(theirs, name)),
            "keeps_mine": name in changed,
        }
        for name in form.Meta.fields
        if mine[name] != getattr(theirs, name)
    ]
    merged = {name: mine[name] for name in changed} | {"version": theirs.version}
    context = {
        "order": theirs,
        "form": PlanOrderForm(initial=merged, instance=theirs),
        "stale": stale.message,
        "differences": differences,
    }
    return render(request, "plans/plan_order_edit.html", context, status=409)


def _shown(field: Any, value: Any) -> str:
    """Give a value as the reader knows it: the label of a choice, else the value itself."""
    return str(dict(getattr(field, "choices", ())).get(value, value) or "空")
