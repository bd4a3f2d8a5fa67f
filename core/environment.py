"""Reads the environment; a value that means nothing ends the program with a sentence that names it."""

from __future__ import annotations

import os
import sys
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_NO = ("false", "off", "no", "n", "0")


class Environment(environ.Env):
    """django-environ's reader, which answers most of such values with a traceback or with False.

    A variable that is set to nothing counts as not set.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ENVIRON = {name: value for name, value in os.environ.items() if value}

    def get_value(self, var: str, cast: Any = None, *args: Any, **kwargs: Any) -> Any:
        given = self.ENVIRON.get(var)
        if cast is bool and given is not None and given.lower() not in (*self.BOOLEAN_TRUE_STRINGS, *_NO):
            sys.exit(f"{var} must be true or false, not {given!r}.")
        try:
            return super().get_value(var, cast, *args, **kwargs)
        except ValueError:
            sys.exit(f"{var} must be a whole number, not {given!r}.")

    def email_url(self, var: str, default: str) -> dict[str, Any]:
        try:
            return super().email_url(var, default=default)
        except (ImproperlyConfigured, ValueError):  # says the password, so its value is not repeated
            sys.exit(f"{var} must be an address like smtp+tls://user:password@host:587.")
