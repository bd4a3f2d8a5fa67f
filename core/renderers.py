"""What Jinja2 draws: the widgets of forms, and the shell around every page; Django's engine draws the pages.

Jinja2 compiles a template to Python, Django walks its nodes: the shell took a fifth of a small page.
"""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import Any

from django import forms
from django.forms import renderers
from django.http import HttpRequest
from django.template.backends.jinja2 import Jinja2
from django.utils.safestring import SafeString
from jinja2 import StrictUndefined, Undefined

OURS = Path(__file__).parent / "jinja2"
DJANGOS = Path(forms.__file__).parent / "jinja2"


@cache
def _engine(undefined: type[Undefined]) -> Jinja2:
    options = {"undefined": undefined}
    return Jinja2({"APP_DIRS": False, "DIRS": [OURS, DJANGOS], "NAME": "jinja2", "OPTIONS": options})


class Widgets(renderers.EngineMixin, renderers.BaseRenderer):
    """Django's widgets by Jinja2, with those of `core/jinja2` before its own.

    Django includes two templates for every option of a choice; among 400 branches that was half of the work
    of a list page.
    """

    @cached_property
    def engine(self) -> Any:
        return _engine(Undefined)  # as Django's own widgets expect


def draw(name: str, values: dict[str, Any], request: HttpRequest) -> SafeString:
    """Draw a template of `core/jinja2`; what it is given is escaped there.

    Raises:
        jinja2.UndefinedError: the template names what it was not given.
    """
    return SafeString(_engine(StrictUndefined).get_template(name).render(values, request))
