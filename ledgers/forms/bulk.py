"""What is chosen in a list to be done with many rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from core.pages import number


class BulkForm(forms.Form):
    """An action, the reason it may need, and the ticked rows, which come as plain boxes named `row`."""

    action = forms.ChoiceField(
        label="批量办理",
        error_messages={"required": "请选择要怎样办理。", "invalid_choice": "没有这种办理方式，请重新选择。"},
    )
    reason = forms.CharField(label="理由", max_length=300, required=False)
    back = forms.CharField(max_length=2000, required=False)

    def __init__(self, data: Any, *, actions: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["action"].choices = actions

    @property
    def ids(self) -> list[int]:
        """The keys of the ticked rows; what can be no key stands for a row that is not there."""
        return [key if (key := number(text)) is not None else 0 for text in self.data.getlist("row")]

    @property
    def sentence(self) -> str:
        """The first fault, for a form that has no page of its own."""
        return next((str(error) for errors in self.errors.values() for error in errors), "")
