"""Template filters of the ledgers."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def labels(row: Any, name: str) -> str:
    """The words of an array of choices: 咨询、宣讲; empty when there are none."""
    field = row._meta.get_field(name).base_field
    words = dict(field.flatchoices)
    return "、".join(str(words.get(value, value)) for value in getattr(row, name))
