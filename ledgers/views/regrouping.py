"""Splitting and merging demands: each a page that says what will happen and asks for the reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from branches.requests import Request
from core.doorbell import ring
from core.forms import ReasonForm, attempt
from core.pages import found, get_or_post, posted
from ledgers.forms.regrouping import MergeForm, part_forms
from ledgers.models import Demand
from ledgers.services.regrouping import demand_merge, demand_regroup_blockers, demand_split

PERMISSION = "ledgers.regroup_demand"
KEPT = "原来的需求转为“撤销”，内容和留痕都保留，和新的需求互相链接。"


def _page(request: Request, demand: Demand, template: str, **context: Any) -> HttpResponse:
    context |= {
        "demand": demand,
        "blockers": demand_regroup_blockers(demand),
        "cancel_url": reverse("demand_detail", args=[demand.pk]),
        "tone": "primary",
    }
    return render(request, template, context)


@get_or_post
def demand_split_page(request: Request, pk: int) -> HttpResponse:
    demand = found(Demand.objects.visible_to(request.user), pk, request.user, PERMISSION)
    form, parts = ReasonForm(posted(request)), part_forms(posted(request), demand)
    if all([form.is_valid(), parts.is_valid()]):  # both, so that every fault is told at once
        terms = {"demand": demand, "parts": parts.parts, "reason": form.cleaned_data["reason"]}
        made = attempt(form, lambda: demand_split(actor=request.user, now=timezone.now(), **terms))
        if made:
            ring("notification_queued")
            messages.success(request, f"已拆分为 {len(made)} 条需求。")
            return redirect("demand_detail", made[0].pk)
    effects = ["每一条成为新的需求，没填的内容照原来的带过去。", KEPT]
    if demand.visits_wanted:
        effects.insert(1, "还没有办的次数平分到各条，每条至少一次，之后可以再改。")
    context: dict[str, Any] = {"title": f"拆分需求：{demand.title}", "effects": effects, "submit": "拆分"}
    context |= {"form": form, "parts": parts, "row_faults": parts.row_faults}
    return _page(request, demand, "ledgers/demand_split.html", **context)


@get_or_post
def demand_merge_page(request: Request, pk: int) -> HttpResponse:
    into = found(Demand.objects.visible_to(request.user), pk, request.user, PERMISSION)
    form = MergeForm(posted(request), into=into)
    if form.is_valid() and attempt(
        form, lambda: demand_merge(into=into, actor=request.user, now=timezone.now(), **form.cleaned_data)
    ):
        ring("notification_queued")
        messages.success(request, "需求已合并。")
        return redirect("demand_detail", into.pk)
    effects = [
        f"选中的需求并入“{into.title}”：事项、服务方式和对象合在一起，紧急程度取最急的，时限取最早的。",
        "被并入的需求转为“撤销”，内容和留痕都保留，互相链接。",
    ]
    context = {"title": f"合并到：{into.title}", "effects": effects, "submit": "合并"}
    return _page(request, into, "components/confirm_page.html", form=form, **context)
