"""What the county office fills in when it assigns a demand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms import DateInput
from ledgers.models import Resource
from pairing.plans.forms.claims import ResourceChoice


class AssignForm(forms.Form):
    """Which resource is to serve the demand, how often, and why; the offering branch still answers."""

    resource = ResourceChoice(
        label="派给哪项资源",
        queryset=Resource.objects.none(),
        widget=forms.Select(attrs={"data-pick": ""}),
        empty_label="请选择资源",
        error_messages={"required": "请选择资源。"},
    )
    visit_count = forms.IntegerField(label="承接次数", min_value=1, max_value=50, initial=1)
    wanted_on = forms.DateField(label="希望日期", required=False, widget=DateInput())
    words = forms.CharField(
        label="派单理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="双方都会看到，也会留痕。",
        error_messages={"required": "请写明派单理由。"},
    )

    def __init__(self, *args: Any, resources: QuerySet[Resource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].queryset = resources
