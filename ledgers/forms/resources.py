"""What a person types into the resource list."""

from __future__ import annotations

from typing import Any

from django import forms

from core.forms import DateInput
from ledgers.enums import ResourceKind
from ledgers.forms.common import LedgerForm
from ledgers.models import Resource, ServiceAspect

# Kept under 更多: a row is complete without it.
RESOURCE_MORE = (
    "help_kinds",
    "audiences",
    "availability_text",
    "place",
    "contact_name",
    "contact_phone",
    "valid_from",
    "valid_to",
    "sharing",
    "note",
)


class ResourceForm(LedgerForm):
    aspects = forms.ModelMultipleChoiceField(
        label="服务方向",
        queryset=ServiceAspect.objects.filter(retired_on=None),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-pick": True}),
        help_text="这项资源能帮上哪些方面，可多选。",
    )
    more_fields = RESOURCE_MORE

    class Meta:
        model = Resource
        fields = (
            "branch",
            "title",
            "kind",
            "capacity_per_month",
            "description",
            "aspects",
            "items",
            *RESOURCE_MORE,
        )
        widgets = {"valid_from": DateInput(), "valid_to": DateInput()}
        help_texts = {
            "title": "一句话说清是什么，例如“公职律师普法讲座”。",
            "description": "能做什么、谁来做、需要对方准备什么。",
            "capacity_per_month": "一个月最多能接几次；不限次数请留空。",
            "availability_text": "例如“工作日 8:30—17:30”“每周二、四下午”。",
            "sharing": "默认只给结对支部看；选“全县可见”后其他支部也能看到，联系电话仍打码。",
        }
        error_messages = {"title": {"required": "请填写资源名称。"}, "kind": {"required": "请选择资源类别。"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择资源类别"), *ResourceKind.choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.refuse_order("valid_from", "valid_to", "有效期止不能早于有效期起。")
        if data.get("capacity_per_month") == 0:
            self.add_error("capacity_per_month", "每月可承接次数须大于 0；不限次数请留空。")
        return data
