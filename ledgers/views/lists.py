"""The two ledgers as lists: filtered, sorted, with the columns one wants, and steps for many rows at once."""

from __future__ import annotations

import rules
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from branches.requests import Request
from core.doorbell import ring
from core.pages import sorted_page
from ledgers.enums import LedgerPage, ResourceState
from ledgers.filters import DemandFilter, ResourceFilter
from ledgers.selectors.rows import demand_rows, resource_rows, saved_views, with_aspect_names
from ledgers.selectors.unconfirmed import unconfirmed_demands, unconfirmed_resources
from ledgers.selectors.usage import with_full
from ledgers.services.bulk import demands_take_step, resources_change_state, resources_confirm
from ledgers.services.demand_steps import STEPS
from ledgers.views.listing import bulk, list_tools, opening_view

RESOURCE_SORTS = {
    "serial": "serial",
    "title": "title_key",
    "branch": "branch__name_key",
    "kind": "kind",
    "capacity": "capacity_per_month",
    "confirmed": "confirmed_on",
    "state": "state",
}
RESOURCE_COLUMNS = {
    "serial": ("序号", True),
    "branch": ("提供单位", True),
    "kind": ("类别", True),
    "aspects": ("服务方向", True),
    "capacity": ("每月次数", True),
    "place": ("地点", False),
    "contact": ("联系人", False),
    "valid": ("有效期止", False),
    "confirmed": ("最近确认", False),
    "state": ("状态", True),
}
DEMAND_SORTS = {
    "serial": "serial",
    "title": "title_key",
    "branch": "branch__name_key",
    "aspect": "aspect__position",
    "urgency": "urgency",
    "raised": "raised_on",
    "deadline": "deadline_on",
    "state": "state",
}
DEMAND_COLUMNS = {
    "serial": ("序号", True),
    "branch": ("提出单位", True),
    "aspect": ("需求方面", True),
    "people": ("预计受益人数", False),
    "contact": ("联系人", False),
    "urgency": ("紧急程度", True),
    "raised": ("提出日期", False),
    "deadline": ("期望时限", True),
    "state": ("状态", True),
}
RESOURCE_ACTIONS = {"confirm": "确认仍可用", "publish": "启用", "withdraw": "停用"}
DEMAND_ACTIONS = {
    step.name: step.label for step in STEPS.values() if step.permission == "ledgers.change_demand"
}
RETURN_ACTIONS = {"return": STEPS["return"].label}
TO = {"publish": ResourceState.PUBLISHED, "withdraw": ResourceState.WITHDRAWN}


def filtered_resources(request: Request) -> ResourceFilter:
    today = timezone.localdate()
    rows = resource_rows(request.user, today=today)
    return ResourceFilter(request.GET, rows, user=request.user, today=today)


def filtered_demands(request: Request) -> DemandFilter:
    today = timezone.localdate()
    rows = demand_rows(request.user, today=today)
    return DemandFilter(request.GET, rows, user=request.user, today=today)


@require_safe
def resource_list(request: Request) -> HttpResponse:
    views = saved_views(request.user, LedgerPage.RESOURCES)
    if answer := opening_view(request, views):
        return answer
    chosen = filtered_resources(request)
    rows = with_full(with_aspect_names(chosen.qs), today=timezone.localdate())
    may_add = rules.has_perm("ledgers.add_resource", request.user)  # without the queries of has_perm
    context = {
        "filter": chosen,
        "page": sorted_page(request, rows, RESOURCE_SORTS),
        "may_add": may_add,
        "bare_count": unconfirmed_resources(request.user).count() if may_add else 0,
        "actions": RESOURCE_ACTIONS if may_add else {},
        "today": timezone.localdate(),
        **list_tools(request, LedgerPage.RESOURCES, views, RESOURCE_COLUMNS),
    }
    return render(request, "ledgers/resource_list.html", context)


@require_safe
def demand_list(request: Request) -> HttpResponse:
    views = saved_views(request.user, LedgerPage.DEMANDS)
    if answer := opening_view(request, views):
        return answer
    chosen = filtered_demands(request)
    may_add = rules.has_perm("ledgers.add_demand", request.user)
    context = {
        "filter": chosen,
        "page": sorted_page(request, chosen.qs, DEMAND_SORTS),
        "may_add": may_add,
        "bare_count": unconfirmed_demands(request.user).count() if may_add else 0,
        "actions": _demand_actions(request),
        "today": timezone.localdate(),
        **list_tools(request, LedgerPage.DEMANDS, views, DEMAND_COLUMNS),
    }
    return render(request, "ledgers/demand_list.html", context)


@require_POST
def resource_bulk(request: Request) -> HttpResponse:
    """Confirm, publish or withdraw the ticked resources."""

    def call(form):  # type: ignore[no-untyped-def]
        action, today = form.cleaned_data["action"], timezone.localdate()
        if action == "confirm":
            return resources_confirm(ids=form.ids, actor=request.user, today=today)
        to, reason = TO[action], form.cleaned_data["reason"]
        return resources_change_state(ids=form.ids, to=to, actor=request.user, today=today, reason=reason)

    return bulk(request, LedgerPage.RESOURCES, RESOURCE_ACTIONS, call)


@require_POST
def demand_bulk(request: Request) -> HttpResponse:
    """Take one of STEPS with the ticked demands."""

    def call(form):  # type: ignore[no-untyped-def]
        terms = {"actor": request.user, "now": timezone.now(), "reason": form.cleaned_data["reason"]}
        batch = demands_take_step(ids=form.ids, step=STEPS[form.cleaned_data["action"]], **terms)
        ring("notification_queued")
        return batch

    return bulk(request, LedgerPage.DEMANDS, _demand_actions(request), call)


def _demand_actions(request: Request) -> dict[str, str]:
    """What this person may choose for ticked demands: the branch's steps, the office's return, or nothing."""
    if rules.has_perm("ledgers.add_demand", request.user):
        return DEMAND_ACTIONS
    return RETURN_ACTIONS if rules.has_perm("ledgers.return_demand", request.user) else {}
