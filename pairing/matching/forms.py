"""What a person chooses before a plan is solved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from branches.models import Branch, User
from ledgers.models import Resource
from pairing.matching.conditions import Conditions
from pairing.matching.models import MatchRun
from pairing.matching.selectors.runs import run_branches
from pairing.plans.forms.claims import ResourceChoice
from pairing.plans.models import Pairing


class RunForm(forms.Form):
    """Whose lists to plan: one pairing, an area, a group of branches, or (none chosen) all there is."""

    pairing = forms.ModelChoiceField(Pairing.objects.none(), label="范围", required=False)
    area = forms.ModelChoiceField(
        Branch.objects.none(),
        label="或选一个上级组织",
        required=False,
        empty_label="不选",
        help_text="安排它下属的全部支部和与它们结对的支部。下一级组织各算各的；互相结对的合在一起算。",
    )
    branches = forms.ModelMultipleChoiceField(
        Branch.objects.none(),
        label="或选一组支部",
        required=False,
        help_text="安排所选支部和与它们结对的支部；没有结对的支部之间不会安排。",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_county = user.has_perm("matching.run_county")
        pairings = Pairing.objects.active() if self.is_county else _staffed(user)
        pairing = self.fields["pairing"]
        pairing.queryset = pairings.select_related("branch_a", "branch_b")
        pairing.empty_label = "全部支部" if self.is_county else None
        pairing.required = not self.is_county
        if self.is_county:
            self.fields["area"].queryset = (
                Branch.objects.active().filter(children__dissolved_on=None).distinct()
            )
            self.fields["branches"].queryset = Branch.objects.active()
            self.fields["branches"].widget.attrs["data-pick"] = ""
        else:
            del self.fields["area"], self.fields["branches"]

    @property
    def has_pairings(self) -> bool:
        """Whether there is a pairing to choose; one query."""
        pairing: Any = self.fields["pairing"]
        return bool(pairing.queryset.exists())

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if sum(bool(data.get(name)) for name in ("pairing", "area", "branches")) > 1:
            raise forms.ValidationError("范围只选一种：一对支部、一个上级组织，或者一组支部。")
        return data


class PinForm(forms.Form):
    """Which of the partners' resources shall serve a demand, whatever the draft proposes."""

    resource = ResourceChoice(Resource.objects.none(), label="资源", empty_label="请选择")

    def __init__(self, *args: Any, resources: QuerySet[Resource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].queryset = resources


def _staffed(user: User) -> Any:
    return Pairing.objects.active().of_branches(user.staff_branch_ids)


def _count(label: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=9999, help_text=help_text or "空表示不限"
    )


class ConditionsForm(forms.Form):
    """The bounds under which a draft is solved again; visits are counted within this plan."""

    reciprocity = _count("双向服务差额上限（次）", "提供与接受最多相差几次，空表示不限")
    give_cap = _count("每个支部最多提供（次）")
    receive_cap = _count("每个支部最多接受（次）")
    give_after = _count("一个支部提供超过几次后开始扣分", "任务太集中时用；空表示不扣")
    receive_after = _count("一个支部接受超过几次后开始扣分", "好处太集中时用；空表示不扣")
    fair_percent = forms.IntegerField(
        label="每多一次扣几分（满分 100）",
        required=False,
        min_value=1,
        max_value=100,
        help_text="超过两倍扣双份，三倍扣三份，依此类推。扣得越多，方案越愿意改找别的支部，哪怕匹配度略低",
    )
    branch = forms.ModelChoiceField(Branch.objects.none(), label="个别支部另定", required=False)
    branch_give = _count("该支部最多提供（次）")
    branch_receive = _count("该支部最多接受（次）")

    more_fields = ("give_after", "receive_after", "fair_percent", "branch", "branch_give", "branch_receive")

    def __init__(self, *args: Any, run: MatchRun, **kwargs: Any) -> None:
        conditions = Conditions.from_json(run.conditions)
        kwargs.setdefault("initial", {name: getattr(conditions, name) for name in Conditions.BOUNDS})
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = run_branches(run)
        self.fields["branch"].widget.attrs["data-pick"] = ""

    def clean(self) -> dict[str, Any]:
        """A threshold without a price, or a price without a threshold, would silently do nothing."""
        data = super().clean()
        has_threshold = any(data.get(name) is not None for name in ("give_after", "receive_after"))
        if "fair_percent" not in self.errors and has_threshold != bool(data.get("fair_percent")):
            missing = "fair_percent" if has_threshold else "give_after"
            self.add_error(missing, "“超过几次”和“每多一次扣几分”要一起填，或者都不填。")
        return data
