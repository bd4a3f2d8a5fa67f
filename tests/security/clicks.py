"""Forms sent several times at once, from windows of one browser or by several people."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from core.models import AuditEntry
from core.submissions import FIELD, REPEATED, new_token
from tests.crowd import at_once
from tests.security.world import window_of

CLICKS = 10


def click(client: Client, url: str, data: dict[str, Any], times: int = CLICKS) -> list[HttpResponse]:
    """Send one form several times at once."""
    form = data | {FIELD: new_token()}
    forms = [copy_of(form) for _ in range(times)]
    windows = [window_of(client) for _ in forms]
    return at_once(*[partial(window.post, url, form) for window, form in zip(windows, forms, strict=True)])


def copy_of(form: dict[str, Any]) -> dict[str, Any]:
    """The same form; a file is read to its end by the first that sends it, so each gets its own."""
    copied = {}
    for name, value in form.items():
        is_file = isinstance(value, SimpleUploadedFile)
        copied[name] = SimpleUploadedFile(value.name, value.read()) if is_file else value
        if is_file:
            value.seek(0)
    return copied


def once(client: Client, url: str, form: dict[str, Any], times: int = CLICKS) -> str:
    """Send a form several times at once; it is carried out once, and all are sent to where it led."""
    answers = click(client, url, form, times)
    found = {(type(answer), getattr(answer, "status_code", answer)) for answer in answers}
    assert found == {(type(answers[0]), 302)}, (url, found)
    (location,) = {answer.headers["Location"] for answer in answers}
    assert sorted(map(is_repeat, answers)) == [False] + [True] * (times - 1), url
    return location


def is_repeat(answer: HttpResponse) -> bool:
    said = getattr(answer.wsgi_request, "_messages", ())
    return any(str(message) == REPEATED for message in said)


def audited(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()
