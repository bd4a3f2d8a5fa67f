"""What a person says to split a demand into several or to merge several into one."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import DateInput, ReasonForm, RowFault, row_faults
from core.wording import cn_date
from ledgers.models import Demand
from ledgers.services.demands import EDITABLE
from ledgers.services.regrouping import MAX_PARTS

PARTS_SHOWN = 3
LEAST_PARTS = 2


class PartForm(forms.Form):
    """One of the demands a whole is split into; a row without a title is no part."""

    title = forms.CharField(label="需求内容", max_length=120, required=False)
    description = forms.CharField(
        label="具体描述", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    expected_people = forms.IntegerField(
        label="预计受益人数", min_value=0, max_value=999_999_999, required=False
    )
    deadline_on = forms.DateField(label="期望完成时限", required=False, widget=DateInput())

    def __init__(self, *args: Any, whole: Demand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whole = whole

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("deadline_on") and data["deadline_on"] < self.whole.raised_on:
            raised_on = cn_date(self.whole.raised_on)
            self.add_error("deadline_on", f"期望完成时限不能早于提出日期（{raised_on}）。")
        if not data.get("title") and (data.get("description") or data.get("expected_people") is not None):
            self.add_error("title", "请写明这一条的需求内容；不需要这一条就都清空。")
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What was filled in; the rest is taken over from the whole."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class BasePartFormSet(forms.BaseFormSet):
    def clean(self) -> None:
        """Ask for what is missing beside the first rows that have no title."""
        empty = [form for form in self.forms if not form.errors and not form.values.get("title")]
        begun = len(self.forms) - len(empty)
        for form in empty[: max(LEAST_PARTS - begun, 0)]:
            form.add_error("title", f"拆分至少要填 {LEAST_PARTS} 条需求，请写明这一条的内容。")

    @property
    def parts(self) -> list[dict[str, Any]]:
        return [form.values for form in self.forms if form.values.get("title")]

    @property
    def row_faults(self) -> list[RowFault]:
        return row_faults("条", self)


PartFormSet = forms.formset_factory(
    PartForm, BasePartFormSet, extra=0, max_num=MAX_PARTS, absolute_max=MAX_PARTS
)


def part_forms(data: Any, demand: Demand) -> BasePartFormSet:
    """Rows for the parts of `demand`, each with its deadline to begin with."""
    initial = [{"deadline_on": demand.deadline_on} for _ in range(PARTS_SHOWN)]
    return PartFormSet(data, initial=initial, prefix="parts", form_kwargs={"whole": demand})  # type: ignore[return-value]  # made of it


class MergeForm(ReasonForm):
    """Which demands of the same branch are taken over, and why."""

    demands = forms.ModelMultipleChoiceField(
        label="并进来的需求",
        queryset=Demand.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少再选一条要并进来的需求。"},
    )
    field_order = ("demands", "reason")

    def __init__(self, *args: Any, into: Demand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Demand.objects.filter(branch=into.branch_id, state__in=EDITABLE).exclude(pk=into.pk)
        self.fields["demands"].queryset = others.order_by("serial")
        self.fields["demands"].label_from_instance = lambda row: f"第{row.serial}号 {row.title}"
