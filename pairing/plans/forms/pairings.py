"""Registering a pairing with its agreement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from branches.models import Branch
from core.forms import DateInput
from pairing.plans.forms.reasons import SharedReasonForm
from pairing.plans.models import Pairing


class PairingEndForm(SharedReasonForm):
    """Why the pairing ends, and what it has come to."""

    summary = forms.CharField(
        label="共建总结",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="做成了什么、留下什么经验，几句话即可；与协议一起存档。",
        error_messages={"required": "请写共建总结。"},
    )


class PairingEditForm(forms.ModelForm):
    """What can change while a pairing runs; the service says when its term follows the agreement."""

    class Meta:
        model = Pairing
        fields = ("liaison_a", "liaison_b", "starts_on", "ends_on", "aims")
        widgets = {
            "starts_on": DateInput(),
            "ends_on": DateInput(),
            "aims": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["liaison_a"].label = f"{self.instance.branch_a}联络员"
        self.fields["liaison_b"].label = f"{self.instance.branch_b}联络员"
        self.fields["ends_on"].help_text = "协议生效后期限随协议走，续签协议即可延长。"


class PairingForm(forms.Form):
    """Both sides, the term, and the agreement; the service says why two branches cannot be paired."""

    branch_a = forms.ModelChoiceField(
        label="甲方", queryset=Branch.objects.none(), widget=forms.Select(attrs={"data-pick": ""})
    )
    branch_b = forms.ModelChoiceField(
        label="乙方", queryset=Branch.objects.none(), widget=forms.Select(attrs={"data-pick": ""})
    )
    starts_on = forms.DateField(label="开始日期", widget=DateInput())
    ends_on = forms.DateField(
        label="结束日期", required=False, widget=DateInput(), help_text="不定期的可留空。"
    )
    number = forms.CharField(label="协议编号", max_length=60, help_text="全县唯一，例如 2026-结对-03。")
    signed_on = forms.DateField(
        label="签约日期", required=False, widget=DateInput(), help_text="还没签的留空，协议存为草稿。"
    )
    aims = forms.CharField(label="共建目标", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("branch_a", "branch_b"):
            self.fields[name].queryset = Branch.objects.active().order_by("name_key")
            self.fields[name].empty_label = "请选择党组织"
        self.fields["starts_on"].initial = timezone.localdate
