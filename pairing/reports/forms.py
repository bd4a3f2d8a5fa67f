"""The span of days the dashboard speaks about."""

from __future__ import annotations

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django import forms

from core.periods import period_of
from pairing.reports.metrics.measure import Window

PRESET_UNITS = (("本年", "year"), ("本季", "quarter"), ("本月", "month"))


def presets(today: date) -> list[tuple[str, Window]]:
    """The spans an office asks for most, each ending today."""
    return [
        ("近一年", last_year(today)),
        *((label, Window(period_of(unit, today).starts_on, today)) for label, unit in PRESET_UNITS),
    ]


def last_year(today: date) -> Window:
    return Window(today - relativedelta(years=1) + relativedelta(days=1), today)


class WindowForm(forms.Form):
    """起止日期: the last twelve months unless the address says otherwise."""

    first = forms.DateField(label="起始日期", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="截止日期", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, query: Any, *, today: date) -> None:
        self.default = last_year(today)
        data = {
            "first": query.get("first") or self.default.first.isoformat(),
            "last": query.get("last") or self.default.last.isoformat(),
        }
        super().__init__(data)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "截止日期不能早于起始日期，请改选。")
        return cleaned

    @property
    def window(self) -> Window:
        """The chosen days, or the default ones while the input has faults."""
        if self.is_valid():
            return Window(self.cleaned_data["first"], self.cleaned_data["last"])
        return self.default
