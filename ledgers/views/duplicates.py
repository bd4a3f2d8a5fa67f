"""疑似重复: rows that say nearly the same, side by side, to be merged or told apart."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from branches.requests import Request
from core.doorbell import ring
from core.errors import DomainError
from core.pages import number
from ledgers.enums import LedgerPage
from ledgers.models import Demand, Resource
from ledgers.selectors.duplicates import likely_duplicates
from ledgers.services.duplicates import resource_merge, rows_tell_apart
from ledgers.services.regrouping import demand_merge


@require_safe
def duplicate_list(request: Request) -> HttpResponse:
    return render(request, "ledgers/duplicate_list.html", {"pairs": likely_duplicates(request.user)})


@require_POST
def duplicate_settle(request: Request) -> HttpResponse:
    """Merge the second row into the first, or the first into the second, or tell them apart."""
    is_demand = request.POST.get("page") == LedgerPage.DEMANDS
    first, second = (_row(request, Demand if is_demand else Resource, name) for name in ("first", "second"))
    action, now = request.POST.get("action"), timezone.now()
    if action == "apart":
        rows_tell_apart(first=first, second=second, actor=request.user, now=now)
        messages.success(request, "记下了：这两行不是重复，以后不再提示。")
    elif action in {"keep_first", "keep_second"}:
        into, other = (first, second) if action == "keep_first" else (second, first)
        _merge(request, into, other, now)
        messages.success(request, f"已把“{other}”并入“{into}”，两边的留痕都保留。")
    else:
        raise DomainError("请选择怎样处理这两行。")
    return redirect("duplicate_list")


def _merge(request: Request, into: Any, other: Any, now: Any) -> None:
    for row in (into, other):
        if row.branch_id not in request.user.staff_branch_ids:
            raise DomainError("只能合并本支部的行。不是重复的，点“不是重复”。")
    terms = {"actor": request.user, "now": now, "reason": request.POST.get("reason", "")}
    if isinstance(into, Demand):
        demand_merge(demands=[other], into=into, **terms)
        ring("notification_queued")
    else:
        resource_merge(resource=other, into=into, **terms)


def _row(request: Request, model: Any, name: str) -> Any:
    """One of the two rows: of one's own branch or a partner's, and visible."""
    key = number(request.POST.get(name, ""))
    own = request.user.staff_branch_ids | request.user.partner_ids if request.user.staff_branch_ids else ()
    row = model.objects.visible_to(request.user).filter(pk=key or 0, branch__in=own).first()
    if row is None:
        raise DomainError("没有找到要处理的行，可能已经变了。请刷新页面再办。")
    return row
