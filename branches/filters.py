"""The filters of the list of people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django_filters import fields

from branches.enums import Role
from branches.models import Branch, Membership, User
from core.forms import PickSelect

ACTIVE = [("true", "使用中"), ("false", "已停用")]


class BranchOptions(fields.ModelChoiceIterator):
    """Keys and names without an object for each: a county has hundreds, and every list offers them."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield "", self.field.empty_label
        yield from self.queryset.values_list("pk", "name")


class BranchField(fields.ModelChoiceField):
    iterator = BranchOptions


class BranchFilter(django_filters.ModelChoiceFilter):
    """One active branch, or all."""

    field_class = BranchField

    def __init__(self, **kwargs: Any) -> None:
        active = Branch.objects.active()
        super().__init__(queryset=active, empty_label="全部", widget=PickSelect, **kwargs)


class UserFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="关键词", method="by_words")
    branch = BranchFilter(label="党组织", method="by_branch")
    role = django_filters.ChoiceFilter(label="角色", choices=Role, empty_label="全部", method="by_role")
    is_active = django_filters.ChoiceFilter(
        label="状态", choices=ACTIVE, empty_label="全部", method="by_active"
    )

    class Meta:
        model = User
        fields = ["q", "branch", "role", "is_active"]

    def __init__(self, data: QueryDict, queryset: QuerySet[Any]) -> None:
        super().__init__(data, queryset)
        self.form.order_fields(self._meta.fields)
        self.form.fields["q"].widget.attrs["placeholder"] = "姓名、用户名或手机"

    def by_words(self, rows: QuerySet[User], _name: str, words: str) -> QuerySet[User]:
        return rows.filter(
            Q(display_name__icontains=words) | Q(username__icontains=words) | Q(phone__icontains=words)
        )

    def by_branch(self, rows: QuerySet[User], _name: str, branch: Branch) -> QuerySet[User]:
        return rows.filter(pk__in=self._seats().filter(branch=branch).values("user"))

    def by_role(self, rows: QuerySet[User], _name: str, role: str) -> QuerySet[User]:
        return rows.filter(pk__in=self._seats().filter(role=role).values("user"))

    def by_active(self, rows: QuerySet[User], _name: str, value: str) -> QuerySet[User]:
        return rows.filter(is_active=value == "true")

    def _seats(self) -> Any:
        return Membership.objects.in_force(on=timezone.localdate())
