"""Saying that a branch, a place or a person is not to be had for some days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from core.forms import DateInput
from pairing.activities.models import Subject


class ClosureForm(forms.Form):
    """Who or what, from when to when, and why."""

    subject = forms.ChoiceField(label="谁或哪里", help_text="本支部，以及近期活动用到的场地和人员。")
    first_day = forms.DateField(label="第一天", widget=DateInput())
    last_day = forms.DateField(label="最后一天", widget=DateInput())
    reason = forms.CharField(
        label="原因", max_length=100, help_text="如：礼堂维修、出差、换届。会写进改期通知。"
    )

    def __init__(self, *args: Any, subjects: Iterable[Subject], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subjects = {subject.key: subject for subject in subjects}
        field = self.fields["subject"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "请选择"),
            *(
                (subject.key, f"{subject.get_kind_display()}：{subject}")
                for subject in self.subjects.values()
            ),
        ]

    def clean_subject(self) -> Subject:
        return self.subjects[self.cleaned_data["subject"]]
