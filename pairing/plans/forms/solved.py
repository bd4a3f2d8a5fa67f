"""A problem solved outside the ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from branches.models import Branch, User
from core.forms import DateInput


class SolvedProblemForm(forms.Form):
    """What it was, how it was solved, and who helped."""

    branch = forms.ModelChoiceField(label="谁的问题", queryset=Branch.objects.none(), empty_label=None)
    title = forms.CharField(
        label="什么问题", max_length=120, error_messages={"required": "请写明是什么问题。"}
    )
    how = forms.CharField(
        label="怎样解决的",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明怎样解决的。"},
    )
    solved_on = forms.DateField(label="解决日期", widget=DateInput(), initial=timezone.localdate)
    helper = forms.ModelChoiceField(
        label="帮忙的支部",
        queryset=Branch.objects.none(),
        required=False,
        widget=forms.Select(attrs={"data-pick": ""}),
        empty_label="自己解决的",
    )
    people_count = forms.IntegerField(label="受益人数", required=False, min_value=0, max_value=10_000_000)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Branch.objects.active().filter(pk__in=user.staff_branch_ids)
        self.fields["branch"].queryset = own
        self.fields["branch"].required = len(user.staff_branch_ids) > 1
        if len(user.staff_branch_ids) == 1:
            self.fields["branch"].widget = forms.HiddenInput()
        self.only = own.first()
        self.fields["helper"].queryset = Branch.objects.active().order_by("name_key")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["branch"] = data.get("branch") or self.only
        return data
