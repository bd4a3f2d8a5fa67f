"""What forms of every app share, and refusals of a service as sentences beside the right field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model

from core.errors import DomainError, StaleVersionError

# What services give; without a bound a checker reads `valid and attempt(…)` as asking them for a bool.
T = TypeVar("T", bound="Model | list[Any] | None")

COORDINATES = {"longitude": ("经度", 180), "latitude": ("纬度", 90)}  # in degrees: its name, its bound
PHONE_DIGITS = 5  # the shortest number anybody can be called at


class DateInput(forms.DateInput):
    """A day in the browser's own picker, which understands ISO dates only."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """A clock time in the browser's own picker, to the minute."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class PickSelect(forms.Select):
    """A searchable choice among many."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-pick": True} | (attrs or {}))


class ReasonForm(forms.Form):
    """Why a step is taken; it stays on record."""

    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写清原因，会留痕。",
        error_messages={"required": "请写明理由。"},
    )


def refuse_coordinates(form: forms.BaseForm) -> None:
    """Put beside 经度 and 纬度 what is wrong with each: out of bounds, or one without the other."""
    given = {name for name in COORDINATES if form.cleaned_data.get(name) is not None or name in form.errors}
    for name, (label, bound) in COORDINATES.items():
        value = form.cleaned_data.get(name)
        if value is not None and not -bound <= value <= bound:
            form.add_error(name, f"{label}须在 -{bound} 到 {bound} 之间。")
        if given and name not in given:
            form.add_error(name, f"经度、纬度要一起填：请补上{label}，或者两个都清空。")


def refuse_phones(form: forms.BaseForm) -> None:
    """Put beside each telephone number typed anew that nobody can be called at it.

    Words beside a number and the stars of a masked one are kept, as an import keeps them; so is whatever
    the row held before.
    """
    for name in form.changed_data:
        value = form.cleaned_data.get(name)
        if name.endswith("phone") and value and sum(map(str.isdigit, value)) < PHONE_DIGITS:
            form.add_error(name, f"没有认出电话号码：至少要有 {PHONE_DIGITS} 位数字，请核对，或留空。")


class RowFault(NamedTuple):
    """A fault in one of the rows of a form; `anchor` is the id of its field, empty where it has none."""

    words: str
    anchor: str = ""


def row_faults(name: str, rows: forms.BaseFormSet, shown: Iterable[forms.BaseForm] = ()) -> list[RowFault]:
    """Everything wrong with the rows of a form, for its error summary.

    Args:
        name: what a row is called after its number: “项任务” gives “第 2 项任务”.
        rows: not looked at unless they were sent.
        shown: the rows in the order in which the page shows them, if that is another one.
    """
    if not rows.is_bound or not rows.total_error_count():
        return []
    faults = [RowFault(str(sentence)) for sentence in rows.non_form_errors()]
    for number, row in enumerate(shown or rows.forms, start=1):
        faults += _faults_of(row, f"第 {number} {name}")
    return faults


def _faults_of(row: forms.BaseForm, name: str) -> Iterator[RowFault]:
    yield from (RowFault(f"{name}：{sentence}") for sentence in row.non_field_errors())
    for field in row:
        anchor = "" if field.is_hidden else field.id_for_label
        yield from (RowFault(f"{name}，{field.label}：{sentence}", anchor) for sentence in field.errors)


def attempt(form: forms.BaseForm, call: Callable[[], T]) -> T | None:
    """Give what `call` returns, or None with its refusal written into the bound `form`.

    Raises:
        StaleVersionError: no field can mend it; the view shows both versions instead.
    """
    try:
        return call()
    except StaleVersionError:
        raise
    except DomainError as error:
        form.add_error(_place(form, error.field), error.message)
    except ValidationError as error:
        _add(form, error)
    return None


def submit(form: forms.BaseForm, service: Callable[..., T], **arguments: Any) -> T | None:
    """Give a valid form's values to a service, as `attempt` does; None for a form with faults.

    Raises:
        StaleVersionError: see `attempt`.
    """
    if not form.is_valid():
        return None
    return attempt(form, partial(service, **arguments, **form.cleaned_data))


def _add(form: forms.BaseForm, error: ValidationError) -> None:
    """Put each sentence beside its field; above the form when the form has no such field."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, sentences in error.message_dict.items():
        form.add_error(_place(form, None if name == NON_FIELD_ERRORS else name), sentences)


def _place(form: forms.BaseForm, name: str | None) -> str | None:
    """The field that a service's word about `name` stands beside; None is above the form.

    A form that asks under other names says so in `asked_as`: {what services call it: its field}.
    """
    name = getattr(form, "asked_as", {}).get(name, name)
    return name if name in form.fields else None
