"""What views share: turning refusals of a service into sentences beside the right field."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm

from core.errors import DomainError

T = TypeVar("T")


def attempt(form: BaseForm, call: Callable[[], T]) -> T | None:
    """Give what `call` returns, or None with its refusal written into the bound `form`."""
    try:
        return call()
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    except ValidationError as error:
        for field, sentences in error.message_dict.items() if hasattr(error, "error_dict") else ():
            form.add_error(field if field in form.fields and field != NON_FIELD_ERRORS else None, sentences)
        if not hasattr(error, "error_dict"):
            form.add_error(None, error)
    return None
