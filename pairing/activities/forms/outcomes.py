"""What an activity achieved, as rows of its record: which metric, how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms

from core.wording import quantity
from pairing.plans.forms.targets import metric_choices
from pairing.plans.models import Metric, OrderTarget

OUTCOME_ROWS = 4
TWICE = "同一个成效指标填了两次，请合并成一行。"


class OutcomesForm(forms.Form):
    """Rows of metric and value. What an order expects is chosen already; left blank it says nothing."""

    def __init__(self, *args: Any, targets: Sequence[OrderTarget], filled: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        metrics = list(Metric.objects.all())
        self.metrics = {str(metric.pk): metric for metric in metrics}
        choices = metric_choices(metrics, "（不填）")
        self.numbers = range(1, max(OUTCOME_ROWS, len(targets) + 1, filled + 1) + 1)
        self.expected = dict(zip(self.numbers, targets, strict=False))
        for number in self.numbers:
            target = self.expected.get(number)
            self.fields[f"metric_{number}"] = forms.ChoiceField(
                label=f"指标 {number}",
                required=False,
                choices=choices,
                initial=target and target.metric_id,
                widget=forms.Select(attrs={"data-pick": ""}),
            )
            self.fields[f"value_{number}"] = forms.DecimalField(
                label=f"数值 {number}",
                required=False,
                min_value=0,
                max_digits=14,
                decimal_places=2,
                help_text=f"定单预期 {quantity(target.value)}{target.metric.unit}；这次没有就留空。"
                if target
                else "",
            )

    @property
    def outcome_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"metric_{number}"], self[f"value_{number}"]) for number in self.numbers]

    def check_outcomes(self, data: dict[str, Any]) -> None:
        """Refuse half a row, a metric given twice, and a part of what is counted in whole units."""
        seen: set[str] = set()
        for number in self.numbers:
            names = f"metric_{number}", f"value_{number}"
            if self.errors.keys() & names:
                continue
            metric, value = (data.get(name) for name in names)
            if value is None:
                if metric and not self._is_expected(number, metric):
                    self.add_error(names[1], "请填写这个指标的数值。")
            elif not metric:
                self.add_error(names[0], "请选择这个数值是什么指标。")
            elif metric in seen:
                self.add_error(names[0], TWICE)
            else:
                seen.add(metric)
                if fault := self.metrics[metric].fault_of(value):
                    self.add_error(names[1], fault)

    def outcomes(self) -> Iterator[tuple[Metric, Decimal]]:
        for number in self.numbers:
            value = self.cleaned_data[f"value_{number}"]
            if value is not None:
                yield self.metrics[self.cleaned_data[f"metric_{number}"]], value

    def _is_expected(self, number: int, metric: str) -> bool:
        """Whether the row names what was chosen for it beforehand."""
        target = self.expected.get(number)
        return target is not None and str(target.metric_id) == metric
