"""我的账号: who I am here, and my password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from branches.forms import OwnPasswordForm
from branches.requests import Request
from branches.selectors import own_seats
from branches.services.users import user_change_password
from core.pages import get_or_post, posted


@require_safe
def account(request: Request) -> HttpResponse:
    today = timezone.localdate()
    context = {"seats": own_seats(request.user, today=today), "today": today}
    return render(request, "branches/account.html", context)


@sensitive_post_parameters()
@get_or_post
def password_change(request: Request) -> HttpResponse:
    """My own password; this session stays, every other one ends."""
    form = OwnPasswordForm(request.user, posted(request))
    if form.is_valid():
        user = user_change_password(user=request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)
        messages.success(request, "密码已修改，下次请用新密码登录。")
        return redirect("workbench")
    return render(request, "branches/password_change.html", {"form": form})
