"""服务目录: what the matching understands, to look things up in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.pages import text_of
from ledgers.selectors.catalogue import catalogue


@require_safe
def service_item_list(request: HttpRequest) -> HttpResponse:
    """One aspect at a time, or every item that speaks of the words searched for."""
    words = text_of(request.GET, "q")
    aspects = list(catalogue(words))
    chosen = next((each for each in aspects if str(each.pk) == request.GET.get("aspect")), None)
    if not words:
        chosen = chosen or next(iter(aspects), None)
    shown = [aspect for aspect in aspects if aspect.shown_items and (words or aspect == chosen)]
    context = {"aspects": aspects, "shown": shown, "chosen": chosen, "q": words}
    return render(request, "ledgers/service_item_list.html", context)
