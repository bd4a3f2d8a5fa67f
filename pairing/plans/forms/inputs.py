"""What every form of plans needs: date fields, a reason, and handing a form to a service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, QueryDict

from core.errors import DomainError, StaleVersionError

Result = TypeVar("Result")


class DateInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class ReasonForm(forms.Form):
    """The reason that a refusal, return, cancellation or ending carries."""

    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="对方支部会看到，也会留痕。",
        error_messages={"required": "请写明理由，对方支部会看到。"},
    )


def posted(request: HttpRequest) -> QueryDict | None:
    """The data a form is bound to: whatever was posted, even nothing, or None on a plain visit."""
    return request.POST if request.method == "POST" else None


def submit(form: forms.BaseForm, service: Callable[..., Result], **arguments: Any) -> Result | None:
    """Give a valid form to a service; a refusal becomes an error of the form, so that nothing typed is lost.

    Raises:
        StaleVersionError: the view shows both versions instead.
    """
    if not form.is_valid():
        return None
    try:
        return service(**arguments, **form.cleaned_data)
    except StaleVersionError:
        raise
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return None
