"""Django's own refusals of a value, in words of the office: what to fill in, not what a validator checks."""

from __future__ import annotations

import re
from datetime import date

from django import forms
from django.core import validators
from django.core.exceptions import ValidationError

from core.periods import YEARS

# The categories Cc and Cs of Unicode but line ends, tabs and NUL, which Django's own check refuses.
CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
UNSEEN = "含有不可见的控制字符，请删去后重新录入这一格。"


def no_unseen_characters(value: str) -> None:
    """Refuse the control characters that no keyboard types; NUL is left to Django's own check.

    Raises:
        ValidationError: with what to do about it.
    """
    if CONTROLS.search(value):
        raise ValidationError(UNSEEN)


def no_slip_of_the_year(day: date) -> None:
    """Refuse the years an import refuses: 0026, which the browser's picker makes of 26, and 9999.

    Raises:
        ValidationError: with what to do about it.
    """
    if day.year not in YEARS:
        raise ValidationError(f"年份 {day.year} 不合理，请写成 2026-03-01 这样。")


def reword() -> None:
    """Replace the default sentences; a field's own `error_messages` still win."""
    validators.ProhibitNullCharactersValidator.message = UNSEEN
    forms.CharField.default_validators = [no_unseen_characters]
    forms.DateField.default_validators = [no_slip_of_the_year]
    validators.MinValueValidator.message = "不能小于 %(limit_value)s。"
    validators.MaxValueValidator.message = "不能大于 %(limit_value)s。"
    validators.MaxLengthValidator.message = "最多 %(limit_value)d 个字，现在是 %(show_value)d 个。"
    for field, kind, sentence in (
        (forms.Field, "required", "请填写这一项。"),
        (forms.ChoiceField, "required", "请选择一项。"),
        (forms.ChoiceField, "invalid_choice", "没有“%(value)s”这个选项，请从列出的选项里选一个。"),
        (forms.ModelChoiceField, "invalid_choice", "没有这个选项，请从列出的选项里选一个。"),
        (forms.FileField, "required", "请选择文件。"),
        (forms.IntegerField, "invalid", "请填整数。"),
        (forms.DecimalField, "invalid", "请填数字。"),
        (forms.DateField, "invalid", "日期不对，请写成 2026-03-01 这样。"),
        (forms.TimeField, "invalid", "时间不对，请写成 14:30 这样。"),
    ):
        field.default_error_messages = {**field.__dict__.get("default_error_messages", {}), kind: sentence}
