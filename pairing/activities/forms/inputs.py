"""What every form of activities needs: date and time fields, and calling a service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.errors import DomainError

Result = TypeVar("Result")


def submit(form: forms.Form, service: Callable[..., Result], **arguments: Any) -> Result | None:
    """Call a service; its refusal becomes an error of the form and None, so that nothing typed is lost."""
    try:
        return service(**arguments)
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
    return None


class DateInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "time"}, format="%H:%M")


def local_time(day: date, clock: time) -> datetime:
    """The aware instant of a local day and clock time."""
    return timezone.make_aware(datetime.combine(day, clock))
