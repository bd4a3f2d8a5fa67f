"""Suggested service items: while an entry is typed, and for rows that came without one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from branches.requests import Request
from core.pages import get_or_post, number, text_of
from ledgers.models import ServiceItem
from ledgers.selectors.suggestions import entry_suggestions
from ledgers.selectors.unconfirmed import InTurn, unconfirmed
from ledgers.services.items import Named, items_confirm

AT_ONCE = 15  # rows on the page of unconfirmed ones


def suggested(request: Request, *, asked: bool) -> HttpResponse:
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
def item_confirm(request: Request) -> HttpResponse:
    """Rows of my branch without a service item, with what their texts suggest; confirms one or the ticked."""
    if request.method == "POST":
        wanted = [only] if (only := request.POST.get("only")) else request.POST.getlist("row")
        count = items_confirm(
            demands=_chosen(request.POST, wanted, "demand"),
            resources=_chosen(request.POST, wanted, "resource"),
            actor=request.user,
        )
        if count:
            messages.success(request, f"已确认 {count} 条的服务事项，匹配会更准。")
        else:
            messages.warning(request, "没有确认任何条目：请先勾选，并给每条选好服务事项。")
        return redirect(request.get_full_path())
    rows: Any = InTurn(request.user)  # no sequence: a page asks for its count and a part of it
    page = Paginator(rows, AT_ONCE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": unconfirmed(page.object_list),
        "options": _options(),
    }
    return render(request, "ledgers/item_confirm.html", context)


def _options() -> SafeString:
    """Every service item to choose from, drawn once: each of the page's rows has them all."""
    items = ServiceItem.objects.in_use().values_list("pk", "aspect__name", "name")
    return format_html_join("", '<option value="{}">{} · {}</option>', items)


def _chosen(post: QueryDict, wanted: list[str], kind: str) -> dict[int, Named]:
    """What was chosen for the wanted rows of a kind; a row without an item is left out."""
    chosen = {}
    for key in wanted:
        row, item = number(key.removeprefix(f"{kind}-")), number(post.get(key, ""))
        if key.startswith(f"{kind}-") and row is not None and item is not None:
            said = (tuple(post.getlist(f"{key}-{name}")) for name in ("help_kinds", "audiences"))
            chosen[row] = Named(item, *said)
    return chosen
