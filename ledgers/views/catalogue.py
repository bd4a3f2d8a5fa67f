"""服务目录: what the matching understands, to look things up in and to try out."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from rules import has_perm

from branches.requests import Request
from ledgers.exchange.catalogue import catalogue_workbook
from ledgers.forms.catalogue import CatalogueFilter, TrialForm
from ledgers.reading.lexicon import LexiconItem
from ledgers.selectors.catalogue import catalogue_page
from ledgers.selectors.lexicon import catalogue_version
from ledgers.selectors.trial import trial
from ledgers.views.common import unit_of
from ledgers.views.export import download

RETIRED = "retired"  # stands for an aspect in the address: what is no longer offered


@require_safe
def service_item_list(request: Request) -> HttpResponse:
    """One aspect at a time, what is retired apart, or everything that fits the conditions."""
    search = CatalogueFilter(request.GET)
    conditions = search.conditions
    page = catalogue_page(**conditions)
    wanted = request.GET.get("aspect", "")
    chosen = next((each for each in page.aspects if str(each.pk) == wanted), None)
    if not chosen and wanted != RETIRED and not conditions:
        chosen = next(iter(page.aspects), None)
    shown = [each for each in page.aspects if each.shown_items] if conditions else [chosen] if chosen else []
    context = {
        "page": page,
        "shown": shown,
        "chosen": chosen,
        "shows_retired": bool(conditions) or wanted == RETIRED,
        "search": search,
        "conditions": conditions,
        "trial": TrialForm(),
        "may_edit": has_perm("ledgers.manage_catalogue", request.user),
        "version": catalogue_version(),
    }
    return render(request, "ledgers/service_item_list.html", context)


@require_safe
def service_item_try(request: Request) -> HttpResponse:
    """The fragment that says how the typed sentence is read now."""
    return tried(request, TrialForm(request.GET))


@require_safe
def service_item_export(request: Request) -> FileResponse:
    """The whole catalogue as a workbook, retired lines included."""
    today = timezone.localdate()
    content = catalogue_workbook(user=request.user, unit=unit_of(request.user), today=today)
    return download("服务目录", content, today)


def tried(request: Request, form: TrialForm, changed: LexiconItem | None = None) -> HttpResponse:
    """How a sentence is read; nothing for one that cannot be."""
    text = form.cleaned_data.get("text", "") if form.is_valid() else ""
    found = trial(text, asked=form.cleaned_data["side"] != "resource", changed=changed) if text else None
    return render(request, "ledgers/_tried.html", {"found": found})
