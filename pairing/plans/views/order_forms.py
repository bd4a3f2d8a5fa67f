"""The form pages of an order: drawn up by hand, edited, or changed by request once both sides confirmed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches.requests import Request
from core.doorbell import ring
from core.errors import StaleVersionError
from core.forms import attempt, submit
from core.pages import get_or_post, number, posted
from pairing.plans.forms.order_contents import OrderForms, OrderNewForm, seen_tasks
from pairing.plans.forms.reasons import SharedReasonForm
from pairing.plans.models import ChangeRequest, Pairing, PlanOrder
from pairing.plans.selectors.orders import (
    order_demands,
    order_resources,
    plan_order_at_version,
    plan_order_rows,
)
from pairing.plans.selectors.targets import seen_targets, targets_in_words, targets_merged, targets_of
from pairing.plans.selectors.task_lists import task_drafts, tasks_in_words, tasks_merged
from pairing.plans.services import change_requests, order_contents, order_guards


@get_or_post
def plan_order_new(request: Request) -> HttpResponse:
    """Draw up an order by hand with the partner of ?pairing=, or with the only one there is."""
    mine = Pairing.objects.active().of_branches(request.user.staff_branch_ids)
    pairings = list(mine.select_related("branch_a", "branch_b"))
    chosen = number(request.GET.get("pairing", "")) or (pairings[0].pk if len(pairings) == 1 else None)
    pairing = next((row for row in pairings if row.pk == chosen), None)
    context: dict[str, Any] = {"pairings": pairings, "pairing": pairing}
    if pairing is None:
        return render(request, "plans/plan_order_new.html", context)
    today = timezone.localdate()
    lists = {"demands": order_demands(pairing), "resources": order_resources(pairing, on=today)}
    form = OrderNewForm(posted(request), initial={"demand": request.GET.get("demand")}, **lists)
    if request.method == "POST":
        service = order_contents.plan_order_create
        order = submit(form, service, pairing=pairing, actor=request.user, now=timezone.now())
        if order:
            ring("notification_queued")
            messages.success(request, f"已起草定单 {order}，请核对任务后确认，对方也会收到通知。")
            return redirect(order)
    status = 422 if form.errors else 200
    return render(request, "plans/plan_order_new.html", context | {"form": form}, status=status)


@get_or_post
def plan_order_edit(request: Request, pk: int) -> HttpResponse:
    """Change an order that is not agreed yet; a stale save shows both versions side by side."""
    order = _own(request, pk)
    return _contents(
        request,
        order,
        order_contents.plan_order_edit,
        order_guards.plan_order_edit_blockers(order, request.user),
    )


@get_or_post
def change_request_new(request: Request, pk: int) -> HttpResponse:
    """Ask the other side to change an order that both have confirmed."""
    order = _own(request, pk)
    return _contents(
        request,
        order,
        change_requests.change_request_propose,
        order_guards.change_request_blockers(order, request.user),
        is_change=True,
    )


def _contents(
    request: Request, order: PlanOrder, service: Any, blockers: list[str], *, is_change: bool = False
) -> HttpResponse:
    """The form of an order's contents; on POST give it to the service, and show both versions if stale."""
    forms = OrderForms(posted(request), order, is_change=is_change)
    if request.method == "POST" and forms.is_valid():
        call = partial(service, order=order, actor=request.user, now=timezone.now(), **forms.values)
        try:
            saved = attempt(forms.form, call)
        except StaleVersionError as stale:
            return _stale(request, forms, stale, is_change=is_change)
        if saved:
            ring("notification_queued")
            messages.success(request, _saved_words(order, saved, is_change=is_change))
            return redirect(order)
    context = {
        "order": order,
        "forms": forms,
        "form": forms.form,
        "blockers": blockers,
        "is_change": is_change,
    }
    status = 422 if forms.form.is_bound and forms.errors else 200
    return render(request, "plans/plan_order_edit.html", context, status=status)


def _saved_words(order: PlanOrder, saved: Any, *, is_change: bool) -> str:
    """What the save came to; `order` is as it was when the form was opened."""
    if is_change:
        return "变更申请已送对方，对方同意后生效。"
    if saved.version == order.version:
        return "内容没有改动，版本和双方的确认都不变。"
    return f"已保存为第 {saved.version} 版，双方需要重新确认。"


def _stale(request: Request, mine: OrderForms, stale: StaleVersionError, *, is_change: bool) -> HttpResponse:
    """Show what differs; the form keeps what this person changed and takes over the rest of their version."""
    theirs = _own(request, mine.form.instance.pk)
    sent = mine.form.cleaned_data
    fields = (*mine.form.Meta.fields, "series")
    now = {name: getattr(theirs, name) for name in fields} | {"series": str(theirs.series or "")}
    seen = plan_order_at_version(theirs, sent["version"])
    changed = {name for name in fields if name in seen and sent[name] != seen[name]}
    rows = [
        _difference(mine, name, sent[name], now[name], keeps_mine=name in changed)
        for name in fields
        if sent[name] != now[name]
    ]
    kept = {name: sent[name] for name in (*changed, "reason") if name in sent} | {"version": theirs.version}
    forms = OrderForms(None, theirs, is_change=is_change, initial=kept)
    rows += [*_merge_tasks(request, mine, forms, theirs), *_merge_targets(request, mine, forms, theirs)]
    context = {
        "order": theirs,
        "forms": forms,
        "form": forms.form,
        "stale": stale.message,
        "differences": rows,
        "is_change": is_change,
    }
    return render(request, "plans/plan_order_edit.html", context, status=409)


def _merge_tasks(
    request: Request, mine: OrderForms, forms: OrderForms, theirs: PlanOrder
) -> list[dict[str, Any]]:
    """Put both lists of tasks together into `forms`; give the row that compares them, if they differ."""
    my_tasks, their_tasks = mine.drafts, task_drafts(theirs)
    if my_tasks is None or my_tasks == their_tasks:
        return []
    forms.show(theirs, tasks_merged(my_tasks, seen_tasks(request.POST.get("seen_tasks", "")), their_tasks))
    words = {"mine": tasks_in_words(my_tasks, theirs), "theirs": tasks_in_words(their_tasks, theirs)}
    return [words | {"label": "任务", "merged": "您改过的任务用您的，其余用对方的"}]


def _merge_targets(
    request: Request, mine: OrderForms, forms: OrderForms, theirs: PlanOrder
) -> list[dict[str, Any]]:
    """The same for the expected metrics."""
    my_aims, their_aims = mine.aims, targets_of(theirs)
    if my_aims is None or my_aims == their_aims:
        return []
    seen = seen_targets(request.POST.get("seen_targets", ""))
    forms.show_targets(targets_merged(my_aims, seen, their_aims))
    words = {"mine": targets_in_words(my_aims) or "不设", "theirs": targets_in_words(their_aims) or "不设"}
    return [words | {"label": "预期指标", "merged": "您改过的指标用您的，其余用对方的"}]


def _difference(forms: OrderForms, name: str, mine: Any, theirs: Any, *, keeps_mine: bool) -> dict[str, Any]:
    field = forms.form.fields[name]
    shown = {"mine": _shown(field, mine), "theirs": _shown(field, theirs)}
    return shown | {"label": field.label, "keeps_mine": keeps_mine}


def _shown(field: Any, value: Any) -> str:
    """Give a value as the reader knows it: the label of a choice, else the value itself."""
    return str(dict(getattr(field, "choices", ())).get(value, value) or "空")


@require_POST
def change_request_accept(request: Request, pk: int, change_pk: int) -> HttpResponse:
    """Agree to a change: a new version that both sides have confirmed."""
    order = _own(request, pk)
    change = get_object_or_404(order.changes, pk=change_pk)
    change_requests.change_request_accept(request=change, actor=request.user, now=timezone.now())
    ring("notification_queued")
    ring("plan_order_confirmed")
    messages.success(request, "已同意变更，新内容双方都已确认。")
    return redirect(order)


@get_or_post
def change_request_decline(request: Request, pk: int, change_pk: int) -> HttpResponse:
    """Say no to a change with a reason."""
    order = _own(request, pk)
    change = get_object_or_404(order.changes.select_related("asked_by"), pk=change_pk)
    blockers = order_guards.change_request_answer_blockers(order, change, request.user)
    return _answer(request, order, change, change_requests.change_request_decline, "不同意变更", blockers)


@get_or_post
def change_request_withdraw(request: Request, pk: int, change_pk: int) -> HttpResponse:
    """Take one's own request back with a reason."""
    order = _own(request, pk)
    change = get_object_or_404(order.changes.select_related("asked_by"), pk=change_pk)
    blockers = order_guards.change_request_withdraw_blockers(order, change, request.user)
    return _answer(request, order, change, change_requests.change_request_withdraw, "撤回变更申请", blockers)


def _answer(
    request: Request,
    order: PlanOrder,
    change: ChangeRequest,
    service: Any,
    title: str,
    blockers: list[str],
) -> HttpResponse:
    """Show the page that ends a request; on POST give its reason to the service."""
    form = SharedReasonForm(posted(request))
    if request.method == "POST" and submit(
        form, service, request=change, actor=request.user, now=timezone.now()
    ):
        ring("notification_queued")
        messages.success(request, "已告知对方，定单内容不变。")
        return redirect(order)
    context = {
        "title": title,
        "lead": f"{order} · {order.demand}",
        "form": form,
        "submit": title,
        "effects": ["定单仍按双方已确认的内容办理。", f"{change.asked_by}要变更的理由：{change.reason}"],
        "blockers": blockers,
        "cancel_url": order.get_absolute_url(),
    }
    return render(request, "components/confirm_page.html", context, status=422 if form.errors else 200)


def _own(request: Request, pk: int) -> PlanOrder:
    return get_object_or_404(plan_order_rows(request.user), pk=pk)
