"""How form widgets are drawn."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from django import forms
from django.forms import renderers

OURS = Path(__file__).parent / "jinja2"
DJANGOS = Path(forms.__file__).parent / "jinja2"


class Widgets(renderers.Jinja2):
    """Django's widgets by Jinja2, with those of `core/jinja2` before its own.

    Django includes two templates for every option of a choice; among 400 branches that was half of the work
    of a list page.
    """

    @cached_property
    def engine(self) -> Any:
        return self.backend({"APP_DIRS": False, "DIRS": [OURS, DJANGOS], "NAME": "widgets", "OPTIONS": {}})
