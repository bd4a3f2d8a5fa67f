"""The record of one activity."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone

from branches.models import Branch
from core.forms import DateInput, TimeInput
from pairing.activities.half_days import local_instant
from pairing.activities.models import Activity, ActivityKind
from pairing.activities.services.records import Attendance
from pairing.plans.forms.targets import metric_choices
from pairing.plans.models import Metric

OUTCOME_ROWS = 4


class AttendanceRow(NamedTuple):
    branch: Branch
    expected: forms.BoundField
    attended: forms.BoundField
    absence: forms.BoundField


class RecordForm(forms.Form):
    """The record of one activity: when it was really held, who came, what was achieved."""

    held_on = forms.DateField(label="举办日期", widget=DateInput())
    held_from = forms.TimeField(label="开始时间", widget=TimeInput())
    held_to = forms.TimeField(label="结束时间", widget=TimeInput())
    kind = forms.ModelChoiceField(
        label="活动类型",
        queryset=ActivityKind.objects.filter(retired_on=None),
        required=False,
        empty_label="（不改）",
        help_text="由定单排出的活动，类型是按字面猜的；四联和志愿服务的数字按类型统计，请核对。",
    )
    served_count = forms.IntegerField(
        label="服务群众人次",
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text="不是服务类活动可不填。",
    )
    uncounted = forms.BooleanField(
        label="没有清点到场人数",
        required=False,
        help_text="出席人数留空时请勾选；参加党员数会显示为未统计。",
    )
    record = forms.CharField(
        label="纪实",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="一两句话：做了什么，结果怎样。",
    )

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.participations = list(activity.participations.all())
        for row in self.participations:
            key = row.branch_id
            self.fields[f"expected_{key}"] = _count("应到", row.expected_count)
            self.fields[f"expected_{key}"].help_text = "这次通知到会的人数；预填的是上次的。"
            self.fields[f"attended_{key}"] = _count("实到", row.attended_count)
            self.fields[f"absence_{key}"] = forms.CharField(
                label="缺席原因", required=False, max_length=200, initial=row.absence_reason
            )
        metrics = Metric.objects.all()
        choices = metric_choices(metrics, "（不填）")
        self.metrics = {str(metric.pk): metric for metric in metrics}
        for number in range(1, OUTCOME_ROWS + 1):
            self.fields[f"metric_{number}"] = forms.ChoiceField(
                label=f"指标 {number}",
                required=False,
                choices=choices,
                widget=forms.Select(attrs={"data-pick": ""}),
            )
            self.fields[f"value_{number}"] = forms.DecimalField(
                label=f"数值 {number}", required=False, min_value=0, max_digits=14, decimal_places=2
            )

    @property
    def attendance_rows(self) -> list[AttendanceRow]:
        return [
            AttendanceRow(
                row.branch, *(self[f"{name}_{row.branch_id}"] for name in ("expected", "attended", "absence"))
            )
            for row in self.participations
        ]

    @property
    def outcome_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"metric_{n}"], self[f"value_{n}"]) for n in range(1, OUTCOME_ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_times(data)
        for row in self.participations:
            expected, attended = data.get(f"expected_{row.branch_id}"), data.get(f"attended_{row.branch_id}")
            if expected is not None and attended is not None and attended > expected:
                self.add_error(
                    f"attended_{row.branch_id}",
                    f"{row.branch}实到 {attended} 人，多于应到 {expected} 人，请核对。",
                )
        attended = [data.get(f"attended_{row.branch_id}") for row in self.participations]
        if self.participations and not data.get("uncounted") and all(count is None for count in attended):
            self.add_error("uncounted", "还没有填各支部的实到人数；确实没有清点的，请勾选这一项再保存。")
        for number in range(1, OUTCOME_ROWS + 1):
            metric, value = data.get(f"metric_{number}"), data.get(f"value_{number}")
            if metric and value is None:
                self.add_error(f"value_{number}", "请填写这个指标的数值。")
            if value is not None and not metric:
                self.add_error(f"metric_{number}", "请选择这个数值是什么指标。")
        return data

    def _check_times(self, data: dict[str, Any]) -> None:
        if not all(data.get(name) for name in ("held_on", "held_from", "held_to")):
            return
        if data["held_to"] <= data["held_from"]:
            self.add_error("held_to", "结束时间须晚于开始时间。")
        data["from"], data["to"] = (
            local_instant(data["held_on"], data["held_from"]),
            local_instant(data["held_on"], data["held_to"]),
        )

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of `activity_record` but activity, actor and now."""
        data = self.cleaned_data
        return {
            "held_from": data["from"],
            "held_to": data["to"],
            "kind": data["kind"],
            "served_count": data["served_count"],
            "record": data["record"],
            "attendance": dict(self._attendance()),
            "outcomes": list(self._outcomes()),
        }

    def _attendance(self) -> Iterator[tuple[int, Attendance]]:
        for row in self.participations:
            values = [
                self.cleaned_data[f"{name}_{row.branch_id}"] for name in ("expected", "attended", "absence")
            ]
            yield row.branch_id, Attendance(*values)

    def _outcomes(self) -> Iterator[tuple[Metric, Decimal]]:
        for number in range(1, OUTCOME_ROWS + 1):
            if metric := self.cleaned_data[f"metric_{number}"]:
                yield self.metrics[metric], self.cleaned_data[f"value_{number}"]


def record_initial(activity: Activity) -> dict[str, Any]:
    """The planned time as the first guess of when it was held."""
    starts_at, ends_at = (timezone.localtime(each) for each in (activity.starts_at, activity.ends_at))
    return {
        "held_on": starts_at.date(),
        "held_from": starts_at.time(),
        "held_to": ends_at.time(),
        "kind": activity.kind_id,
        "served_count": activity.served_count,
        "record": activity.record,
    }


def _count(label: str, initial: int | None) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=100_000, initial=initial)
