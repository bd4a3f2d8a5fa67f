"""The terms of a claim, proposed or countered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms import DateInput
from core.pages import PAGE_SIZE
from ledgers.models import Resource


class ResourceChoices(forms.ModelMultipleChoiceField):
    """Resources of several branches, each with its branch before it."""

    def label_from_instance(self, resource: Resource) -> str:
        return f"{resource.branch} · {resource.title}"


class ResourceChoice(forms.ModelChoiceField):
    """One resource of some branch, with its branch before it."""

    def label_from_instance(self, resource: Resource) -> str:
        return f"{resource.branch} · {resource.title}"


class ClaimForm(forms.Form):
    """How often, when and by whom a resource serves a demand."""

    visit_count = forms.IntegerField(
        label="承接次数",
        min_value=1,
        max_value=50,
        initial=1,
        help_text="计入资源当月的可承接次数。",
        error_messages={"required": "请填写承接次数，一般是 1 次。"},
    )
    wanted_on = forms.DateField(
        label="希望日期", required=False, widget=DateInput(), help_text="可不填，由系统按双方空闲安排。"
    )
    person = forms.CharField(
        label="派出人员", required=False, max_length=60, help_text="可不填，默认用资源的联系人。"
    )
    words = forms.CharField(
        label="给对方的话", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class JointClaimForm(forms.Form):
    """Which resources are to serve one demand together, and on which terms each of them."""

    resources = ResourceChoices(
        label="请哪些支部一起办",
        queryset=Resource.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择两项以上资源。"},
    )
    visit_count = forms.IntegerField(label="每家承接次数", min_value=1, max_value=50, initial=1)
    wanted_on = forms.DateField(label="希望日期", required=False, widget=DateInput())
    words = forms.CharField(
        label="给各方的话", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, resources: QuerySet[Resource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["resources"]
        if resources.count() > PAGE_SIZE:  # the whole county's, for a demand of the hall: to be searched
            field.widget = forms.SelectMultiple(attrs={"data-pick": ""})
            field.help_text = "输入支部或资源名称里的字来找，可选多项；和需求同一方面的排在前面。"
        field.queryset = resources
