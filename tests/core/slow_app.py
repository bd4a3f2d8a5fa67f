"""An application that says how long a body it was given, for a server that is started beside the tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.bodies import whole_bodies


def _answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    try:
        status, words = "200 OK", str(len(environ["wsgi.input"].read()))
    except OSError as error:
        status, words = "400 Bad Request", str(error)
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(words)))])
    return [words.encode()]


application = whole_bodies(_answer, seconds=1)
