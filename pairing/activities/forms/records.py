"""The record of one activity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone

from branches.models import Branch
from core.forms import DateInput, TimeInput
from pairing.activities.forms.outcomes import OutcomesForm
from pairing.activities.forms.slots import SeenForm
from pairing.activities.half_days import local_instant
from pairing.activities.models import Activity, ActivityKind
from pairing.activities.services.records import Attendance


class AttendanceRow(NamedTuple):
    branch: Branch
    expected: forms.BoundField
    attended: forms.BoundField
    absence: forms.BoundField


class RecordForm(OutcomesForm):
    """The record of one activity: when it was really held, who came, what was achieved."""

    asked_as = {"starts_at": "held_on", "ends_at": "held_to"}
    held_on = forms.DateField(label="举办日期", widget=DateInput())
    held_from = forms.TimeField(label="开始时间", widget=TimeInput())
    held_to = forms.TimeField(label="结束时间", widget=TimeInput())
    kind = forms.ModelChoiceField(
        label="活动类型",
        queryset=ActivityKind.objects.filter(retired_on=None),
        required=False,
        empty_label="（不改）",
        help_text="四联和志愿服务的数字按类型统计，请核对。",
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
        order = activity.plan_order
        if "targets" not in kwargs:
            kwargs["targets"] = list(order.targets.select_related("metric")) if order else []
        super().__init__(*args, **kwargs)
        if order:
            kind = self.fields["kind"]
            kind.help_text = f"由定单排出的活动，类型是按字面猜的；{kind.help_text}"
        self.participations = list(activity.participations.all())
        for row in self.participations:
            key = row.branch_id
            self.fields[f"expected_{key}"] = _count(row.branch, "应到", row.expected_count)
            guessed = "" if row.expected_count is None else "；预填的是上次的"
            self.fields[f"expected_{key}"].help_text = f"这次通知到会的人数{guessed}。"
            self.fields[f"attended_{key}"] = _count(row.branch, "实到", row.attended_count)
            self.fields[f"absence_{key}"] = forms.CharField(
                label="缺席原因", required=False, max_length=200, initial=row.absence_reason
            )

    @property
    def attendance_rows(self) -> list[AttendanceRow]:
        return [
            AttendanceRow(
                row.branch, *(self[f"{name}_{row.branch_id}"] for name in ("expected", "attended", "absence"))
            )
            for row in self.participations
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_times(data)
        self._check_attendance(data)
        self.check_outcomes(data)
        return data

    def _check_times(self, data: dict[str, Any]) -> None:
        held_on, start, end = (data.get(name) for name in ("held_on", "held_from", "held_to"))
        if None in (held_on, start, end):
            return
        if end <= start:
            self.add_error("held_to", "结束时间须晚于开始时间。")
            return
        data["from"], data["to"] = local_instant(held_on, start), local_instant(held_on, end)

    def _check_attendance(self, data: dict[str, Any]) -> None:
        """More came than were asked, or nobody was counted; a number with a fault of its own was counted."""
        names = [f"attended_{row.branch_id}" for row in self.participations]
        nobody = all(data.get(name) is None and name not in self.errors for name in names)
        if names and nobody and not data.get("uncounted"):
            self.add_error("uncounted", "还没有填各支部的实到人数；确实没有清点的，请勾选这一项再保存。")
        for row, name in zip(self.participations, names, strict=True):
            expected, attended = data.get(f"expected_{row.branch_id}"), data.get(name)
            if expected is not None and attended is not None and attended > expected:
                self.add_error(name, f"{row.branch}实到 {attended} 人，多于应到 {expected} 人，请核对。")

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
            "outcomes": list(self.outcomes()),
        }

    def _attendance(self) -> Iterator[tuple[int, Attendance]]:
        for row in self.participations:
            values = [
                self.cleaned_data[f"{name}_{row.branch_id}"] for name in ("expected", "attended", "absence")
            ]
            yield row.branch_id, Attendance(*values)


class CorrectionForm(SeenForm, RecordForm):
    """The record as it stands, to be put right; when it was held stays."""

    held_on = held_from = held_to = None  # type: ignore[assignment]  # Django's way to leave a field out
    reason = forms.CharField(
        label="更正理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="对方支部会看到，也会留痕。",
    )

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        outcomes = list(activity.outcomes.all())
        rows = {f"metric_{n}": each.metric_id for n, each in enumerate(outcomes, start=1)}
        rows |= {f"value_{n}": f"{each.value.normalize():f}" for n, each in enumerate(outcomes, start=1)}
        counted = any(row.attended_count is not None for row in activity.participations.all())
        initial = record_initial(activity) | rows | {"version": activity.version, "uncounted": not counted}
        super().__init__(
            *args, activity=activity, targets=[], filled=len(outcomes), initial=initial, **kwargs
        )
        self.fields["kind"].help_text = "四联和志愿服务的数字按类型统计。"
        if not counted:
            self.fields["uncounted"].help_text = "出席人数留空时请勾选；参加党员数照原来的。"

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of `activity_correct` but activity, actor and now."""
        data = self.cleaned_data
        names = ("version", "reason", "kind", "served_count", "record")
        lists = {"attendance": dict(self._attendance()), "outcomes": list(self.outcomes())}
        return {name: data[name] for name in names} | lists


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


def _count(branch: Branch, label: str, initial: int | None) -> forms.IntegerField:
    """How many people of a branch; refusals name the branch, for the summary stands apart from its rows."""
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=100_000,
        initial=initial,
        error_messages={
            "invalid": f"{branch}的{label}请填整数。",
            "min_value": f"{branch}的{label}不能小于 0。",
            "max_value": f"{branch}的{label}不能大于 %(limit_value)s。",
        },
    )
