"""Every form that asks for two days or two times: ends the wrong way round, missing or no time at all."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest
from django import forms
from django.utils import timezone

from tests.security.targets import body
from tests.security.test_input import FORMS, attack, form_fields
from tests.security.world import World

pytestmark = pytest.mark.django_db
TWO_ENDS = (
    "activity_move",
    "activity_new",
    "activity_record",
    "agreement_edit",
    "agreement_new",
    "change_request_new",
    "closure_new",
    "demand_edit",
    "demand_new",
    "pairing_edit",
    "pairing_new",
    "plan_order_edit",
    "plan_order_new",
    "resource_edit",
    "resource_new",
)


def ends(name: str, world: World) -> list[tuple[str, str, bool]]:
    """Every two fields of the form that take a day each (True) or a time each."""
    fields = form_fields(name, world)
    kinds = ((forms.DateField, True), (forms.TimeField, False))
    return [
        (*pair, is_day)
        for kind, is_day in kinds
        for pair in combinations([key for key, each in fields.items() if isinstance(each, kind)], 2)
    ]


def test_list_names_all_forms_with_two_ends(world: World) -> None:
    assert {name for name in FORMS if ends(name, world)} == set(TWO_ENDS)


@pytest.mark.parametrize("name", TWO_ENDS)
def test_hostile_ends_are_answered(name: str, world: World) -> None:
    today = timezone.localdate()
    days = (today - timedelta(days=6)).isoformat(), (today - timedelta(days=7)).isoformat()
    for first, last, is_day in ends(name, world):
        later, earlier = days if is_day else ("11:00", "10:00")
        wrong = (later, later), (later, ""), ("", later), ("早上", later)
        for one, other in ((later, earlier), (earlier, later), *wrong):
            attack(world, name, body(name, world) | {first: one, last: other})
