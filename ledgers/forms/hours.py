"""可服务时段 in a form: a grid of half-days, and single days on which something else holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from core.forms import DateInput, TimeInput
from core.wording import WEEKDAYS
from ledgers.hours import BOTH, HALVES, Clock, Exceptional, HalfDay, Hours, clock_faults
from ledgers.hours_reading import reading_of
from ledgers.models import Availability

PREFIX = "exceptions"
ROWS_TO_FILL = 2
MOST_EXCEPTIONS = 60


class WeekField(forms.MultipleChoiceField):
    """Half-days ticked in a grid, as a set of (weekday, half)."""

    def __init__(self) -> None:
        names = [(_name((day, half)), "") for half in HALVES for day in range(7)]
        super().__init__(
            label="每周可服务的半天", choices=names, required=False, widget=forms.CheckboxSelectMultiple
        )

    def clean(self, value: Any) -> frozenset[HalfDay]:
        return frozenset((int(name[0]), name[2:]) for name in super().clean(value))


CLOCKS = {half: (f"{half}_opens", f"{half}_closes") for half in HALVES}  # half → its two fields of the form
CLOCK_FIELDS = tuple(name for names in CLOCKS.values() for name in names)


def clock_fields() -> dict[str, forms.TimeField]:
    """From when to when each half is open, by name; blank for the whole of it."""
    labels = (f"{label}{end}" for label in HALVES.values() for end in ("从几点", "到几点"))
    fields = {
        name: forms.TimeField(label=label, required=False, widget=TimeInput())
        for name, label in zip(CLOCK_FIELDS, labels, strict=True)
    }
    for field in fields.values():
        field.widget.attrs["class"] = "form-control"
    return fields


def faults_typed(data: Mapping[str, Any]) -> list[str]:
    """What is wrong with the hours typed, in sentences."""
    ends = {half: [data.get(name) for name in CLOCKS[half]] for half in HALVES}
    halved = [HALVES[half] for half, clock in ends.items() if clock.count(None) == 1]
    faults = [f"{label}从几点到几点要一起填，整个{label}都开放的请都留空。" for label in halved]
    return faults + list(clock_faults(_clocks(data), data.get("week", ())))


def _clocks(data: Mapping[str, Any]) -> dict[str, Clock]:
    """The hours of each half of which both ends are typed."""
    ends = {half: (data.get(opens), data.get(closes)) for half, (opens, closes) in CLOCKS.items()}
    return {half: clock for half, clock in ends.items() if None not in clock}


class ExceptionForm(forms.Form):
    """One day on which the week does not hold; without a day the row says nothing."""

    day = forms.DateField(label="日期", required=False, widget=DateInput())
    half = forms.ChoiceField(label="时段", choices=[("", "全天"), *HALVES.items()], required=False)
    is_available = forms.TypedChoiceField(
        label="能否服务",
        choices=[("no", "不可服务"), ("yes", "可服务")],
        coerce=lambda value: value == "yes",
        required=False,
        empty_value=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_day = isinstance(field, forms.DateField)
            field.widget.attrs["class"] = "form-control" if is_day else "form-select"

    @property
    def rows(self) -> list[Exceptional]:
        data = self.cleaned_data
        if not data.get("day"):
            return []
        halves = [data["half"]] if data["half"] else list(HALVES)
        return [Exceptional(data["day"], half, data["is_available"]) for half in halves]


ExceptionFormSet = forms.formset_factory(
    ExceptionForm, extra=ROWS_TO_FILL, max_num=MOST_EXCEPTIONS, absolute_max=MOST_EXCEPTIONS
)


def exception_rows(form: forms.Form) -> forms.BaseFormSet:
    """The exceptions beside `form`: those typed, or those stored and a few blank rows."""
    data = form.data if f"{PREFIX}-TOTAL_FORMS" in form.data else None
    return ExceptionFormSet(data, initial=_stored_exceptions(form.instance), prefix=PREFIX)  # type: ignore[attr-defined]  # a ModelForm


def hours_of(data: Mapping[str, Any], exceptions: Any) -> Hours:
    rows = {each[:2]: each for form in exceptions.forms for each in form.rows}
    return Hours(data["week"], tuple(sorted(rows.values())), _clocks(data))


def stored(rows: Iterable[Availability]) -> dict[str, Any]:
    """A resource's stored week and hours as the form has them.

    The ticks are those left over when only unavailable half-days are stored.
    """
    hours = Hours.of(rows)
    return _ticks(hours.week) | _typed(hours.clocks)


def suggested(text: str) -> dict[str, Any]:
    """The ticks and hours that the words of 可服务时间 suggest; nothing when they name no day."""
    reading = reading_of(text)
    return _ticks(reading.half_days) | _typed(reading.clocks) if reading else {}


def _ticks(half_days: Iterable[HalfDay]) -> dict[str, Any]:
    return {"week": sorted(_name(each) for each in half_days)}


def _typed(clocks: Mapping[str, Clock]) -> dict[str, Any]:
    ends = {half: clocks.get(half, (None, None)) for half in CLOCKS}
    return {name: end for half, names in CLOCKS.items() for name, end in zip(names, ends[half], strict=True)}


def week_rows(chosen: Iterable[str]) -> list[dict[str, Any]]:
    """The grid as a template draws it: a row for each half, a cell for each weekday."""
    ticked = set(chosen)
    return [
        {
            "label": label,
            "cells": [
                {
                    "value": _name((day, half)),
                    "label": f"周{WEEKDAYS[day]}{label}",
                    "is_ticked": _name((day, half)) in ticked,
                }
                for day in range(7)
            ],
        }
        for half, label in HALVES.items()
    ]


def _name(half_day: HalfDay) -> str:
    return f"{half_day[0]}-{half_day[1]}"


def _stored_exceptions(resource: Any) -> list[dict[str, Any]]:
    """One row a day; a whole day when both halves say the same."""
    if resource.pk is None:
        return []
    found: dict[Any, set[str]] = {}
    for row in Hours.of(resource.availabilities.all()).exceptions:
        found.setdefault((row.day, row.is_available), set()).add(row.half)
    return [
        {"day": day, "half": "" if halves == BOTH else half, "is_available": "yes" if is_available else "no"}
        for (day, is_available), halves in found.items()
        for half in (sorted(halves) if halves != BOTH else [""])
    ]
