"""One form sent twice is one effect: a double click, a reload or a lost answer is answered as the first time.

Every form carries a random token. The first request with it takes a row in the same transaction as its
effect; a second one waits for that row and is sent to the page the first one led to. A form that was refused
leaves no row, so that it can be mended and sent again; the same token with other content is another form.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from core.models import SubmitToken

FIELD = "submit_token"
KEPT = timedelta(days=1)
REPEATED = "这张表单已经提交过，没有重复办理，下面是那一次的结果。"

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def new_token() -> str:
    return secrets.token_urlsafe(16)


def submit_once(get_response: GetResponse) -> GetResponse:
    """Answer a form that carries a token of `new_token` once; later copies get the same redirect.

    `core.middleware.scanned_uploads` has read the form whole before; what it refuses takes no token.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and request.user.is_authenticated and request.POST.get(FIELD):
            return _answer_once(request, get_response)
        return get_response(request)

    middleware.process_exception = note_refusal  # type: ignore[attr-defined]  # Django looks the hook up by name
    return middleware


def note_refusal(request: Any, _error: Exception) -> None:
    """A refusal may be answered by a redirect too; remember that it was none of success."""
    request.was_refused = True


def _answer_once(request: Any, get_response: GetResponse) -> HttpResponseBase:
    """Take the token, run the request and keep where it led, all in one transaction."""
    with transaction.atomic():
        taken, is_first = SubmitToken.objects.get_or_create(user=request.user, key=_key(request))
        if not is_first:
            messages.info(request, REPEATED)
            return HttpResponseRedirect(taken.location)
        response = get_response(request)
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            transaction.set_rollback(True)
        elif response.status_code == HTTPStatus.FOUND and not hasattr(request, "was_refused"):
            _keep(taken, response.headers["Location"])
        else:
            taken.delete()
    return response


def _keep(taken: SubmitToken, location: str) -> None:
    taken.location = location
    taken.save(update_fields=["location"])
    SubmitToken.objects.filter(user=taken.user, created_at__lt=timezone.now() - KEPT).delete()


def _key(request: HttpRequest) -> str:
    """The digest of token, address and content; the CSRF token differs between two copies of one form."""
    content = request.POST.copy()
    content.pop("csrfmiddlewaretoken", None)
    digest = sha256(f"{request.get_full_path()}\n{content.urlencode()}".encode())
    for field, files in request.FILES.lists():
        for file in files:
            digest.update(f"\n{field}={file.name}:{file.size}\n".encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()
