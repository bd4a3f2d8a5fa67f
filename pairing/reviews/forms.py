"""The minutes of one meeting and its decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from branches.models import Branch, User
from core.forms import RowFault, row_faults
from core.wording import cn_date
from pairing.reviews.enums import HeldBy
from pairing.reviews.models import Review
from pairing.reviews.selectors import review_companions
from pairing.reviews.services.meetings import Decision


class ReviewRecordForm(forms.Form):
    """When and how a review was held, what was said, and which other reviews the meeting also held."""

    held_on = forms.DateField(
        label="召开日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="实际开会或通话的那一天。",
    )
    held_by = forms.ChoiceField(
        label="方式",
        choices=HeldBy,
        initial=HeldBy.MEETING,
        help_text="电话视频、走访只能算作沟通。",
    )
    minutes = forms.CharField(
        label="纪要",
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="写明商量了什么、定了什么，几句话即可。",
    )
    companions = forms.ModelMultipleChoiceField(
        label="同时算作",
        queryset=Review.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="同一次会议还完成了哪些例会，可多选；这里列近一年的。",
    )
    more_fields = ("companions",)

    def __init__(self, *args: Any, review: Review, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held_on"].initial = today
        self.fields["held_on"].widget.attrs["max"] = today.isoformat()
        companions = self.fields["companions"]
        assert isinstance(companions, forms.ModelMultipleChoiceField)
        companions.queryset = review_companions(review, user, today=today)


MOST_DECISIONS = 10


class DecisionForm(forms.Form):
    """One decision; a row left empty is no decision."""

    title = forms.CharField(label="督办事项", max_length=200, required=False)
    owner = forms.TypedChoiceField(label="负责支部", required=False, coerce=int, empty_value=None)
    responsible = forms.CharField(label="责任人", max_length=60, required=False)
    due_on = forms.DateField(
        label="完成时限", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, sides: Sequence[Branch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.TypedChoiceField)
        owner.choices = [("", "请选择负责支部"), *((str(side.pk), side.name) for side in sides)]

    def is_before(self, day: date) -> bool:
        """Whether this decision, once checked, is due before `day`."""
        due_on = self.cleaned_data.get("due_on")
        return bool(due_on and due_on < day)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("title"):
            for name, words in (("owner", "请选择负责支部。"), ("due_on", "请填写完成时限。")):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
        elif any(data.get(name) for name in ("owner", "responsible", "due_on")):
            self.add_error("title", "请写明督办什么事；不需要这一行就把其余格清空。")
        return data


DecisionFormSet = forms.formset_factory(
    DecisionForm, extra=3, max_num=MOST_DECISIONS, validate_max=True, absolute_max=MOST_DECISIONS
)


class RecordForms:
    """The record form and its decision rows, bound and checked together."""

    def __init__(self, data: Any, *, review: Review, user: User) -> None:
        today = timezone.localdate()
        pairing = review.series.pairing
        sides = (pairing.branch_a, pairing.branch_b)
        self.owners = {side.pk: side for side in sides}
        self.form = ReviewRecordForm(data, review=review, user=user, today=today)
        self.decisions = DecisionFormSet(data, prefix="decisions", form_kwargs={"sides": sides})

    def is_valid(self) -> bool:
        valid = all([self.form.is_valid(), self.decisions.is_valid()])
        return self._in_order() and valid

    def _in_order(self) -> bool:
        """Whether no decision is due before the meeting; says so beside those that are."""
        held_on = self.form.cleaned_data.get("held_on")
        late = [row for row in self.decisions if row.is_before(held_on)] if held_on else []
        for row in late:
            row.add_error("due_on", f"完成时限早于召开日期，请改为{cn_date(held_on)}或以后。")
        return not late

    @property
    def row_faults(self) -> list[RowFault]:
        return row_faults("项督办事项", self.decisions)

    @property
    def record(self) -> dict[str, Any]:
        """The arguments of `review_record` but reviews, actor and now."""
        names = ("held_on", "held_by", "minutes")
        decisions = [
            Decision(row["title"], self.owners[row["owner"]], row["due_on"], row["responsible"])
            for row in self.decisions.cleaned_data
            if row.get("title")
        ]
        return {name: self.form.cleaned_data[name] for name in names} | {"action_items": decisions}

    @property
    def companions(self) -> list[Review]:
        return list(self.form.cleaned_data["companions"])
