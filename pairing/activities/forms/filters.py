"""The filters of the activity ledger; they stand in the address bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q

from branches.models import User
from core.pages import month_in
from pairing.activities.enums import ActivityState
from pairing.activities.models import Activity, ActivityKind
from pairing.plans.enums import Line
from pairing.plans.models import Pairing


class ActivityFilter(django_filters.FilterSet):
    line = django_filters.ChoiceFilter(
        label="四联类别", field_name="kind__line", choices=Line.choices, empty_label="全部"
    )
    kind = django_filters.ModelChoiceFilter(
        label="活动类型", queryset=ActivityKind.objects.all(), empty_label="全部"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=ActivityState.choices, empty_label="全部")
    month = django_filters.CharFilter(
        label="月份", method="in_month", widget=forms.TextInput(attrs={"type": "month"})
    )
    pairing = django_filters.ModelChoiceFilter(
        label="结对", queryset=Pairing.objects.none(), empty_label="全部"
    )
    q = django_filters.CharFilter(label="名称或地点", method="with_words")

    class Meta:
        model = Activity
        fields: Sequence[str] = ()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["pairing"].queryset = Pairing.objects.visible_to(user).select_related(
            "branch_a", "branch_b"
        )

    def in_month(self, rows: Any, _name: str, value: str) -> Any:
        month = month_in(value)
        return rows.between(month.starts_on, month.last_day) if month else rows.none()

    def with_words(self, rows: Any, _name: str, value: str) -> Any:
        return rows.filter(Q(title__icontains=value) | Q(venue__icontains=value))
