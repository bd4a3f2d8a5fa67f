"""What a person types into the resource list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q
from django.forms import BoundField
from django.utils.functional import cached_property

from core.forms import COORDINATES, DateInput, refuse_coordinates
from ledgers.enums import ResourceKind
from ledgers.forms import details, hours
from ledgers.forms.common import LedgerForm
from ledgers.kinds import common_labels, details_of
from ledgers.models import Resource, ServiceAspect

VALIDITY = ("valid_from", "valid_to")
# Kept under 更多: a row is complete without it.
RESOURCE_MORE = (
    "help_kinds",
    "audiences",
    "place",
    "longitude",
    "latitude",
    "contact_name",
    "contact_phone",
    "sharing",
    "note",
)


class ResourceForm(LedgerForm):
    """One resource: the common fields, those of its kind, and when it can be had."""

    aspects = forms.ModelMultipleChoiceField(
        label="服务方向",
        queryset=ServiceAspect.objects.in_use(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-pick": True}),
        help_text="这项资源能帮上哪些方面，可多选。",
    )
    week = hours.WeekField()
    more_fields = RESOURCE_MORE

    class Meta:
        model = Resource
        fields = (
            "branch",
            "title",
            "description",
            "aspects",
            "items",
            "capacity_per_month",
            "kind",  # the last of them, because its own fields follow it on the page
            "availability_text",
            *VALIDITY,
            *RESOURCE_MORE,
        )
        widgets = {name: DateInput() for name in VALIDITY}
        help_texts = {
            "title": "一句话说清是什么，例如“公职律师普法讲座”。",
            "description": "能做什么、谁来做、需要对方准备什么。",
            "capacity_per_month": "一个月最多能接几次；不限次数请留空。",
            "availability_text": "例如“工作日”“每周二、四下午”，下面的格子会照着勾好。",
            "longitude": "可不填；和纬度一起填，例如 112.193。",
            "latitude": "例如 27.457。",
            "sharing": "默认只给结对支部看；选“全县可见”后其他支部也能看到，联系电话仍打码。",
        }
        error_messages = {
            "title": {"required": "请填写资源名称。"},
            "kind": {"required": "请选择资源类别。"},
        } | {
            name: {"max_whole_digits": f"{label}须在 -{bound} 到 {bound} 之间。"}
            | dict.fromkeys(("max_digits", "max_decimal_places"), f"{label}最多写 6 位小数，例如 27.457。")
            for name, (label, bound) in COORDINATES.items()
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "请选择资源类别"), *ResourceKind.choices]
        if self.instance.pk:  # a direction that is retired by now stays where it was chosen
            self.fields["aspects"].queryset = ServiceAspect.objects.filter(
                Q(retired_on=None) | Q(pk__in=self.instance.aspects.values("pk"))
            )
        self.redraws("kind")
        self.fields["kind"].widget.attrs["data-redraws"] = True
        self.redraws("availability_text")
        self.fields |= hours.clock_fields()
        self.kind = str(self["kind"].value() or "")
        for spec in details_of(self.kind):
            name = f"{details.PREFIX}{spec.name}"
            self.fields[name] = details.DetailInput(spec)
            self.initial.setdefault(name, self.instance.details.get(spec.name))
        for name, label in common_labels(self.kind).items():
            self.fields[name].label = label
        if self.instance.pk:
            self.initial = hours.stored(self.instance.availabilities.all()) | self.initial

    @cached_property
    def exceptions(self) -> Any:
        return hours.exception_rows(self)

    @property
    def detail_names(self) -> list[str]:
        return [name for name in self.fields if name in details.NAMES]

    @property
    def apart_fields(self) -> tuple[str, ...]:
        """What the page shows in places of its own: below the kind, and beside the hours."""
        return ("availability_text", "week", *hours.CLOCK_FIELDS, *VALIDITY, *self.detail_names)

    @property
    def kind_fields(self) -> list[BoundField]:
        return [self[name] for name in (*self.detail_names, *VALIDITY)]

    @property
    def kind_label(self) -> str:
        return ResourceKind(self.kind).label if self.kind in ResourceKind.values else ""

    def kept_details(self) -> Iterator[tuple[str, str]]:
        """What was typed for another kind; it stays on the page, in case the kind is changed back."""
        typed = self.data if self.is_bound else self.initial
        for name in sorted(details.NAMES - set(self.fields)):
            if typed.get(name):
                yield name, typed[name]

    @property
    def suggestion(self) -> str:
        """The words from which the grid was ticked, while they are still to be confirmed."""
        return self["availability_text"].value() or "" if self.initial.get("is_suggested") else ""

    @property
    def clock_rows(self) -> list[tuple[str, list[BoundField]]]:
        """From when to when, half by half."""
        return [(label, [self[name] for name in hours.CLOCKS[half]]) for half, label in hours.HALVES.items()]

    @property
    def week_rows(self) -> list[dict[str, Any]]:
        return hours.week_rows(self["week"].value() or ())

    def as_typed(self, part: str) -> ResourceForm:
        """The same form, unbound, with what has been typed so far: for drawing `part` of it anew."""
        typed: dict[str, Any] = {name: self[name].data for name in self.fields}
        typed |= {name: self.data[name] for name in details.NAMES if name in self.data}
        if part == "hours" and (suggested := hours.suggested(typed["availability_text"] or "")):
            typed |= {**suggested, "is_suggested": True}
        return ResourceForm(initial=typed, instance=self.instance, user=self.user)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        refuse_coordinates(self)
        labels = [self.fields[name].label for name in VALIDITY]
        self.refuse_order(*VALIDITY, f"{labels[1]}不能早于{labels[0]}。")
        if data.get("capacity_per_month") == 0:
            self.add_error("capacity_per_month", "每月可承接次数须大于 0；不限次数请留空。")
        for fault in hours.faults_typed(data):
            self.add_error("week", fault)
        if self.exceptions.is_bound and not self.exceptions.is_valid():
            self.add_error("week", "例外日期里有一行不是日期，请改正或清空那一行。")
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {**self._without_parts(super().values), "details": self._details(), **self._hours()}

    @property
    def changed_values(self) -> dict[str, Any]:
        changed = super().changed_values
        if {"kind", *self.detail_names} & set(changed):
            changed["details"] = self._details()
        return {**self._without_parts(changed), **self._hours()}

    def _without_parts(self, values: dict[str, Any]) -> dict[str, Any]:
        parts = {"week", *hours.CLOCK_FIELDS, *self.detail_names}
        return {name: value for name, value in values.items() if name not in parts}

    def _details(self) -> dict[str, Any]:
        found = {name.removeprefix(details.PREFIX): self.cleaned_data.get(name) for name in self.detail_names}
        return {name: value for name, value in found.items() if value is not None}

    def _hours(self) -> dict[str, Any]:
        """The hours, when the form sent had a place for them."""
        if not self.exceptions.is_bound:
            return {}
        return {"hours": hours.hours_of(self.cleaned_data, self.exceptions)}
