"""Matching pages: suggestions both ways."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.models import Branch
from branches.requests import Request
from core.pages import get_or_post, number
from ledgers.models import Demand, Resource
from pairing.matching.selectors.suggestions import (
    Suggestion,
    branch_suggestions,
    hall_suggestions,
    suggestion_of,
)
from pairing.matching.services.opinions import opinions_want
from pairing.plans.views.claims import propose_page


@require_safe
def matching(request: Request) -> HttpResponse:
    """The best matches of my branch; the county chooses whose matches to look at."""
    branch_ids = _chosen_branches(request)
    found = branch_suggestions(branch_ids, today=timezone.localdate()) if branch_ids else None
    if found and found.open_questions:
        opinions_want(questions=found.open_questions, now=timezone.now())
    context = {
        "suggestions": found,
        "branches": Branch.objects.active() if request.user.sees_county else None,
        "chosen": next(iter(branch_ids), None),
        "can_claim": bool(request.user.staff_branch_ids & branch_ids),
        "today": timezone.localdate(),
        "hall_after": settings.HALL_AFTER_WORKING_DAYS,
        "side": "given" if request.GET.get("side") == "given" else "received",
    }
    return render(request, "matching/matching.html", context)


def _chosen_branches(request: Request) -> frozenset[int]:
    if not request.user.sees_county:
        return request.user.branch_ids
    chosen = number(request.GET.get("branch", ""))
    return frozenset() if chosen is None else frozenset({chosen})


@get_or_post
def match_claim(request: Request, demand_pk: int, resource_pk: int) -> HttpResponse:
    """Claim a match: the claim keeps the score and the reasons; the page asks for them by itself."""
    match: dict[str, Any] = {}
    if request.method == "POST" or request.htmx:
        found = _suggestion(request, demand_pk, resource_pk)
        match = {"score": found.score.value, "explanation": found.explanation} if found else {}
    if request.method != "POST" and request.htmx:
        return render(request, "matching/match_why.html", match)
    return propose_page(request, demand_pk, resource_pk, why_url=request.path, **match)


def _suggestion(request: Request, demand_pk: int, resource_pk: int) -> Suggestion | None:
    today = timezone.localdate()
    demand = get_object_or_404(Demand.objects.claimable_by(request.user, on=today), pk=demand_pk)
    resource = get_object_or_404(Resource.objects.visible_to(request.user), pk=resource_pk)
    return suggestion_of(demand, resource, today=today)


@require_safe
def hall_matches(request: Request, pk: int) -> HttpResponse:
    """What could serve one demand of the 认领大厅, as far as this person may see it: a part of its page."""
    today = timezone.localdate()
    user = request.user
    rows = Demand.objects.open() if user.sees_county else Demand.objects.claimable_by(user, on=today).open()
    demand = get_object_or_404(rows, pk=pk)
    found = hall_suggestions(demand, Resource.objects.visible_to(user), today=today)
    opinions_want(questions=found.open_questions, now=timezone.now())
    context = {
        "demand": demand,
        "suggestions": found.rows,
        "advised": found.advised,
        "may_assign": user.has_perm("plans.dispatch_claim"),
    }
    return render(request, "matching/hall_matches.html", context)
