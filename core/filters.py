"""The filters of the audit trail."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from core.forms import DateInput
from core.models import AuditEntry
from core.periods import day_ends, day_starts
from core.selectors import audit_actions


class AuditFilter(django_filters.FilterSet):
    action = django_filters.ChoiceFilter(label="动作", empty_label="全部")
    actor = django_filters.ModelChoiceFilter(
        label="操作人",
        queryset=lambda _request: get_user_model().objects.order_by("username"),
        empty_label="全部",
        widget=forms.Select(attrs={"data-pick": True}),
    )
    words = django_filters.CharFilter(
        label="对象或说明",
        method="by_words",
        widget=forms.TextInput(attrs={"placeholder": "名称、说明、理由"}),
    )
    since = django_filters.DateFilter(label="从哪天起", method="by_first_day", widget=DateInput())
    until = django_filters.DateFilter(label="到哪天止", method="by_last_day", widget=DateInput())

    class Meta:
        model = AuditEntry
        fields = ["words", "since", "until", "action", "actor"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["action"].extra["choices"] = [(entry.action, entry.words) for entry in audit_actions()]

    def by_words(self, rows: QuerySet[AuditEntry], _name: str, words: str) -> QuerySet[AuditEntry]:
        said = Q(target_label__icontains=words) | Q(summary__icontains=words) | Q(reason__icontains=words)
        return rows.filter(said)

    def by_first_day(self, rows: QuerySet[AuditEntry], _name: str, day: date) -> QuerySet[AuditEntry]:
        return rows.filter(at__gte=day_starts(day))

    def by_last_day(self, rows: QuerySet[AuditEntry], _name: str, day: date) -> QuerySet[AuditEntry]:
        return rows.filter(at__lte=day_ends(day))
