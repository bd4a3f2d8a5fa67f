"""The headers that every answer carries, pages and refusals alike."""

from __future__ import annotations

import re

from django.http import HttpResponse

NONCE = re.compile(r"'nonce-[A-Za-z0-9+/=_-]+'")  # random base64, which may hold two slashes
UNSAFE_SOURCE = re.compile(r"unsafe-|\*|https?:|//")


def check_headers(answer: HttpResponse, *, is_private: bool) -> None:
    headers = answer.headers
    sources = NONCE.sub("", headers["Content-Security-Policy"])
    policy = dict(part.strip().partition(" ")[::2] for part in sources.split(";"))
    assert not UNSAFE_SOURCE.search(sources), sources
    assert {name: policy[name] for name in ("default-src", "script-src", "object-src", "base-uri")} == {
        "default-src": "'self'",
        "script-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
    }
    assert (policy["frame-ancestors"], policy["form-action"]) == ("'none'", "'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Server" not in headers
    if is_private:
        assert "no-store" in headers["Cache-Control"]
