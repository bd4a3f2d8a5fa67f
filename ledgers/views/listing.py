"""What the two lists share: the columns chosen, the views kept, and steps for many rows at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from branches.requests import Request
from core.errors import DomainError
from ledgers.enums import LedgerPage
from ledgers.forms.bulk import BulkForm
from ledgers.models import SavedView
from ledgers.services.bulk import Batch
from ledgers.services.views import saved_view_remove, saved_view_save

NAMED = 5  # refused rows a message names before it counts the rest


def opening_view(request: Request, views: Sequence[SavedView]) -> HttpResponse | None:
    """The way to the person's default view, for an address without any condition."""
    chosen = next((view for view in views if view.is_default), None)
    return redirect(f"{request.path}?{chosen.query}") if chosen and not request.GET else None


def list_tools(
    request: Request,
    page: LedgerPage,
    views: Sequence[SavedView],
    columns: Mapping[str, tuple[str, bool]],
) -> dict[str, Any]:
    """The context of the list's tools; `columns` is name → label and whether it is shown at first."""
    wanted = {name for name in request.GET.getlist("col") if name in columns}
    shown = wanted or {name for name, (_, is_usual) in columns.items() if is_usual}
    others = [(key, value) for key, values in request.GET.lists() for value in values]
    return {
        "ledger_page": page,
        "columns": shown,
        "column_choices": [(name, label, name in shown) for name, (label, _) in columns.items()],
        "kept": [(key, value) for key, value in others if key not in {"col", "page"}],
        "views": views,
        "query": request.GET.urlencode(),
    }


def bulk(
    request: Request, page: LedgerPage, actions: Mapping[str, str], call: Callable[[BulkForm], Batch]
) -> HttpResponse:
    """Do what was chosen with the ticked rows, say what became of each, and go back to the list as it was.

    Raises:
        DomainError: when the batch as a whole is refused.
    """
    form = BulkForm(request.POST, actions=list(actions.items()))
    if not form.is_valid():
        raise DomainError(form.sentence)
    batch = call(form)
    label = actions[form.cleaned_data["action"]]
    if batch.done:
        messages.success(request, f"{label}：办好 {len(batch.done)} 行。")
    if batch.refused:
        messages.warning(request, _refusals(label, batch))
    back = form.cleaned_data["back"]
    return redirect(f"{reverse(page)}?{back}" if back else page)


def _refusals(label: str, batch: Batch) -> str:
    named = "；".join(f"“{row}”：{sentence}" for row, sentence in batch.refused[:NAMED])
    more = "" if len(batch.refused) <= NAMED else f"；另有 {len(batch.refused) - NAMED} 行"
    return f"{label}：有 {len(batch.refused)} 行没有办。{named}{more}"


@require_POST
def view_save(request: Request, page: str) -> HttpResponse:
    """Keep the list as it stands in the address under a name."""
    query = request.POST.get("query", "")
    view = saved_view_save(
        user=request.user,
        page=LedgerPage(page),
        name=request.POST.get("name", ""),
        query=query,
        is_default="is_default" in request.POST,
    )
    messages.success(request, f"视图“{view}”已保存，在“常用视图”里一点就开。")
    return redirect(f"{reverse(page)}?{view.query}")


@require_POST
def view_remove(request: Request, pk: int) -> HttpResponse:
    """Forget one of one's own views."""
    view = get_object_or_404(SavedView, pk=pk, user=request.user)
    saved_view_remove(view=view)
    messages.success(request, f"视图“{view}”已删除。")
    return redirect(f"{reverse(view.page)}?all=1")
