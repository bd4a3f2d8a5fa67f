"""Draw a component of the catalogue (`templates/components`) from within a page."""

from collections.abc import Mapping
from typing import Any

from django.template import Context
from django.utils.safestring import SafeString


def render(context: Context, name: str, values: Mapping[str, Any]) -> SafeString:
    """Render a component inside the page's context, so that request, csrf_token and perms reach it."""
    assert context.template is not None  # a tag only runs inside a template
    component = context.template.engine.get_template(f"components/{name}.html")
    with context.push(**values):
        return component.render(context)
