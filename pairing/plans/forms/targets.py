"""The expected metrics of an order as rows of its form."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from django import forms

from pairing.plans.models import Metric
from pairing.plans.services.targets import MOST


class TargetForm(forms.Form):
    """One expected metric; a row with neither metric nor value is none."""

    metric = forms.TypedChoiceField(label="指标", coerce=int, required=False, empty_value=None)
    value = forms.DecimalField(
        label="目标值", required=False, max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )

    def __init__(self, *args: Any, metrics: list[Metric], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metric"].choices = [("", "不设"), *((row.pk, row.label) for row in metrics)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("metric") and data.get("value") is None and "value" not in self.errors:
            self.add_error("value", "请填写目标值；不需要这一项就把指标改成“不设”。")
        if data.get("value") is not None and not data.get("metric") and "metric" not in self.errors:
            self.add_error("metric", "请选择这个目标值是什么指标；不需要就清空目标值。")
        return data


class BaseTargetFormSet(forms.BaseFormSet):
    def clean(self) -> None:
        chosen = Counter(row.cleaned_data.get("metric") for row in self.forms if row.is_valid())
        for row in self.forms:
            if row.is_valid() and (metric := row.cleaned_data.get("metric")) and chosen[metric] > 1:
                row.add_error("metric", "这项指标填了两次，请合成一项。")

    @property
    def targets(self) -> dict[int, Decimal]:
        """What was sent, without the empty rows; only after is_valid."""
        rows = (row.cleaned_data for row in self.forms)
        return {row["metric"]: row["value"] for row in rows if row.get("metric")}


TargetFormSet = forms.formset_factory(
    TargetForm, formset=BaseTargetFormSet, extra=2, max_num=MOST + 2, validate_max=True
)
