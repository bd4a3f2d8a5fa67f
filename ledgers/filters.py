"""The filters of the two ledgers, all of them in the address bar."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from branches.filters import BranchFilter
from branches.models import User
from ledgers.enums import DemandState, ResourceKind, ResourceState, Urgency
from ledgers.models import Demand, Resource, ServiceAspect
from ledgers.selectors.rows import holding_all, sought
from ledgers.selectors.usage import full_resources

EXPIRED = ("expired", "已过期")
FULL = ("full", "已占满")


class LedgerFilter(django_filters.FilterSet):
    """What both ledgers are searched by."""

    q = django_filters.CharFilter(label="关键词", method="by_words")
    branch = BranchFilter(label="支部")
    mine = django_filters.BooleanFilter(
        label="只看本支部", method="by_mine", widget=forms.CheckboxInput(), field_name="branch"
    )

    def __init__(self, data: QueryDict, queryset: QuerySet[Any], *, user: User, today: date) -> None:
        super().__init__(data, queryset)
        self.user = user
        self.today = today
        self.form.order_fields(self._meta.fields)
        self.form.fields["q"].widget.attrs["placeholder"] = "名称、支部或拼音"
        if not user.branch_ids:
            del self.form.fields["mine"]

    def by_words(self, rows: QuerySet[Any], _name: str, words: str) -> QuerySet[Any]:
        """Every word must be found in the row or in the name of its branch, in characters or in pinyin."""
        return holding_all(rows, sought(words))

    def by_mine(self, rows: QuerySet[Any], _name: str, is_wanted: bool) -> QuerySet[Any]:
        return rows.filter(branch__in=self.user.branch_ids) if is_wanted else rows


class ResourceFilter(LedgerFilter):
    kind = django_filters.ChoiceFilter(label="类别", choices=ResourceKind, empty_label="全部")
    state = django_filters.ChoiceFilter(
        label="状态", choices=[*ResourceState.choices, FULL, EXPIRED], empty_label="全部", method="by_state"
    )
    aspects = django_filters.ModelChoiceFilter(
        label="服务方向", queryset=ServiceAspect.objects.in_use(), empty_label="全部"
    )

    class Meta:
        model = Resource
        fields = ["q", "branch", "kind", "state", "aspects", "mine"]

    def by_state(self, rows: QuerySet[Resource], _name: str, state: str) -> QuerySet[Resource]:
        if state == FULL[0]:
            return rows.filter(pk__in=full_resources(today=self.today))
        return rows.filter(expired=True) if state == EXPIRED[0] else rows.filter(state=state)


class DemandFilter(LedgerFilter):
    aspect = django_filters.ModelChoiceFilter(
        label="需求方面", queryset=ServiceAspect.objects.in_use(), empty_label="全部"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=DemandState, empty_label="全部")
    urgency = django_filters.ChoiceFilter(label="紧急程度", choices=Urgency, empty_label="全部")
    overdue = django_filters.BooleanFilter(label="只看已逾期", method="by_late", widget=forms.CheckboxInput())

    class Meta:
        model = Demand
        fields = ["q", "branch", "aspect", "state", "urgency", "overdue", "mine"]

    def by_late(self, rows: QuerySet[Demand], _name: str, is_wanted: bool) -> QuerySet[Demand]:
        return rows.filter(late=True) if is_wanted else rows
