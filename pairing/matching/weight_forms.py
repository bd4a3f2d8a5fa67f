"""The weights of matching as a person edits them: each term in plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms

from pairing.matching.engine import Weights
from pairing.matching.weight_words import GROUPS, LINES, Line


class WeightsForm(forms.Form):
    """Every number of `Weights` in [0, 1]; weights are shares of their sum, which need not be 1."""

    base = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, current: Weights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current
        numbers = current.as_dict()
        for line in LINES:
            self.fields[line.name] = _number(line, numbers[line.name])
        self.order_fields([line.name for line in LINES])

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """The fields under their headings, as the page shows them."""
        return [(title, lead, [self[line.name] for line in lines]) for title, lead, lines in GROUPS]

    @property
    def weights(self) -> Weights:
        """The weights of a valid form."""
        return replace(self.current, **{line.name: self.cleaned_data[line.name] for line in LINES})


class WeightsSaveForm(WeightsForm):
    """The same with the reason that goes on record."""

    reason = forms.CharField(
        label="为什么改",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="会留痕，过后查得到。",
        error_messages={"required": "请写明为什么改。"},
    )


def _number(line: Line, value: float) -> forms.FloatField:
    return forms.FloatField(
        label=line.label,
        initial=value,
        help_text=line.hint,
        min_value=0,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        error_messages={
            "required": f"请填“{line.label}”，不计这一项就填 0。",
            "invalid": f"“{line.label}”须是 0 到 1 之间的小数，例如 0.3。",
            "min_value": f"“{line.label}”不能小于 0，不计这一项就填 0。",
            "max_value": f"“{line.label}”不能大于 1。",
        },
    )
