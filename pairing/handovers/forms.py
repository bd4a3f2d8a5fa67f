"""Planning a handover."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from branches.models import Membership, User
from core.forms import DateInput


class PersonChoice(forms.ModelChoiceField):
    """People with their logins, as the list of users shows them: two may have one name."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj}（{obj.username}）"


class HandoverForm(forms.Form):
    """Who takes the seat over, and from which day."""

    successor = PersonChoice(
        label="接任人",
        empty_label="请选择接任人",
        queryset=User.objects.none(),
        widget=forms.Select(attrs={"data-pick": ""}),
        help_text="名单里没有的，请先在“用户”里新增账号，不用给任职。",
    )
    on = forms.DateField(
        label="交接日期",
        widget=DateInput(),
        help_text="接任人的第一天；选今天立即交接，选以后的日期到那天自动交接。",
    )
    note = forms.CharField(label="说明", max_length=300, required=False, help_text="例如：换届、工作调动。")

    def __init__(self, *args: Any, seat: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).exclude(pk=seat.user_id)
        self.fields["successor"].queryset = people.order_by("display_name", "username")
        today = timezone.localdate()
        self.initial.setdefault("on", max(today, seat.starts_on + timedelta(days=1)))
        self.fields["on"].widget.attrs["min"] = today.isoformat()

    def day(self, chosen: str) -> date:
        """The day as it was chosen, or the one proposed where that is none."""
        try:
            return self.fields["on"].clean(chosen)
        except ValidationError:
            return self.initial["on"]
