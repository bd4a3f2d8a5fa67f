"""A person with a one-time password chooses a password of their own before anything else."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

ALLOWED = frozenset({"password_change", "logout", "login"})


def own_password_first(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """Send everybody whose password is a one-time one to the page that changes it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    middleware.process_view = send_to_change  # type: ignore[attr-defined]  # Django looks the hook up by name
    return middleware


def send_to_change(request: HttpRequest, *_view: Any) -> HttpResponse | None:
    """The way to the password page; a fragment takes the whole page there."""
    user: Any = request.user
    name = request.resolver_match.url_name if request.resolver_match else ""
    if not user.is_authenticated or not user.must_change_password or name in ALLOWED:
        return None
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": reverse("password_change")})
    return redirect("password_change")
