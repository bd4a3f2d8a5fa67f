"""Deadlines on working days."""

from datetime import date

import pytest

from core.models import WorkingDay
from pairing.plans.services.deadlines import spread, task_deadlines, working_day_after, working_day_from

pytestmark = pytest.mark.django_db

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2027, 3, day) for day in (5, 6, 7, 8))


def test_working_day_after_skips_the_weekend():
    assert working_day_after(FRIDAY, 1) == MONDAY
    assert working_day_after(FRIDAY, 5) == date(2027, 3, 12)
    assert working_day_from(SATURDAY) == MONDAY
    assert working_day_from(FRIDAY) == FRIDAY


def test_working_day_after_honours_the_make_up_day():
    WorkingDay.objects.create(day=SATURDAY, is_working=True, name="调休上班")
    assert working_day_after(FRIDAY, 1) == SATURDAY


def test_spread_is_even_and_ends_on_the_last_working_day():
    assert spread(date(2027, 3, 1), SUNDAY, 2) == [date(2027, 3, 3), FRIDAY]
    assert spread(FRIDAY, SUNDAY, 3) == [FRIDAY, FRIDAY, FRIDAY]
    assert spread(SATURDAY, SUNDAY, 2) == [SUNDAY, SUNDAY]


def test_task_deadlines_put_the_first_activity_on_the_wanted_day():
    first, last = date(2027, 3, 1), date(2027, 3, 31)
    plain = task_deadlines(first, last, 1, None)
    wanted = task_deadlines(first, last, 1, date(2027, 3, 20))
    assert plain == [date(2027, 3, 10), date(2027, 3, 22), date(2027, 3, 31)]
    assert wanted == [date(2027, 3, 10), date(2027, 3, 22), date(2027, 3, 31)]
    assert task_deadlines(first, last, 1, date(2027, 3, 2)) == [
        date(2027, 3, 2),
        date(2027, 3, 2),
        date(2027, 3, 31),
    ]
    assert task_deadlines(first, last, 1, date(2027, 6, 1))[1] == last
