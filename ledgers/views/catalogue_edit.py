"""服务目录: adding, changing, retiring and deleting its lines; two levels, one way to write them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches.requests import Request
from core.audit import entries_of
from core.errors import StaleVersionError
from core.forms import ReasonForm, attempt, submit
from core.pages import get_or_post, number, posted
from core.wording import cn_datetime
from ledgers.enums import Relation
from ledgers.forms.catalogue import AspectForm, EntryForm, ItemForm, TrialForm
from ledgers.models import ServiceAspect, ServiceItem
from ledgers.models.catalogue import CatalogueEntry
from ledgers.reading.lexicon import LexiconItem
from ledgers.selectors.uses import uses_of
from ledgers.services import catalogue
from ledgers.views.catalogue import RETIRED, tried

may_edit = permission_required("ledgers.manage_catalogue", raise_exception=True)


@dataclass(frozen=True)
class Level:
    """A level of the catalogue: its rows, form and services. `key` names a row to the services."""

    key: str
    noun: str
    model: Any
    form: Any
    create: Callable[..., Any]
    update: Callable[..., Any]

    def url(self, step: str, entry: CatalogueEntry) -> str:
        return reverse(f"service_{self.key}_{step}", args=[entry.pk])


LEVELS = {
    level.key: level
    for level in (
        Level("aspect", "方面", ServiceAspect, AspectForm, catalogue.aspect_create, catalogue.aspect_update),
        Level("item", "事项", ServiceItem, ItemForm, catalogue.item_create, catalogue.item_update),
    )
}


@get_or_post
@may_edit
def entry_new(request: Request, level: str) -> HttpResponse:
    kind = LEVELS[level]
    form = kind.form(posted(request), initial={"aspect": number(request.GET.get("aspect", ""))})
    if "try" in request.POST:
        return _tried(request, form, None)
    if request.method == "POST" and form.is_valid():
        entry = attempt(form, lambda: kind.create(actor=request.user, **form.content))
        if entry:
            messages.success(request, f"已新增{kind.noun}“{entry}”。")
            return redirect(_shown_at(entry))
    status = 422 if form.errors else 200
    context = {"kind": kind, "form": form, "trial": TrialForm()}
    return render(request, "ledgers/catalogue_form.html", context, status=status)


@get_or_post
@may_edit
def entry_edit(request: Request, level: str, pk: int) -> HttpResponse:
    """The form of a line; a save that would overwrite somebody else's shows both first."""
    kind = LEVELS[level]
    entry = get_object_or_404(kind.model, pk=pk)
    form = kind.form.of(entry, posted(request))
    if "try" in request.POST:
        return _tried(request, form, entry)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        call = partial(kind.update, actor=request.user, **form.cleaned_terms | {kind.key: entry})
        try:
            saved = attempt(form, call)
        except StaleVersionError as stale:
            saved, context = None, _stale(request, kind, form, entry, stale)
        if saved:
            is_new = saved.version > form.cleaned_data["version"]
            messages.success(request, f"“{saved}”已保存，马上生效。" if is_new else "没有改动。")
            return redirect(_shown_at(saved))
    return _edit_page(request, kind, entry, context)


@get_or_post
@may_edit
def entry_retire(request: Request, level: str, pk: int) -> HttpResponse:
    """Say what retiring a line does, ask for the reason, and do it."""
    kind = LEVELS[level]
    entry = get_object_or_404(kind.model, pk=pk)
    form, today = ReasonForm(posted(request)), timezone.localdate()
    if request.method == "POST" and submit(
        form, catalogue.entry_retire, entry=entry, actor=request.user, today=today
    ):
        messages.success(request, f"“{entry}”已停用。")
        return redirect(f"{reverse('service_item_list')}?aspect={RETIRED}")
    context = {
        "title": f"停用{kind.noun}：{entry.name}",
        "effects": _retire_effects(entry),
        "rows": [(label, f"{count} 条") for label, count in uses_of(entry)],
        "form": form,
        "submit": "停用",
        "cancel_url": kind.url("edit", entry),
    }
    return render(request, "components/confirm_page.html", context)


@require_POST
@may_edit
def entry_restore(request: Request, level: str, pk: int) -> HttpResponse:
    entry = get_object_or_404(LEVELS[level].model, pk=pk)
    restored = catalogue.entry_restore(entry=entry, actor=request.user)
    messages.success(request, f"“{restored}”已恢复使用。")
    return redirect(_shown_at(restored))


@get_or_post
@may_edit
def entry_delete(request: Request, level: str, pk: int) -> HttpResponse:
    """Say what stands against deleting a line, or delete it."""
    kind = LEVELS[level]
    entry = get_object_or_404(kind.model, pk=pk)
    if request.method == "POST":
        catalogue.entry_delete(entry=entry, actor=request.user)
        messages.success(request, f"{kind.noun}“{entry}”已删除。")
        return redirect("service_item_list")
    context = {
        "title": f"删除{kind.noun}：{entry.name}",
        "effects": ["连同它的词一起删除，不能找回。", "没有资源、需求用过它，不影响别的内容。"],
        "blockers": catalogue.entry_delete_blockers(entry),
        "submit": "删除",
        "cancel_url": kind.url("edit", entry),
    }
    return render(request, "components/confirm_page.html", context)


def _edit_page(request: Request, kind: Level, entry: Any, context: dict[str, Any]) -> HttpResponse:
    context |= {
        "kind": kind,
        "entry": entry,
        "trial": TrialForm(),
        "uses": uses_of(entry),
        "back_url": _shown_at(entry),
    }
    context |= {step: kind.url(step, entry) for step in ("retire", "restore", "delete")}
    status = 409 if "stale" in context else 422 if context["form"].errors else 200
    return render(request, "ledgers/catalogue_form.html", context, status=status)


def _stale(
    request: Request, kind: Level, mine: EntryForm, entry: Any, stale: StaleVersionError
) -> dict[str, Any]:
    """Show what differs; the form keeps what was typed, and saving it again overwrites the newer version."""
    entry.refresh_from_db()
    last = entries_of(entry).first()
    data = request.POST.copy()
    data["version"] = str(entry.version)
    return {
        "form": kind.form.of(entry, data),
        "stale": stale.message,
        "saved_by": f"{last.actor} 于 {cn_datetime(last.at)} 保存" if last else "",
        "differences": mine.differences(kind.form.of(entry)),
    }


def _tried(request: Request, form: Any, entry: Any) -> HttpResponse:
    """How a sentence would be read if the form were saved as it stands."""
    form.is_valid()
    name = form.cleaned_data.get("name") or (entry.name if entry else "")
    if not name or not isinstance(form, ItemForm):
        return tried(request, TrialForm(request.POST))
    words = form.words
    negatives = words.pop(Relation.NEGATIVE)
    own = tuple(text for texts in words.values() for text in texts)
    changed = LexiconItem(entry.name if entry else name, name, own, tuple(negatives))
    return tried(request, TrialForm(request.POST), changed)


def _retire_effects(entry: Any) -> list[str]:
    effects = [
        "填资源、需求时不再出现，系统也不再建议它。",
        "已经选了它的资源、需求照样显示，可以随时恢复使用。",
    ]
    if isinstance(entry, ServiceAspect) and (count := entry.items.in_use().count()):
        effects.append(f"它下面在用的 {count} 个事项一起停用。")
    return effects


def _shown_at(entry: Any) -> str:
    """Where the list shows a line: under its aspect, or among what is retired."""
    if entry.retired_on:
        return f"{reverse('service_item_list')}?aspect={RETIRED}"
    aspect = entry if isinstance(entry, ServiceAspect) else entry.aspect
    return f"{reverse('service_item_list')}?aspect={aspect.pk}"
