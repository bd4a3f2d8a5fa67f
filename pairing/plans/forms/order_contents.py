"""What an order says: its fields and its tasks, edited together; and an order drawn up by hand."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.db.models import QuerySet

from core.forms import DateInput, RowFault, row_faults
from core.wording import cn_date
from ledgers.models import Demand, Resource
from pairing.plans.enums import Line, TaskKind
from pairing.plans.forms.claims import ResourceChoice
from pairing.plans.forms.targets import TargetFormSet
from pairing.plans.models import Metric, Pairing, PlanOrder
from pairing.plans.selectors.targets import Targets, targets_as_json, targets_of
from pairing.plans.selectors.task_lists import TaskDraft, task_drafts, tasks_late
from pairing.plans.services.task_lists import LONGEST


class PlanOrderForm(forms.ModelForm):
    """What both sides agree on; `version` is the one the editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    series = forms.CharField(
        label="系列", required=False, max_length=120, help_text="几张定单属于同一件长期的事，填同一个名称。"
    )
    more_fields = ("place", "wanted_on", "series")

    class Meta:
        model = PlanOrder
        fields = ("task", "line", "due_on", "responsible_a", "responsible_b", "place", "wanted_on")
        widgets = {
            "task": forms.Textarea(attrs={"rows": 3}),
            "due_on": DateInput(),
            "wanted_on": DateInput(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairing = self.instance.pairing
        self.fields["responsible_a"].label = f"{pairing.branch_a}责任人"
        self.fields["responsible_b"].label = f"{pairing.branch_b}责任人"
        self.fields["line"].choices = Line.choices  # always one of the four, never blank
        self.fields["place"].help_text = "排期时优先用这个地点。"
        self.fields["wanted_on"].help_text = "排期时优先用这一天。"
        self.initial.setdefault("version", self.instance.version)
        self.initial.setdefault("series", str(self.instance.series or ""))


class ChangeRequestForm(PlanOrderForm):
    """The same for an order that both sides have confirmed, with the reason for the change."""

    reason = forms.CharField(
        label="变更理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="对方支部会看到，也会留痕。",
        error_messages={"required": "请写明变更理由。"},
    )


class TaskForm(forms.Form):
    """One task; the number says its place, and a row without a title is no task."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    position = forms.IntegerField(label="顺序", min_value=1, max_value=99, required=False)
    title = forms.CharField(label="任务", max_length=200, required=False)
    kind = forms.ChoiceField(label="类型", choices=TaskKind, initial=TaskKind.PREPARATION)
    owner_id = forms.TypedChoiceField(label="负责支部", coerce=int)
    responsible = forms.CharField(label="责任人", max_length=60, required=False)
    due_on = forms.DateField(label="完成时限", required=False, widget=DateInput())

    def __init__(self, *args: Any, pairing: Pairing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = (pairing.branch_a, pairing.branch_b)
        self.fields["owner_id"].choices = [(side.pk, str(side)) for side in sides]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("DELETE"):
            return data
        if data.get("title") and not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", "请填写完成时限。")
        elif not data.get("title") and (data.get("id") or data.get("due_on")):
            self.add_error("title", "请写明任务；不需要这一项就勾选“删除”。")
        return data

    @property
    def draft(self) -> TaskDraft:
        names = ("id", "title", "kind", "owner_id", "responsible", "due_on")
        return TaskDraft(**{name: self.cleaned_data[name] for name in names})


TaskFormSet = forms.formset_factory(
    TaskForm,
    extra=2,
    max_num=LONGEST + 2,
    validate_max=True,
    absolute_max=LONGEST + 2,
    can_delete=True,
)


class OrderForms:
    """The form of an order, the rows of its tasks and of its targets, bound and checked together.

    A program may post the fields alone; then tasks and targets stay.
    """

    def __init__(
        self, data: Any, order: PlanOrder, *, is_change: bool = False, initial: dict[str, Any] | None = None
    ) -> None:
        form = ChangeRequestForm if is_change else PlanOrderForm
        self.form = form(data, instance=order, initial=initial)
        self.seen = task_drafts(order)
        self.tasks = self._task_rows(data, order, self.seen)
        self.seen_targets = targets_of(order)
        self.metrics = list(Metric.objects.all())
        self.targets = self._target_rows(data, self.seen_targets)

    @staticmethod
    def _task_rows(data: Any, order: PlanOrder, drafts: list[TaskDraft]) -> Any:
        rows = [vars(draft) | {"position": n} for n, draft in enumerate(drafts, start=1)]
        prefix = TaskFormSet.get_default_prefix()
        return TaskFormSet(_sent(data, prefix), initial=rows, form_kwargs={"pairing": order.pairing})

    def _target_rows(self, data: Any, targets: Targets) -> Any:
        rows = [{"metric": metric, "value": value} for metric, value in targets.items()]
        sent = _sent(data, "targets")
        return TargetFormSet(sent, initial=rows, prefix="targets", form_kwargs={"metrics": self.metrics})

    def show(self, order: PlanOrder, drafts: list[TaskDraft]) -> None:
        """Put a list of tasks into the rows in place of the stored one."""
        self.tasks = self._task_rows(None, order, drafts)

    def show_targets(self, targets: Targets) -> None:
        """Put a list of targets into the rows in place of the stored one."""
        self.targets = self._target_rows(None, targets)

    def is_valid(self) -> bool:
        rows = [rows for rows in (self.tasks, self.targets) if rows.is_bound]
        return all([self.form.is_valid(), *(each.is_valid() for each in rows)]) and self._ends_in_time()

    def _ends_in_time(self) -> bool:
        """Refuse, beside it, a day of a task past that of its order; an untouched list follows the order."""
        drafts, due_on = self.drafts, self.form.cleaned_data["due_on"]
        if drafts is None or drafts == self.seen:
            return True
        late = tasks_late(drafts, self.seen, due_on, is_moved="due_on" in self.form.changed_data)
        for row in [row for row in self._kept_rows if row.draft in late]:
            row.add_error("due_on", f"任务时限不能晚于定单完成时限（{cn_date(due_on)}）。")
        return not late

    @property
    def row_faults(self) -> list[RowFault]:
        return [*row_faults("项任务", self.tasks), *row_faults("项指标", self.targets)]

    @property
    def values(self) -> dict[str, Any]:
        """The arguments of the service but order, actor and now."""
        return {**self.form.cleaned_data, "tasks": self.drafts, "targets": self.aims}

    @property
    def aims(self) -> Targets | None:
        """The targets as they were sent; None when none of their rows were."""
        return self.targets.targets if self.targets.is_bound else None

    @property
    def drafts(self) -> list[TaskDraft] | None:
        """The tasks as they were sent, in the order of their numbers; None when none were."""
        if not self.tasks.is_bound:
            return None
        return [row.draft for row in sorted(self._kept_rows, key=_place)]

    @property
    def _kept_rows(self) -> list[TaskForm]:
        return [
            row for row in self.tasks if row.cleaned_data.get("title") and not row.cleaned_data.get("DELETE")
        ]

    @property
    def seen_json(self) -> str:
        """The tasks as this page shows them; comes back with the form, so that a stale save can be merged."""
        return json.dumps([draft.as_json() for draft in self.seen])

    @property
    def seen_targets_json(self) -> str:
        """The same of the targets."""
        return json.dumps(targets_as_json(self.seen_targets))

    @property
    def errors(self) -> bool:
        return self.form.is_bound and not self.is_valid()


def _sent(data: Any, prefix: str) -> Any:
    """What was sent, or None when the rows of this prefix were not among it."""
    return data if data is not None and f"{prefix}-TOTAL_FORMS" in data else None


def _place(row: TaskForm) -> float:
    position = row.cleaned_data.get("position")
    return float("inf") if position is None else position


def seen_tasks(text: str) -> list[TaskDraft]:
    """What `seen_json` gave; empty for anything that it did not give."""
    try:
        return [TaskDraft.from_json(row) for row in json.loads(text)]
    except (ValueError, TypeError, AttributeError, KeyError):
        return []


class OrderNewForm(forms.Form):
    """An order drawn up by hand: whose demand, with what, and how often."""

    demand = forms.ModelChoiceField(
        label="需求",
        queryset=Demand.objects.none(),
        widget=forms.Select(attrs={"data-pick": ""}),
        empty_label="请选择需求",
        help_text="本结对双方待认领的需求。",
        error_messages={"required": "请选择需求。"},
    )
    resource = ResourceChoice(
        label="资源",
        queryset=Resource.objects.none(),
        required=False,
        widget=forms.Select(attrs={"data-pick": ""}),
        empty_label="不用清单里的资源",
        help_text="由另一方提供；不在资源清单里的可留空。",
    )
    visit_count = forms.IntegerField(
        label="承接次数", min_value=1, max_value=50, initial=1, help_text="每次生成一场联办活动。"
    )
    due_on = forms.DateField(
        label="完成时限", required=False, widget=DateInput(), help_text="不填按需求的期望时限。"
    )
    wanted_on = forms.DateField(label="希望日期", required=False, widget=DateInput())
    task = forms.CharField(
        label="任务", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, *args: Any, demands: QuerySet[Demand], resources: QuerySet[Resource], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.fields["demand"].queryset = demands
        self.fields["demand"].label_from_instance = lambda row: f"{row.branch} · {row.title}"
        self.fields["resource"].queryset = resources

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        demand, resource = data.get("demand"), data.get("resource")
        if demand and resource and demand.branch_id == resource.branch_id:
            self.add_error("resource", f"需求是{demand.branch}的，资源要由另一方提供，请另选资源，或留空。")
        return data
