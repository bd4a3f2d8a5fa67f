"""What a person chooses before a plan is solved."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.models import Branch, User
from pairing.matching.adapter import Conditions
from pairing.matching.models import MatchRun
from pairing.matching.selectors.runs import run_branches
from pairing.plans.models import Pairing


class RunForm(forms.Form):
    """Whose lists to plan: one pairing, a group of branches, or (neither chosen) the county."""

    pairing = forms.ModelChoiceField(Pairing.objects.none(), label="范围", required=False)
    branches = forms.ModelMultipleChoiceField(
        Branch.objects.none(),
        label="或选一组支部",
        required=False,
        help_text="只在所选支部之间安排；没有结对的支部之间不会安排。",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_county = user.has_perm("matching.run_county")
        pairings = Pairing.objects.active() if self.is_county else _staffed(user)
        pairing = self.fields["pairing"]
        pairing.queryset = pairings.select_related("branch_a", "branch_b")
        pairing.empty_label = "全县" if self.is_county else None
        pairing.required = not self.is_county
        if self.is_county:
            self.fields["branches"].queryset = Branch.objects.active()
            self.fields["branches"].widget.attrs["data-pick"] = ""
        else:
            del self.fields["branches"]


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
    branch = forms.ModelChoiceField(Branch.objects.none(), label="个别支部另定", required=False)
    branch_give = _count("该支部最多提供（次）")
    branch_receive = _count("该支部最多接受（次）")

    more_fields = ("branch", "branch_give", "branch_receive")

    def __init__(self, *args: Any, run: MatchRun, **kwargs: Any) -> None:
        conditions = Conditions.from_json(run.conditions)
        names = ("reciprocity", "give_cap", "receive_cap")
        kwargs.setdefault("initial", {name: getattr(conditions, name) for name in names})
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = run_branches(run)
        self.fields["branch"].widget.attrs["data-pick"] = ""
