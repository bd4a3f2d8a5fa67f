"""交接: the list, planning one with a preview of what moves, one handover, and giving it up."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.enums import BRANCH_STAFF
from branches.models import Membership
from branches.requests import Request
from branches.services.handover import Leaving
from core.audit import entries_of
from core.doorbell import ring
from core.forms import ReasonForm, submit
from core.pages import get_or_post, history_page, page_of, posted
from pairing.handovers.enums import HandoverState
from pairing.handovers.forms import HandoverForm
from pairing.handovers.models import Handover
from pairing.handovers.services import handovers
from pairing.plans.selectors.timeline import timeline

admin_only = permission_required("handovers.manage_handover", raise_exception=True)


@require_safe
@admin_only
def handover_list(request: Request) -> HttpResponse:
    """Every handover, the coming ones first."""
    planned = Q(state=HandoverState.PLANNED)
    context = {
        "planned": page_of(request, _rows(request).filter(planned).order_by("on", "pk"), "planned"),
        "past": page_of(request, _rows(request).exclude(planned)),
        "today": timezone.localdate(),
    }
    return render(request, "handovers/handover_list.html", context)


@get_or_post
@admin_only
def handover_new(request: Request, pk: int) -> HttpResponse:
    """Hand one seat over: what will move on the chosen day (`?on=` while it is being chosen), and to whom."""
    seat = get_object_or_404(Membership.objects.select_related("user", "branch"), pk=pk)
    form = HandoverForm(posted(request), seat=seat)
    service = partial(handovers.handover_plan, seat=seat)
    if request.method == "POST":
        handover = submit(form, service, actor=request.user, now=timezone.now())
        if handover:
            ring("notification_queued")
            words = "交接已定，到那天自动办理。" if handover.is_planned else "交接已办理，各方已收到通知。"
            messages.success(request, words)
            return redirect(handover)
    day = form.day(request.POST.get("on") or request.GET.get("on", ""))
    leaving = Leaving.of(seat, on=day)
    context = {
        "seat": seat,
        "form": form,
        "shares": handovers.handover_preview(leaving),
        "leftovers": handovers.handover_leftovers(leaving),
        "keeps_duties": leaving.roles != BRANCH_STAFF,
        "others": seat.user.memberships.in_force(on=day).exclude(pk=seat.pk).select_related("branch"),
        "blockers": handovers.handover_plan_blockers(seat, request.user, today=timezone.localdate()),
    }
    return render(request, "handovers/handover_new.html", context, status=422 if form.errors else 200)


@require_safe
@admin_only
def handover_detail(request: Request, pk: int) -> HttpResponse:
    """One handover: what moved, or what will."""
    handover = get_object_or_404(_rows(request), pk=pk)
    leaving = Leaving.of(handover.seat, on=handover.on) if handover.is_planned else None
    context = {
        "handover": handover,
        "shares": handovers.handover_preview(leaving) if leaving else [],
        "timeline": history_page(request, entries_of(handover), timeline),
        "today": timezone.localdate(),
    }
    return render(request, "handovers/handover_detail.html", context)


@get_or_post
@admin_only
def handover_cancel(request: Request, pk: int) -> HttpResponse:
    """Give up a handover that has not been carried out."""
    handover = get_object_or_404(_rows(request), pk=pk)
    form = ReasonForm(posted(request))
    service = partial(handovers.handover_cancel, handover=handover)
    if request.method == "POST" and submit(form, service, actor=request.user, now=timezone.now()):
        ring("notification_queued")
        messages.success(request, "交接已取消。")
        return redirect(handover)
    context = {
        "title": "取消交接",
        "lead": str(handover),
        "form": form,
        "submit": "取消交接",
        "effects": ["岗位和在办的事都不动，双方会收到通知。"],
        "cancel_url": handover.get_absolute_url(),
    }
    return render(request, "components/confirm_page.html", context, status=422 if form.errors else 200)


def _rows(request: Request) -> QuerySet[Handover]:
    rows = Handover.objects.visible_to(request.user)
    return rows.select_related("seat__user", "seat__branch", "successor", "planned_by")
