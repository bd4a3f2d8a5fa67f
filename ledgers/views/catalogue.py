"""服务目录: what the matching understands, to look things up in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledgers.selectors.catalogue import catalogue


@require_safe
def service_item_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    return render(request, "ledgers/service_item_list.html", {"aspects": catalogue(words), "q": words})
