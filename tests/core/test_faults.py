"""Django's refusals in words of the office."""

from __future__ import annotations

import pytest
from django import forms


class Everything(forms.Form):
    text = forms.CharField(max_length=3)
    number = forms.IntegerField(min_value=1, max_value=50)
    day = forms.DateField()
    own = forms.CharField(error_messages={"required": "请写明理由。"})


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("text", "", "请填写这一项。"),
        ("text", "四个字吧", "最多 3 个字，现在是 4 个。"),
        ("number", "0", "不能小于 1。"),
        ("number", "99", "不能大于 50。"),
        ("number", "一", "请填整数。"),
        ("day", "二月三十", "日期不对，请写成 2026-03-01 这样。"),
        ("day", "0026-03-01", "年份 26 不合理，请写成 2026-03-01 这样。"),
        ("day", "9999-12-31", "年份 9999 不合理，请写成 2026-03-01 这样。"),
        ("own", "", "请写明理由。"),
    ],
)
def test_fault_is_said_in_plain_words(field, typed, sentence):
    assert Everything({field: typed}).errors[field] == [sentence]


def test_choice_left_open_asks_for_a_choice():
    field = forms.ChoiceField(choices=[("a", "甲")])
    with pytest.raises(forms.ValidationError) as refusal:
        field.clean("")
    assert refusal.value.messages == ["请选择一项。"]
