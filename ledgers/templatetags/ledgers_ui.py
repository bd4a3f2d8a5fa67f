"""Template filters of the ledgers."""

from typing import Any

from django import template

from ledgers import kinds

register = template.Library()


@register.filter
def labels(row: Any, name: str) -> str:
    """The words of an array of choices: 咨询、宣讲; empty when there are none."""
    field = row._meta.get_field(name).base_field
    words = dict(field.flatchoices)
    return "、".join(str(words.get(value, value)) for value in getattr(row, name))


@register.filter
def details(resource: Any) -> list[tuple[str, str]]:
    """What a resource tells as one of its kind: label and words."""
    return kinds.in_words(resource.kind, resource.details)


@register.filter
def common_label(resource: Any, name: str) -> str:
    """How the kind of a resource names a common field: 生效日期 instead of 有效期起."""
    return kinds.common_labels(resource.kind).get(name) or str(resource._meta.get_field(name).verbose_name)
