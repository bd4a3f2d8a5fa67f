"""The page a person lands on, and the page of a pairing, which draws on every app below."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.audit import entries_of
from core.pages import history_page, page_of, text_of
from pairing.plans.models import Pairing
from pairing.plans.selectors.timeline import timeline
from pairing.reports.lights import pairing_lights
from pairing.workbench.pair_page import is_past_term, pair_tab, pair_tabs
from pairing.workbench.search import search_everything
from pairing.workbench.tally import tally_of
from pairing.workbench.todos import coming_activities, todos_of


@require_safe
def workbench(request: Request) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    tally = tally_of(request.user, today=today)
    context = {
        "todos": todos_of(request.user, tally, now=now),
        "coming": coming_activities(request.user, now=now),
        "tally": tally if request.user.branch_ids else None,
        "is_new": request.user.is_admin and not Pairing.objects.exists(),
        "today": today,
    }
    return render(request, "workbench/workbench.html", context)


@require_safe
def workbench_pairings(request: Request) -> HttpResponse:
    """My pairs with their lights; a fragment of the workbench and a page of its own."""
    rows = Pairing.objects.active().visible_to(request.user).select_related("branch_a", "branch_b")
    page = page_of(request, pairing_lights(rows, today=timezone.localdate()))
    context = {"page": page}
    template = "workbench/workbench_pairings.html" + ("#lights" if request.htmx else "")
    return render(request, template, context)


@require_safe
def pairing_detail(request: Request, pk: int) -> HttpResponse:
    """One pairing; ?tab= names the part of the page."""
    rows = Pairing.objects.visible_to(request.user).select_related("branch_a", "branch_b")
    pairing = get_object_or_404(rows, pk=pk)
    asked = request.GET.get("tab", "")
    tabs = pair_tabs(pairing)
    tab = asked if asked in tabs else "overview"
    context = pair_tab(tab, pairing, request.user, today=timezone.localdate()) | {
        "pairing": pairing,
        "tab": tab,
        "tabs": tabs.items(),
        "is_expired": is_past_term(pairing),
        "may_manage": request.user.is_admin,
        "may_draft": not pairing.is_support and request.user.has_perm("agreements.draft_agreement", pairing),
        "today": timezone.localdate(),
    }
    if tab == "archive":
        context["timeline"] = history_page(request, entries_of(pairing), timeline)
    return render(request, "workbench/pairing_detail.html", context)


@require_safe
def search(request: Request) -> HttpResponse:
    """Whatever this person may see that holds the words typed above every page."""
    text = text_of(request.GET, "q")[:100]
    context = {"q": text, "groups": search_everything(request.user, text)}
    return render(request, "workbench/search.html", context)
