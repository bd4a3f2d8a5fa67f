"""资源确认: once a quarter, which of our resources still stand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches.requests import Request
from core.pages import found, get_or_post, number
from core.periods import period_of
from ledgers.models import Resource
from ledgers.selectors.freshness import confirmation_round
from ledgers.services.bulk import resources_confirm
from ledgers.services.freshness import resource_confirm as confirm


@get_or_post
def resource_round(request: Request) -> HttpResponse:
    """The resources to confirm this quarter; sent with ticked rows it confirms them."""
    today = timezone.localdate()
    if request.method == "POST":
        ids = [number(text) or 0 for text in request.POST.getlist("row")]
        batch = resources_confirm(ids=ids, actor=request.user, today=today)
        if batch.done:
            messages.success(request, f"已确认 {len(batch.done)} 项资源。")
        for row, sentence in batch.refused:
            messages.warning(request, f"“{row}”没有确认：{sentence}")
        return redirect("resource_round")
    context = {
        "rows": confirmation_round(request.user, today=today),
        "quarter": period_of("quarter", today),
        "today": today,
    }
    return render(request, "ledgers/resource_round.html", context)


@require_POST
def resource_confirm(request: Request, pk: int) -> HttpResponse:
    """Say that one resource still stands."""
    resource = found(Resource.objects.visible_to(request.user), pk, request.user, "ledgers.change_resource")
    confirm(resource=resource, actor=request.user, today=timezone.localdate())
    messages.success(request, f"“{resource.title}”已确认，继续参加匹配。")
    return redirect("resource_round")
