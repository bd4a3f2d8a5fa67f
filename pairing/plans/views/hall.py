"""认领大厅: what the whole county may claim, one demand of it, and the county office's steps."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.doorbell import ring
from core.forms import submit
from core.pages import get_or_post, page_of, posted
from ledgers.models import Demand, Resource
from pairing.plans.forms.hall import AssignForm
from pairing.plans.forms.reasons import SharedReasonForm
from pairing.plans.selectors.hall import hall_page, hall_rows, hall_upcoming, hall_waiting
from pairing.plans.services import claims
from pairing.plans.services import hall as service


@require_safe
def hall_list(request: Request) -> HttpResponse:
    """What the county may claim now, and what will come when nobody claims it before."""
    today = timezone.localdate()
    upcoming = page_of(request, hall_upcoming(request.user, on=today), "upcoming")
    context = {
        "page": page_of(request, hall_rows(request.user, on=today)),
        "upcoming": upcoming,
        "waiting": hall_waiting(upcoming, on=today),
        "today": today,
        "may_dispatch": request.user.has_perm("plans.dispatch_claim"),
    }
    return render(request, "plans/hall_list.html", context)


@require_safe
def hall_detail(request: Request, pk: int) -> HttpResponse:
    """One demand of the hall, without its contact, and who could claim it with what."""
    demand = _own(request, pk)
    context = {
        "hall": hall_page(demand, request.user, on=timezone.localdate()),
        "demand": demand,
        "today": timezone.localdate(),
        "may_dispatch": request.user.has_perm("plans.dispatch_claim"),
    }
    return render(request, "plans/hall_detail.html", context)


@get_or_post
def hall_assign(request: Request, pk: int) -> HttpResponse:
    """Ask, in the name of the demand's branch, the owner of a resource to serve it."""
    demand = _own(request, pk)
    usable = Resource.objects.published().valid(on=timezone.localdate()).exclude(branch=demand.branch_id)
    resources = usable.select_related("branch").order_by("branch__name_key", "serial")
    initial = {"resource": request.GET.get("resource")}
    form = AssignForm(posted(request), resources=resources, initial=initial)
    if request.method == "POST":
        claim = submit(
            form,
            claims.claim_propose,
            demand=demand,
            by_branch=demand.branch,
            proposer=request.user,
            now=timezone.now(),
            dispatched=True,
        )
        if claim:
            ring("notification_queued")
            messages.success(request, f"已代{demand.branch}向{claim.awaiting}派单，等对方答复。")
            return redirect(claim)
    context = {
        "demand": demand,
        "form": form,
        "blockers": service.demand_hall_blockers(demand, request.user),
    }
    return render(request, "plans/hall_assign.html", context, status=422 if form.errors else 200)


@get_or_post
def hall_urge(request: Request, pk: int) -> HttpResponse:
    """Ask the demand's branch and its partners to see to it."""
    effects = ["提出需求的支部和它的结对支部都会收到通知。", "一条需求一天只催办一次，理由留痕。"]
    return _step(request, pk, service.demand_urge, "催办", effects, done="已催办，双方会收到通知。")


@get_or_post
def hall_open(request: Request, pk: int) -> HttpResponse:
    """Open a demand to the county before its day."""
    effects = ["需求马上进入认领大厅，全县支部都可以认领。", "提出需求的支部和它的结对支部会收到通知。"]
    return _step(
        request, pk, service.demand_open_now, "提前开放认领", effects, done="已开放，全县支部都可以认领。"
    )


def _step(
    request: Request, pk: int, call: Callable[..., Demand], title: str, effects: list[str], *, done: str
) -> HttpResponse:
    """Show the page of one step of the county office; on POST give its reason to the service."""
    demand = _own(request, pk)
    form = SharedReasonForm(posted(request))
    if request.method == "POST" and submit(form, call, demand=demand, actor=request.user, now=timezone.now()):
        ring("notification_queued")
        messages.success(request, done)
        return redirect("hall_detail", demand.pk)
    context = {
        "title": title,
        "lead": str(demand),
        "form": form,
        "submit": title,
        "tone": "primary",
        "effects": effects,
        "blockers": service.demand_hall_blockers(demand, request.user),
        "cancel_url": service.demand_url(demand),
    }
    return render(request, "components/confirm_page.html", context, status=422 if form.errors else 200)


def _own(request: Request, pk: int) -> Demand:
    """A demand of the hall; the county also opens those on their way there."""
    user = request.user
    rows = Demand.objects.open() if user.sees_county else hall_rows(user, on=timezone.localdate())
    return get_object_or_404(rows.select_related("branch", "aspect"), pk=pk)
