"""The fields of a resource's kind as form fields; what they are stands in ledgers.kinds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.forms import DateInput
from core.workbooks.errors import CellError
from core.workbooks.values import Day, Label, Number, Text, Whole, plain
from ledgers.kinds import DETAILS, DetailField

PREFIX = "detail_"
NAMES = frozenset(f"{PREFIX}{field.name}" for fields in DETAILS.values() for field in fields)


class DetailInput(forms.Field):
    """One field of a kind: typed generously, kept as `Resource.details` holds it."""

    def __init__(self, spec: DetailField) -> None:
        self.spec = spec
        label = f"{spec.label}（{spec.unit}）" if spec.unit else spec.label
        super().__init__(label=label, required=False, help_text=spec.help_text, widget=_widget(spec))

    def clean(self, value: Any) -> Any:
        try:
            return self.spec.read(plain(value))
        except CellError as error:
            raise ValidationError(f"{error}。") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.spec.read(plain(data)))
        except CellError:
            return True


def _widget(spec: DetailField) -> forms.Widget:
    """Numbers are text with a numeric keyboard, so that full-width digits of a paste are understood too."""
    if isinstance(spec.parse, Day):
        return DateInput()
    if isinstance(spec.parse, Label):
        return forms.Select(choices=[("", "未定"), *spec.parse.choices.choices])
    if isinstance(spec.parse, Whole | Number):
        mode = "numeric" if isinstance(spec.parse, Whole) else "decimal"
        return forms.TextInput(attrs={"inputmode": mode, "maxlength": 12, "autocomplete": "off"})
    length = spec.parse.max_length if isinstance(spec.parse, Text) else None
    return forms.TextInput(attrs={"maxlength": length})
