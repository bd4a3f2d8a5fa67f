"""组织: the tree, one organisation's page, and its upkeep."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.contacts import Contacts
from branches.forms import BranchForm
from branches.models import Branch
from branches.requests import Request
from branches.selectors import branch_partners, branch_people, branch_places, branch_rows, with_holders
from branches.services.branches import (
    branch_create,
    branch_dissolve,
    branch_dissolve_blockers,
    branch_update,
)
from core.forms import ReasonForm, attempt
from core.pages import found, get_or_post, page_of, posted, text_of

manage_branch = permission_required("branches.manage_branch", raise_exception=True)


@require_safe
@permission_required("branches.view_branches", raise_exception=True)
def branch_list(request: Request) -> HttpResponse:
    words = text_of(request.GET, "q")
    page = page_of(request, branch_places(words))
    context = {"page": page, "rows": branch_rows(page, today=timezone.localdate()), "q": words}
    return render(request, "branches/branch_list.html", context)


@require_safe
def branch_detail(request: Request, pk: int) -> HttpResponse:
    today = timezone.localdate()
    contacts, rows = Contacts(request.user), Branch.objects.visible_to(request.user).select_related("parent")
    if contacts.reads(pk):  # anybody else reads what the card says
        rows = with_holders(rows, on=today)
    branch = found(rows, pk, request.user)
    may_manage = request.user.has_perm("branches.manage_branch")
    context = {
        "branch": branch,
        "today": today,
        "phone": contacts.phone(branch.pk, branch.phone),
        "partners": branch_partners(branch),
        "children": page_of(request, Branch.objects.active().filter(parent=branch), "children"),
        "people": branch_people(branch, today=today) if may_manage else None,
        "may_manage": may_manage,
    }
    return render(request, "branches/branch_detail.html", context)


@get_or_post
@manage_branch
def branch_new(request: Request) -> HttpResponse:
    form = BranchForm(posted(request))
    if form.is_valid():
        branch = attempt(form, lambda: branch_create(actor=request.user, **form.cleaned_data))
        if branch:
            messages.success(request, "党组织已新增。")
            return redirect("branch_detail", branch.pk)
    return render(request, "branches/branch_form.html", {"form": form, "branch": None})


@get_or_post
@manage_branch
def branch_edit(request: Request, pk: int) -> HttpResponse:
    branch = found(Branch.objects.all(), pk, request.user)
    form = BranchForm(posted(request), instance=branch)
    if form.is_valid() and attempt(
        form, lambda: branch_update(branch=branch, actor=request.user, **form.changed_values)
    ):
        messages.success(request, "党组织已保存。")
        return redirect("branch_detail", branch.pk)
    return render(request, "branches/branch_form.html", {"form": form, "branch": branch})


@get_or_post
@manage_branch
def branch_dissolve_page(request: Request, pk: int) -> HttpResponse:
    branch = found(Branch.objects.active(), pk, request.user)
    form = ReasonForm(posted(request))
    if form.is_valid() and attempt(form, lambda: _dissolve(request, branch, form)):
        messages.success(request, f"{branch} 已撤销。")
        return redirect("branch_detail", branch.pk)
    context = {
        "title": f"撤销党组织：{branch.name}",
        "effects": [
            "以后不能再选它登记、结对；历史记录都保留。",
            "它名下的任职在今天结束，还没开始的撤回登记，资源随即停用。",
        ],
        "form": form,
        "blockers": branch_dissolve_blockers(branch, today=timezone.localdate()),
        "submit": "撤销",
        "cancel_url": reverse("branch_detail", args=[branch.pk]),
    }
    return render(request, "components/confirm_page.html", context)


def _dissolve(request: Request, branch: Branch, form: ReasonForm) -> Branch:
    return branch_dissolve(
        branch=branch,
        actor=request.user,
        today=timezone.localdate(),
        reason=form.cleaned_data["reason"],
    )
