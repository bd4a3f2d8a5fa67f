"""Middlewares: pages of logged-in people are never cached; refusals become sentences; uploads are scanned."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    UnreadablePostError,
)
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

from core.errors import DomainError
from core.scanning import scan

EXPIRED = "这个页面打开以后您重新登录过，刚才的操作没有生效。请刷新页面再试。"
CUT_OFF = "网络中断，内容没有收全，什么都没有写入。请返回上一页重新提交。"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def one_language(get_response: GetResponse) -> GetResponse:
    """Set the only language there is: while none is set, Django looks for one at every number it writes."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        translation.activate(settings.LANGUAGE_CODE)
        return get_response(request)

    return middleware


class LoginFirst(LoginRequiredMiddleware):
    """Ask for a login; a form sent without one leads back to the page it stood on, where its draft waits.

    The address it was sent to may take forms only.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method in {"GET", "HEAD"} or "Referer" not in request.headers:
            return super().handle_no_permission(request, view_func)
        return redirect_to_login(_back(request), resolve_url(self.get_login_url(view_func)))


def private_pages(get_response: GetResponse) -> GetResponse:
    """Keep pages of logged-in people out of every cache, and fragments apart from their pages."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.user.is_authenticated and "Cache-Control" not in response:
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


def domain_errors(get_response: GetResponse) -> GetResponse:
    """Turn a DomainError that a view did not handle into a sentence where the person is looking."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    middleware.process_exception = refuse  # type: ignore[attr-defined]  # Django looks the hook up by name
    return middleware


def told_methods(get_response: GetResponse) -> GetResponse:
    """Answer an address that only takes forms, opened like a page, with a page that has a way on.

    A login leads to such an address when it was lost at the press of a button; it goes to the workbench then.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method != "GET":
            return response
        if _back(request).split("?")[0] == resolve_url(settings.LOGIN_URL):
            return redirect(settings.LOGIN_REDIRECT_URL)
        page = render(request, "errors/405.html", status=response.status_code)
        page["Allow"] = response["Allow"]
        return page

    return middleware


def scanned_uploads(get_response: GetResponse) -> GetResponse:
    """Read a form whole, and let none of its files on before the virus scanner, if there is one, saw it.

    A form that another site made up is refused first: it must not keep the scanner busy.
    """
    guard = CsrfViewMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and request.user.is_authenticated:
            try:
                uploads = [upload for _, several in request.FILES.lists() for upload in several]
                if uploads and (forged := guard.process_view(request, get_response, (), {})):
                    return forged
                scan(uploads)
            except UnreadablePostError:
                return HttpResponse(CUT_OFF, status=400, content_type="text/plain; charset=utf-8")
            except DomainError as error:
                return _refusal(request, error)
        return get_response(request)

    return middleware


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is no longer good, mostly after a login in another window."""
    if request.headers.get("HX-Request"):
        return _refusal(request, DomainError(EXPIRED))
    return render(request, "errors/csrf.html", {"back": _back(request)}, status=HTTPStatus.FORBIDDEN)


def refuse(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Answer a DomainError; anything else is a bug and stays an exception."""
    return _refusal(request, error) if isinstance(error, DomainError) else None


def _refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A fragment for htmx, JSON for programs, else a message and the way back."""
    if request.headers.get("HX-Request"):
        response = render(request, "components/refusal.html", {"message": error.message}, status=error.status)
        response["HX-Retarget"] = "#flash"
        response["HX-Reswap"] = "innerHTML show:window:top"
        return response
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"error": error.message, "field": error.field}, status=error.status)
    if request.method == "POST":
        messages.error(request, error.message)
        return HttpResponseRedirect(_back(request))
    return render(request, "errors/refused.html", {"message": error.message}, status=error.status)


def _back(request: HttpRequest) -> str:
    """The page the form stood on; another site's address is never followed."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referer)
    path = escape_leading_slashes(parts.path) or "/"  # two of them would begin another site's address
    return f"{path}?{parts.query}" if parts.query else path
