"""Editing, accepting and filtering plan orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.forms import DateInput
from pairing.plans.enums import Line, PlanOrderState
from pairing.plans.models import PlanOrder

SATISFACTION = [
    (5, "5 分 很满意"),
    (4, "4 分 满意"),
    (3, "3 分 一般"),
    (2, "2 分 不满意"),
    (1, "1 分 很不满意"),
]


class PlanOrderForm(forms.ModelForm):
    """What both sides agree on; `version` is the one the editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = PlanOrder
        fields = ("task", "line", "due_on", "responsible_a", "responsible_b", "place")
        widgets = {"task": forms.Textarea(attrs={"rows": 3}), "due_on": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairing = self.instance.pairing
        self.fields["responsible_a"].label = f"{pairing.branch_a}责任人"
        self.fields["responsible_b"].label = f"{pairing.branch_b}责任人"
        self.fields["line"].choices = Line.choices  # always one of the four, never blank
        self.fields["place"].help_text = "排期时优先用这个地点。"
        self.initial.setdefault("version", self.instance.version)


class AcceptanceForm(forms.Form):
    """The verdict of the branch that raised the demand."""

    satisfaction = forms.TypedChoiceField(
        label="满意度",
        choices=SATISFACTION,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择满意度，5 分最高。"},
    )
    words = forms.CharField(
        label="验收意见", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class PlanOrderFilter(django_filters.FilterSet):
    """The filters of the order ledger; they stand in the address bar."""

    q = django_filters.CharFilter(label="编号、任务或需求", method="with_words")
    state = django_filters.ChoiceFilter(label="状态", empty_label="全部", choices=PlanOrderState.choices)
    line = django_filters.ChoiceFilter(label="四联类别", empty_label="全部", choices=Line.choices)
    overdue = django_filters.BooleanFilter(
        label="只看逾期", method="that_are_overdue", widget=forms.CheckboxInput
    )
    pairing = django_filters.NumberFilter(field_name="pairing_id", widget=forms.HiddenInput)
    view = django_filters.CharFilter(method="as_is", widget=forms.HiddenInput)

    class Meta:
        model = PlanOrder
        fields: Sequence[str] = ()

    def with_words(self, rows: QuerySet[PlanOrder], _name: str, value: str) -> QuerySet[PlanOrder]:
        return rows.filter(
            Q(number__icontains=value) | Q(task__icontains=value) | Q(demand__title__icontains=value)
        )

    def that_are_overdue(self, rows: Any, _name: str, value: bool) -> Any:
        return rows.overdue(on=timezone.localdate()) if value else rows

    def as_is(self, rows: QuerySet[PlanOrder], _name: str, _value: str) -> QuerySet[PlanOrder]:
        """Leave the rows alone: the address also carries how they are laid out."""
        return rows
