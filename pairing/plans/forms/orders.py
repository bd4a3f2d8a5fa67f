"""Accepting and filtering plan orders; see order_contents for what one says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from pairing.plans.enums import Line, PlanOrderState
from pairing.plans.models import PlanOrder

SATISFACTION = [
    (5, "5 分 很满意"),
    (4, "4 分 满意"),
    (3, "3 分 一般"),
    (2, "2 分 不满意"),
    (1, "1 分 很不满意"),
]


class ResultForm(forms.Form):
    """What came of an order, for the branch that is to accept it."""

    result = forms.CharField(
        label="办理结果",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "还没有已归档的活动，请写明办理结果，对方据此验收。"},
    )

    def __init__(self, *args: Any, is_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["result"]
        field.required = is_required
        field.help_text = "办成了什么、帮到了谁。" if is_required else "活动记录已写明的可不填。"


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
    series = django_filters.NumberFilter(field_name="series_id", widget=forms.HiddenInput)
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
