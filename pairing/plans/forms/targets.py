"""The expected metrics of an order as rows of its form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from core.pinyin import sort_key
from pairing.plans.enums import Line
from pairing.plans.models import Metric
from pairing.plans.services.targets import MOST

GENERAL = "各类活动通用"


def metric_choices(metrics: Iterable[Metric], none: str) -> list[Any]:
    """Metrics to choose from: those of every activity first, then by 四联, each group in order of its names.

    Args:
        none: how choosing none is called.
    """
    rows = sorted(metrics, key=lambda row: sort_key(row.name))
    groups = [(GENERAL, ""), *((label, line) for line, label in Line.choices)]
    found = [(label, [(row.pk, row.label) for row in rows if row.line == line]) for label, line in groups]
    return [("", none), *((label, mine) for label, mine in found if mine)]


class TargetForm(forms.Form):
    """One expected metric; a row with neither metric nor value is none."""

    metric = forms.TypedChoiceField(
        label="指标",
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.Select(attrs={"data-pick": ""}),
    )
    value = forms.DecimalField(
        label="目标值", required=False, max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )

    def __init__(self, *args: Any, metrics: list[Metric], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.metrics = {metric.pk: metric for metric in metrics}
        self.fields["metric"].choices = metric_choices(metrics, "不设")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("metric") and data.get("value") is None and "value" not in self.errors:
            self.add_error("value", "请填写目标值；不需要这一项就把指标改成“不设”。")
        if data.get("value") is not None and not data.get("metric") and "metric" not in self.errors:
            self.add_error("metric", "请选择这个目标值是什么指标；不需要就清空目标值。")
        metric, value = self.metrics.get(data.get("metric")), data.get("value")
        if metric and value is not None and (fault := metric.fault_of(value)):
            self.add_error("value", fault)
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
    TargetForm,
    formset=BaseTargetFormSet,
    extra=2,
    max_num=MOST + 2,
    validate_max=True,
    absolute_max=MOST + 2,
)
