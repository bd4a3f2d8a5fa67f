"""What a person types into the two ledgers."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.models import Branch, User
from core.forms import DateInput
from core.workbooks.values import plain
from ledgers.enums import Audience, HelpKind, ResourceKind
from ledgers.models import Demand, Resource, ServiceAspect, ServiceItem

# What a form keeps under 更多: a row is complete without it.
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
DEMAND_MORE = (
    "items",
    "help_kinds",
    "audiences",
    "audience_text",
    "nature",
    "source",
    "raised_on",
    "contact_name",
    "contact_phone",
    "note",
)


class ItemChoice(forms.ModelMultipleChoiceField):
    """服务事项 in a searchable picker, each with its aspect before it."""

    def __init__(self) -> None:
        super().__init__(
            label="服务事项",
            queryset=ServiceItem.objects.filter(retired_on=None).select_related("aspect"),
            required=False,
            widget=forms.SelectMultiple(attrs={"data-pick": True}),
            help_text="输入一两个字查找；选得越准，匹配越准。",
        )

    def label_from_instance(self, item: ServiceItem) -> str:
        return f"{item.aspect.name} · {item.name}"


def several(label: str, choices: Any, help_text: str = "") -> forms.MultipleChoiceField:
    """A group of checkboxes for an array of choices."""
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
    )


class LedgerForm(forms.ModelForm):
    """One row of a ledger. The branch is asked for only when the person writes for several."""

    items = ItemChoice()
    help_kinds = several("服务方式", HelpKind)
    audiences = several("服务对象", Audience)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["description"].widget.attrs["rows"] = 4
        self.branches = Branch.objects.active().filter(pk__in=user.staff_branch_ids)
        self.only_branch = self.branches.first() if len(user.staff_branch_ids) == 1 else None
        if self.instance.pk or self.only_branch:
            del self.fields["branch"]
        else:
            self.fields["branch"].queryset = self.branches
            self.fields["branch"].empty_label = "请选择支部"
        if self.only_branch and not self.instance.pk:
            self.initial.setdefault("contact_name", self.only_branch.liaison_name)
            self.initial.setdefault("contact_phone", self.only_branch.phone)

    def clean(self) -> dict[str, Any]:
        """Level line ends and invisible characters as an import does, so that a round trip is one."""
        data = super().clean() or {}
        self.cleaned_data = {
            name: plain(value) if isinstance(value, str) else value for name, value in data.items()
        }
        return self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """What the create service takes, the branch included."""
        return {"branch": self.only_branch, **self.cleaned_data}

    @property
    def changed_values(self) -> dict[str, Any]:
        """What the update service takes."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def refuse_order(self, first: str, last: str, words: str) -> None:
        """Put `words` beside the later date when it lies before the earlier one."""
        start, end = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if start and end and end < start:
            self.add_error(last, words)


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


class DemandForm(LedgerForm):
    audiences = several("服务对象类别", Audience)
    more_fields = DEMAND_MORE

    class Meta:
        model = Demand
        fields = (
            "branch",
            "title",
            "aspect",
            "urgency",
            "description",
            "deadline_on",
            "expected_people",
            *DEMAND_MORE,
        )
        widgets = {"deadline_on": DateInput(), "raised_on": DateInput()}
        help_texts = {
            "title": "一句话说清要办什么事。",
            "description": "现在卡在哪里、希望对方帮什么；写得具体，匹配才准。",
            "deadline_on": "最晚什么时候办好；长期的事请留空。",
            "expected_people": "大约多少人受益。",
            "audience_text": "例如“城区守法卷烟零售户”。",
        }
        error_messages = {
            "title": {"required": "请填写需求内容。"},
            "aspect": {"required": "请选择需求方面。"},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["aspect"].queryset = ServiceAspect.objects.filter(retired_on=None)
        self.fields["aspect"].empty_label = "请选择需求方面"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.refuse_order("raised_on", "deadline_on", "期望完成时限不能早于提出日期。")
        return data
