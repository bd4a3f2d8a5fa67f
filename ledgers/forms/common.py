"""What the forms of both ledgers share."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.db.models import Q

from branches.models import Branch, User
from core.forms import refuse_phones
from core.workbooks.values import plain, shown
from ledgers.enums import Audience, HelpKind
from ledgers.models import ServiceItem
from ledgers.services.stamps import stamp

REDRAWN = {"kind": "kind", "availability_text": "hours"}  # field → the part of the page that follows from it

# How a phone helps to fill in a field: its keyboard, and what it knows of its owner.
KEYBOARDS = {
    "title": {"enterkeyhint": "next"},
    "expected_people": {"inputmode": "numeric"},
    "capacity_per_month": {"inputmode": "numeric"},
    "visits_wanted": {"inputmode": "numeric"},
    "longitude": {"inputmode": "decimal"},
    "latitude": {"inputmode": "decimal"},
    "contact_name": {"autocomplete": "name"},
    "contact_phone": {"type": "tel", "inputmode": "tel", "autocomplete": "tel"},
}


class ItemChoice(forms.ModelMultipleChoiceField):
    """服务事项 in a searchable picker, each with its aspect before it."""

    def __init__(self) -> None:
        super().__init__(
            label="服务事项",
            queryset=ServiceItem.objects.in_use().select_related("aspect"),
            required=False,
            widget=forms.SelectMultiple(attrs={"data-pick": True}),
            help_text="输入一两个字查找；选得越准，匹配越准。",
        )

    def keep(self, row: Any) -> None:
        """Offer what `row` has already too, so that saving it drops no item that is retired by now."""
        self.queryset = ServiceItem.objects.filter(
            Q(retired_on=None) | Q(pk__in=row.items.values("pk"))
        ).select_related("aspect")

    def label_from_instance(self, item: ServiceItem) -> str:
        return f"{item.aspect.name} · {item.name}" + ("（已停用）" if item.retired_on else "")


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
    # The stamp of the row when it was opened.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["description"].widget.attrs["rows"] = 4
        for name, attrs in KEYBOARDS.items():
            if name in self.fields:
                self.fields[name].widget.attrs |= attrs
        if self.instance.pk:
            self.fields["items"].keep(self.instance)
            self.initial.setdefault("seen", stamp(self.instance))
        else:
            del self.fields["seen"]
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
        for name in ("help_kinds", "audiences"):  # a suggestion may be ticked beside the same choice
            data[name] = list(dict.fromkeys(data.get(name, ())))
        self.cleaned_data = {
            name: plain(value) if isinstance(value, str) else value for name, value in data.items()
        }
        refuse_phones(self)
        return self.cleaned_data

    @property
    def values(self) -> dict[str, Any]:
        """What the create service takes, the branch included."""
        return {"branch": self.only_branch, **self.cleaned_data}

    @property
    def changed_values(self) -> dict[str, Any]:
        """What the update service takes, the stamp of the row that was opened included."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data}
        return changed | {"seen": self.cleaned_data["seen"]}

    def refuse_once(self, sentence: str) -> None:
        """Say above the form that the row was written meanwhile, and what differs; sent again it is saved."""
        told = [self._told(name) for name in self.changed_data if name != "seen"]
        differs = f"和您填的不同的有：{'、'.join(told)}。" if told else ""
        self.add_error(None, f"{sentence}{differs}核对后再点“保存”，就按您填的存。")
        self.data = self.data.copy()
        self.data["seen"] = self.initial["seen"]

    def _told(self, name: str) -> str:
        """The label of a field, with what is stored where that is a text."""
        stored = self.initial.get(name) if isinstance(self.fields[name], forms.CharField) else ""
        return (
            f"{self.fields[name].label}（现在是“{shown(stored)}”）"
            if stored
            else str(self.fields[name].label)
        )

    def redraws(self, name: str) -> None:
        """Let a change of field `name` draw the part of the page anew that follows from it."""
        part = REDRAWN[name]
        self.fields[name].widget.attrs |= {
            "hx-post": "",
            "hx-trigger": "change",
            "hx-vals": json.dumps({"redraw": part}),
            "hx-target": f"#{part}",
            "hx-swap": "outerHTML",
        }

    def refuse_order(self, first: str, last: str, words: str) -> None:
        """Put `words` beside the later date when it lies before the earlier one."""
        start, end = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if start and end and end < start:
            self.add_error(last, words)
