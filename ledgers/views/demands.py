"""需求账单: page, form and steps of demands."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.contacts import Contacts
from branches.requests import Request
from core.audit import entries_of
from core.doorbell import ring
from core.forms import ReasonForm, attempt, submit
from core.pages import found, get_or_post, history_page, posted
from ledgers.forms.demands import DemandForm
from ledgers.models import Demand
from ledgers.selectors.chains import demand_chain, visits_left
from ledgers.selectors.origins import demand_links
from ledgers.selectors.rows import demand_page_rows
from ledgers.selectors.trails import trail
from ledgers.services.demand_steps import STEPS, demand_step_blockers, demand_take_step
from ledgers.services.demands import EDITABLE, demand_create, demand_edit_blockers, demand_update
from ledgers.views.common import save
from ledgers.views.suggestions import suggested


@require_safe
def demand_detail(request: Request, pk: int) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    demand = found(demand_page_rows(user, today=today), pk, user)
    steps = [
        step
        for step in STEPS.values()
        if user.has_perm(step.permission, demand) and demand.state in step.sources
    ]
    context = {
        "demand": demand,
        "today": today,
        "phone": Contacts(user).phone(demand.branch_id, demand.contact_phone),
        "chain": demand_chain(demand, user),
        "visits_left": visits_left(demand),
        "trail": history_page(request, entries_of(demand), trail),
        **demand_links(demand, user),
        "can_regroup": user.has_perm("ledgers.regroup_demand", demand) and demand.state in EDITABLE,
        "can_edit": user.has_perm("ledgers.change_demand", demand) and not demand_edit_blockers(demand),
        "steps": [(step, reverse(f"demand_{step.name}", args=[demand.pk])) for step in steps],
    }
    return render(request, "ledgers/demand_detail.html", context)


@get_or_post
@permission_required("ledgers.add_demand", raise_exception=True)
def demand_new(request: Request) -> HttpResponse:
    if "suggest" in request.POST:
        return suggested(request, asked=True)
    form = DemandForm(posted(request), user=request.user)
    if form.is_valid():
        publish = "publish" in request.POST
        create = partial(demand_create, actor=request.user, publish=publish, now=timezone.now())
        demand = attempt(form, partial(create, **form.values))
        if demand:
            messages.success(request, "需求已提交，等结对支部认领。" if publish else "需求已存为草稿。")
            return redirect("demand_detail", demand.pk)
    return render(request, "ledgers/demand_form.html", {"form": form, "demand": None})


@get_or_post
def demand_edit(request: Request, pk: int) -> HttpResponse:
    demand = found(Demand.objects.visible_to(request.user), pk, request.user, "ledgers.change_demand")
    if "suggest" in request.POST:
        return suggested(request, asked=True)
    form = DemandForm(posted(request), instance=demand, user=request.user)
    if form.is_valid() and save(
        form,
        lambda: demand_update(demand=demand, actor=request.user, now=timezone.now(), **form.changed_values),
    ):
        messages.success(request, "需求已保存。")
        return redirect("demand_detail", demand.pk)
    context = {"form": form, "demand": demand, "blockers": demand_edit_blockers(demand)}
    return render(request, "ledgers/demand_form.html", context)


@get_or_post
def demand_step(request: Request, pk: int, step: str) -> HttpResponse:
    """One of STEPS: a page that asks for the reason, or at once when none is needed."""
    chosen = STEPS[step]
    demand = found(Demand.objects.visible_to(request.user), pk, request.user, chosen.permission)
    form = ReasonForm(posted(request)) if chosen.needs_reason else None
    if request.method == "POST" and _take(request, demand, step, form):
        ring("notification_queued")
        messages.success(request, f"需求已{chosen.label}。")
        return redirect("demand_detail", demand.pk)
    context = {
        "title": f"{chosen.label}需求：{demand.title}",
        "effects": chosen.effects,
        "form": form,
        "blockers": demand_step_blockers(demand, chosen),
        "submit": chosen.label,
        "tone": "danger" if chosen.needs_reason else "primary",
        "cancel_url": reverse("demand_detail", args=[demand.pk]),
    }
    return render(request, "components/confirm_page.html", context)


def _take(request: Request, demand: Demand, step: str, form: ReasonForm | None) -> bool:
    """Whether the step was taken; a refusal goes beside the field, or to the middleware without a form."""
    take = partial(demand_take_step, demand=demand, step=STEPS[step], actor=request.user, now=timezone.now())
    return bool(take() if form is None else submit(form, take))
