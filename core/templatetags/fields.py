"""How a form lays out its fields: those seen at first, those under 更多, and the wide ones."""

from collections.abc import Sequence

from django import forms, template
from django.forms import BaseForm, BoundField

register = template.Library()

VISIBLE_FIELDS = 7  # more than this at once and people stop reading the form


@register.filter
def primary_fields(form: BaseForm) -> Sequence[BoundField]:
    """Give the fields seen at first: all but `form.more_fields`, or the first seven."""
    return _split(form)[0]


@register.filter
def more_fields(form: BaseForm) -> Sequence[BoundField]:
    """Give the fields kept under 更多."""
    return _split(form)[1]


def _split(form: BaseForm) -> tuple[list[BoundField], list[BoundField]]:
    apart = getattr(form, "apart_fields", ())
    fields = [field for field in form.visible_fields() if field.name not in apart]
    named = getattr(form, "more_fields", None)
    if named is None:
        return fields[:VISIBLE_FIELDS], fields[VISIBLE_FIELDS:]
    return [f for f in fields if f.name not in named], [f for f in fields if f.name in named]


@register.filter
def any_errors(fields: Sequence[BoundField]) -> bool:
    """Say whether one of the fields has an error, so that 更多 opens by itself."""
    return any(field.errors for field in fields)


@register.filter
def lost_files(field: BoundField) -> list[str]:
    """The files sent with a form that comes back for another fault: no page can fill them in again."""
    if not field.form.is_bound or field.errors or not isinstance(field.field.widget, forms.FileInput):
        return []
    return [str(file.name) for file in field.form.files.getlist(field.html_name)]


@register.filter
def is_wide(field: BoundField) -> bool:
    """Say whether a field needs the whole width: long text, files, lists of choices, `form.wide_fields`."""
    return field.name in getattr(field.form, "wide_fields", ()) or isinstance(
        field.field.widget, forms.Textarea | forms.FileInput | forms.RadioSelect | forms.CheckboxInput
    )
