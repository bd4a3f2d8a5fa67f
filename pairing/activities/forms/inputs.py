"""Date and time fields of activities, in the form that browsers' own pickers write."""

from __future__ import annotations

from datetime import date, datetime, time

from django import forms
from django.utils import timezone


class DateInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "time"}, format="%H:%M")


def local_time(day: date, clock: time) -> datetime:
    """The aware instant of a local day and clock time."""
    return timezone.make_aware(datetime.combine(day, clock))
