"""结对: the list, one pairing, and its beginning and end."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.doorbell import ring
from core.errors import DomainError
from core.forms import submit
from core.pages import get_or_post, page_of, posted
from pairing.plans.enums import PairingState
from pairing.plans.forms.pairings import PairingEditForm, PairingEndForm, PairingForm
from pairing.plans.models import Pairing
from pairing.plans.selectors.pairings import pairing_counts, pairing_rows
from pairing.plans.services import pairing_ending, pairings


@require_safe
def pairing_list(request: Request) -> HttpResponse:
    """Who is paired with whom; ?state=ended shows the history."""
    state = PairingState.ENDED if request.GET.get("state") == "ended" else PairingState.ACTIVE
    today, counts = timezone.localdate(), pairing_counts(request.user)
    context = {
        "page": page_of(request, pairing_rows(request.user, state, on=today)),
        "state": state,
        "active_count": counts[PairingState.ACTIVE],
        "ended_count": counts[PairingState.ENDED],
        "may_manage": request.user.is_admin,
        "today": today,
    }
    return render(request, "plans/pairing_list.html", context)


@get_or_post
def pairing_new(request: Request) -> HttpResponse:
    """Register a pairing with its agreement."""
    if not request.user.is_admin:
        raise DomainError(pairings.NOT_ADMIN)
    form = PairingForm(posted(request))
    if request.method == "POST":
        pairing = submit(form, pairings.pairing_create, actor=request.user, now=timezone.now())
        if pairing:
            ring("notification_queued")
            messages.success(request, f"{pairing} 已结对，双方已收到通知。")
            return redirect(pairing)
    return render(request, "plans/pairing_new.html", {"form": form}, status=422 if form.errors else 200)


@get_or_post
def pairing_edit(request: Request, pk: int) -> HttpResponse:
    """Change liaisons, aims and, while no agreement is in force, the term."""
    pairing = _visible(request, pk)
    form = PairingEditForm(posted(request), instance=_visible(request, pk))
    if request.method == "POST" and submit(
        form, pairings.pairing_edit, pairing=pairing, actor=request.user, now=timezone.now()
    ):
        ring("notification_queued")
        messages.success(request, "结对信息已保存。")
        return redirect(pairing)
    context = {
        "pairing": pairing,
        "form": form,
        "blockers": pairings.pairing_edit_blockers(pairing, request.user),
    }
    return render(request, "plans/pairing_edit.html", context, status=422 if form.errors else 200)


@get_or_post
def pairing_end(request: Request, pk: int) -> HttpResponse:
    """End a pairing with a reason."""
    pairing = _visible(request, pk)
    form = PairingEndForm(posted(request))
    if request.method == "POST" and submit(
        form, pairing_ending.pairing_end, pairing=pairing, actor=request.user, now=timezone.now()
    ):
        ring("notification_queued")
        messages.success(request, "结对已结束，历史记录都保留。")
        return redirect(pairing)
    context = {
        "title": "结束结对",
        "lead": str(pairing),
        "form": form,
        "submit": "结束结对",
        "effects": ["双方不再互相看到清单和账单。", "没有答复的认领失效，协议终止，历史记录保留。"],
        "blockers": pairing_ending.pairing_end_blockers(pairing, request.user),
        "cancel_url": pairing.get_absolute_url(),
    }
    return render(request, "components/confirm_page.html", context, status=422 if form.errors else 200)


def _visible(request: Request, pk: int) -> Pairing:
    rows = Pairing.objects.visible_to(request.user).select_related("branch_a", "branch_b")
    return get_object_or_404(rows, pk=pk)
