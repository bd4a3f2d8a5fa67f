"""资源清单: page, form and steps of resources."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from branches.contacts import Contacts
from branches.requests import Request
from core.audit import entries_of
from core.forms import ReasonForm, attempt
from core.pages import found, get_or_post, history_page, posted
from ledgers.enums import ResourceState
from ledgers.forms.resources import ResourceForm
from ledgers.hours import Hours
from ledgers.models import Resource
from ledgers.selectors.chains import resource_use
from ledgers.selectors.rows import resource_page_rows, resource_page_state
from ledgers.selectors.trails import trail
from ledgers.services.resources import resource_change_state, resource_create, resource_update
from ledgers.views.common import save
from ledgers.views.suggestions import suggested


@require_safe
def resource_detail(request: Request, pk: int) -> HttpResponse:
    today = timezone.localdate()
    resource = found(resource_page_rows(request.user, today=today), pk, request.user)
    context = {
        "resource": resource,
        "hours_words": str(Hours.of(resource.availabilities.all())),
        "page_state": resource_page_state(resource, today=today),
        "phone": Contacts(request.user).phone(resource.branch_id, resource.contact_phone),
        "use": resource_use(resource, request.user),
        "trail": history_page(request, entries_of(resource), trail),
        "may_change": request.user.has_perm("ledgers.change_resource", resource),
    }
    return render(request, "ledgers/resource_detail.html", context)


@get_or_post
@permission_required("ledgers.add_resource", raise_exception=True)
def resource_new(request: Request) -> HttpResponse:
    if "suggest" in request.POST:
        return suggested(request, asked=False)
    form = ResourceForm(posted(request), user=request.user)
    if "redraw" in request.POST:
        return _redrawn(request, form)
    if form.is_valid():
        publish = "publish" in request.POST
        resource = attempt(form, lambda: resource_create(actor=request.user, publish=publish, **form.values))
        if resource:
            messages.success(request, "资源已提交，可以参加匹配了。" if publish else "资源已存为草稿。")
            return redirect("resource_detail", resource.pk)
    return render(request, "ledgers/resource_form.html", {"form": form, "resource": None})


@get_or_post
def resource_edit(request: Request, pk: int) -> HttpResponse:
    resource = found(Resource.objects.visible_to(request.user), pk, request.user, "ledgers.change_resource")
    if "suggest" in request.POST:
        return suggested(request, asked=False)
    form = ResourceForm(posted(request), instance=resource, user=request.user)
    if "redraw" in request.POST:
        return _redrawn(request, form)
    if form.is_valid() and save(
        form, lambda: resource_update(resource=resource, actor=request.user, **form.changed_values)
    ):
        messages.success(request, "资源已保存。")
        return redirect("resource_detail", resource.pk)
    return render(request, "ledgers/resource_form.html", {"form": form, "resource": resource})


def _redrawn(request: Request, form: ResourceForm) -> HttpResponse:
    """The part of the form that follows from a field just changed, with everything typed so far."""
    part = "hours" if request.POST["redraw"] == "hours" else "kind"
    return render(request, f"ledgers/_resource_parts.html#{part}", {"form": form.as_typed(part)})


@require_POST
def resource_publish(request: Request, pk: int) -> HttpResponse:
    resource = found(Resource.objects.visible_to(request.user), pk, request.user, "ledgers.change_resource")
    resource_change_state(
        resource=resource, to=ResourceState.PUBLISHED, actor=request.user, today=timezone.localdate()
    )
    messages.success(request, "资源已启用，可以参加匹配了。")
    return redirect("resource_detail", resource.pk)


@get_or_post
def resource_withdraw(request: Request, pk: int) -> HttpResponse:
    resource = found(Resource.objects.visible_to(request.user), pk, request.user, "ledgers.change_resource")
    form = ReasonForm(posted(request))
    if form.is_valid() and attempt(
        form,
        lambda: resource_change_state(
            resource=resource,
            to=ResourceState.WITHDRAWN,
            actor=request.user,
            today=timezone.localdate(),
            reason=form.cleaned_data["reason"],
        ),
    ):
        messages.success(request, "资源已停用，不再参加匹配。")
        return redirect("resource_detail", resource.pk)
    context = {
        "title": f"停用资源：{resource.title}",
        "effects": ["资源不再参加匹配，也不再给结对支部看；已经商定的定单照常办理。", "以后可以重新启用。"],
        "form": form,
        "submit": "停用",
        "cancel_url": reverse("resource_detail", args=[resource.pk]),
    }
    return render(request, "components/confirm_page.html", context)
