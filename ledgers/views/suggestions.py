"""Suggested service items: while an entry is typed, and for rows that came without one."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from core.pages import get_or_post, number, text_of
from ledgers.models import ServiceItem
from ledgers.selectors.suggestions import (
    entry_suggestions,
    unconfirmed,
    unconfirmed_demands,
    unconfirmed_resources,
)
from ledgers.services.items import items_confirm

AT_ONCE = 15  # rows on the page of unconfirmed ones


def suggested(request: HttpRequest, *, asked: bool) -> HttpResponse:
    """The fragment under the text of a form: tick a suggestion, and it is saved with the form."""
    found = entry_suggestions(
        text_of(request.POST, "title")[:120],
        text_of(request.POST, "description")[:2000],
        asked=asked,
        ticked=[
            value for name in ("items", "help_kinds", "audiences") for value in request.POST.getlist(name)
        ],
    )
    return render(request, "ledgers/_suggested.html", {"found": found})


@get_or_post
@permission_required("ledgers.add_demand", raise_exception=True)
def item_confirm(request: HttpRequest) -> HttpResponse:
    """Rows of my branch without a service item, each with what its text suggests; confirms the ticked."""
    if request.method == "POST":
        count = items_confirm(
            demands=_chosen(request.POST, "demand"),
            resources=_chosen(request.POST, "resource"),
            actor=request.user,
        )
        messages.success(request, f"已确认 {count} 条的服务事项，匹配会更准。")
        return redirect("item_confirm")
    demands, resources = unconfirmed_demands(request.user), unconfirmed_resources(request.user)
    rows = list(islice((*_first(demands), *_first(resources)), AT_ONCE))
    context = {
        "rows": unconfirmed(rows),
        "total": demands.count() + resources.count(),
        "items": ServiceItem.objects.in_use().select_related("aspect"),
    }
    return render(request, "ledgers/item_confirm.html", context)


def _first(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("branch").order_by("branch", "serial")[:AT_ONCE]


def _chosen(post: QueryDict, kind: str) -> dict[int, int]:
    """Ticked rows of a kind and the item chosen for each; a row without one is left out."""
    ticked = [row.removeprefix(f"{kind}-") for row in post.getlist("row") if row.startswith(f"{kind}-")]
    pairs = ((number(row), number(post.get(f"{kind}-{row}", ""))) for row in ticked)
    return {row: item for row, item in pairs if row is not None and item is not None}
