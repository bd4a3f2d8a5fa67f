"""用户: people with a login, their one-time passwords and their seats."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from branches.filters import UserFilter
from branches.forms import MembershipEndForm, MembershipForm, UserForm
from branches.models import Membership, User
from branches.requests import Request
from branches.selectors import user_rows
from branches.services.users import (
    membership_create,
    membership_end,
    membership_end_blockers,
    one_time_password,
    user_activate,
    user_create,
    user_deactivate,
    user_deactivate_blockers,
    user_reset_password,
    user_update,
)
from core.forms import ReasonForm, attempt
from core.pages import found, get_or_post, posted, sorted_page
from core.wording import cn_date

SORTS = {"name": "display_name", "username": "username", "login": "last_login"}
RESET_EFFECTS = (
    "原来的密码立刻失效，已登录的页面会退出。",
    "下一页显示一次性密码，请当面或打电话告诉本人。",
)
DEACTIVATE_EFFECTS = (
    "本人立刻不能再登录和操作，已登录的页面下一步就会退出。",
    "做过的事和任职记录都保留，以后可以重新启用。",
)
manage_user = permission_required("branches.manage_user", raise_exception=True)


@require_safe
@manage_user
def user_list(request: Request) -> HttpResponse:
    chosen = UserFilter(request.GET, user_rows(today=timezone.localdate()))
    context = {"filter": chosen, "page": sorted_page(request, chosen.qs, SORTS)}
    return render(request, "branches/user_list.html", context)


@get_or_post
@manage_user
def user_new(request: Request) -> HttpResponse:
    """On success the answer itself shows the password, so that it is stored nowhere but hashed."""
    form = UserForm(posted(request))
    if form.is_valid():
        password = one_time_password()
        user = attempt(form, lambda: user_create(actor=request.user, password=password, **form.cleaned_data))
        if user:
            messages.success(request, f"用户 {user} 已新增。")
            return render(request, "branches/user_password.html", {"person": user, "password": password})
    return render(request, "branches/user_form.html", {"form": form, "person": None})


@get_or_post
@manage_user
def user_edit(request: Request, pk: int) -> HttpResponse:
    """Who a person is, and which seats they hold or held."""
    person = found(User.objects.all(), pk, request.user)
    form = UserForm(posted(request), instance=person)
    if form.is_valid() and attempt(
        form, lambda: user_update(user=person, actor=request.user, **form.changed_values)
    ):
        messages.success(request, "用户已保存。")
        return redirect("user_edit", person.pk)
    today = timezone.localdate()
    context = {
        "form": form,
        "person": person,
        "seats": person.memberships.select_related("branch").order_by("-starts_on", "pk"),
        "blockers": user_deactivate_blockers(person, request.user, today=today),
        "today": today,
    }
    return render(request, "branches/user_form.html", context)


@get_or_post
@manage_user
def user_reset(request: Request, pk: int) -> HttpResponse:
    person = found(User.objects.all(), pk, request.user)
    if request.method == "POST":
        password = one_time_password()
        user_reset_password(user=person, actor=request.user, password=password)
        messages.success(request, f"{person} 的密码已重置。")
        shown = {"person": person, "password": password, "is_reset": True}
        return render(request, "branches/user_password.html", shown)
    context = {
        "title": f"重置密码：{person}",
        "effects": RESET_EFFECTS,
        "submit": "重置密码",
        "cancel_url": reverse("user_edit", args=[person.pk]),
    }
    return render(request, "components/confirm_page.html", context)


@get_or_post
@manage_user
def user_deactivate_page(request: Request, pk: int) -> HttpResponse:
    person, today = found(User.objects.all(), pk, request.user), timezone.localdate()
    form = ReasonForm(posted(request))
    if form.is_valid() and attempt(
        form,
        lambda: user_deactivate(
            user=person, actor=request.user, today=today, reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(request, f"{person} 的账号已停用。")
        return redirect("user_list")
    context = {
        "title": f"停用账号：{person}",
        "effects": DEACTIVATE_EFFECTS,
        "form": form,
        "blockers": user_deactivate_blockers(person, request.user, today=today),
        "submit": "停用",
        "cancel_url": reverse("user_edit", args=[person.pk]),
    }
    return render(request, "components/confirm_page.html", context)


@require_POST
@manage_user
def user_activate_page(request: Request, pk: int) -> HttpResponse:
    person = user_activate(user=found(User.objects.all(), pk, request.user), actor=request.user)
    messages.success(request, f"{person} 的账号已启用。")
    return redirect("user_edit", person.pk)


@get_or_post
@manage_user
def membership_new(request: Request, user_pk: int) -> HttpResponse:
    person = found(User.objects.all(), user_pk, request.user)
    form = MembershipForm(posted(request), instance=Membership(user=person))
    if form.is_valid() and attempt(
        form, lambda: membership_create(user=person, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, f"{person} 的任职已登记。")
        return redirect("user_edit", person.pk)
    return render(request, "branches/membership_form.html", {"form": form, "person": person})


@get_or_post
@manage_user
def membership_end_page(request: Request, pk: int) -> HttpResponse:
    seat = found(Membership.objects.select_related("user", "branch"), pk, request.user)
    today = timezone.localdate()
    form = MembershipEndForm(posted(request), seat=seat, today=today)
    if form.is_valid() and attempt(
        form, lambda: membership_end(seat=seat, actor=request.user, today=today, **form.cleaned_data)
    ):
        last = form.cleaned_data["ends_on"]
        messages.success(
            request, "任职登记已撤回。" if last < seat.starts_on else f"任职到{cn_date(last)}结束。"
        )
        return redirect("user_edit", seat.user_id)
    context = {
        "title": f"结束任职：{seat.user}",
        "rows": [
            ("党组织", seat.branch),
            ("职务", seat.get_role_display()),
            ("开始日期", cn_date(seat.starts_on)),
        ],
        "effects": ["到期后，本人不能再以这个身份查看和办理。"],
        "form": form,
        "blockers": membership_end_blockers(seat, today=today),
        "submit": "结束任职",
        "cancel_url": reverse("user_edit", args=[seat.user_id]),
    }
    return render(request, "components/confirm_page.html", context)
