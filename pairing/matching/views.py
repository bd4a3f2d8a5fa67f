"""Matching pages: suggestions both ways, and the best plan for a whole list."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from branches.models import Branch, User
from core.errors import DomainError
from core.pages import get_or_post
from ledgers.models import Demand, Resource
from pairing.matching.models import MatchRun
from pairing.matching.selectors import branch_suggestions, match_run_rows, suggestion_of
from pairing.matching.services.runs import match_run_execute
from pairing.plans.models import Pairing
from pairing.plans.views.claims import propose_page


@require_safe
def matching(request: HttpRequest) -> HttpResponse:
    """The best matches of my branch; the county chooses whose matches to look at."""
    branch_ids = _chosen_branches(request)
    context = {
        "suggestions": branch_suggestions(branch_ids, today=timezone.localdate()) if branch_ids else None,
        "branches": Branch.objects.active() if request.user.sees_county else None,
        "chosen": next(iter(branch_ids), None),
        "can_claim": bool(request.user.staff_branch_ids & branch_ids),
        "side": "given" if request.GET.get("side") == "given" else "received",
    }
    return render(request, "matching/matching.html", context)


def _chosen_branches(request: HttpRequest) -> frozenset[int]:
    if not request.user.sees_county:
        return request.user.branch_ids
    chosen = request.GET.get("branch", "")
    return frozenset({int(chosen)}) if chosen.isdecimal() else frozenset()


@get_or_post
def match_claim(request: HttpRequest, demand_pk: int, resource_pk: int) -> HttpResponse:
    """Claim a match: the claim keeps the score and the reasons that led to it."""
    demand = get_object_or_404(Demand.objects.visible_to(request.user), pk=demand_pk)
    resource = get_object_or_404(Resource.objects.visible_to(request.user), pk=resource_pk)
    found = suggestion_of(demand, resource, today=timezone.localdate())
    match = {"score": found.score.value, "explanation": found.explanation} if found else {}
    return propose_page(request, demand_pk, resource_pk, **match)


def visible_runs(user: User) -> QuerySet[MatchRun]:
    """County runs are for the county; a run of a pairing is for its two branches too."""
    runs = MatchRun.objects.select_related("pairing__branch_a", "pairing__branch_b", "requested_by")
    return runs if user.sees_county else runs.filter(pairing__in=Pairing.objects.visible_to(user))


@require_safe
def match_run_list(request: HttpRequest) -> HttpResponse:
    runs = visible_runs(request.user).annotate(match_count=Count("matches")).order_by("-pk")
    context = {
        "page": Paginator(runs, 20).get_page(request.GET.get("page")),
        "pairings": Pairing.objects.active().visible_to(request.user).select_related("branch_a", "branch_b"),
    }
    return render(request, "matching/match_run_list.html", context)


@require_POST
def match_run_new(request: HttpRequest) -> HttpResponse:
    """Solve the whole list of one pairing, or of the county for its office."""
    pairings = Pairing.objects.active().visible_to(request.user)
    wanted = request.POST.get("pairing", "")
    pairing = get_object_or_404(pairings, pk=int(wanted)) if wanted.isdecimal() else None
    if pairing is None and not request.user.has_perm("matching.run_county"):
        raise DomainError("请选择要做整单方案的结对；全县方案由县党建办生成。", field="pairing")
    run = match_run_execute(pairing=pairing, actor=request.user, today=timezone.localdate())
    messages.success(request, "整单方案已生成。")
    return redirect("match_run_detail", run.pk)


@require_safe
def match_run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(visible_runs(request.user), pk=pk)
    return render(request, "matching/match_run_detail.html", {"run": run, **match_run_rows(run)})
