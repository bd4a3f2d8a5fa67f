"""The filters of the audit trail."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from core.actions import action_words
from core.models import AuditEntry
from core.periods import day_starts


def _actions() -> list[tuple[str, str]]:
    """Every action on record with its words."""
    rows = AuditEntry.objects.order_by("action").values_list("action", "target_type").distinct()
    return list({action: action_words(action, target) for action, target in rows}.items())


class AuditFilter(django_filters.FilterSet):
    action = django_filters.ChoiceFilter(label="动作", empty_label="全部")
    actor = django_filters.ModelChoiceFilter(
        label="操作人",
        queryset=lambda _request: get_user_model().objects.order_by("username"),
        empty_label="全部",
        widget=forms.Select(attrs={"data-pick": True}),
    )
    day = django_filters.DateFilter(
        label="日期", method="by_day", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    class Meta:
        model = AuditEntry
        fields = ["action", "actor", "day"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["action"].extra["choices"] = _actions()

    def by_day(self, rows: QuerySet[AuditEntry], _name: str, day: date) -> QuerySet[AuditEntry]:
        return rows.filter(at__gte=day_starts(day), at__lt=day_starts(day + timedelta(days=1)))
