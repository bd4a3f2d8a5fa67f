"""Monday to Friday, corrected by the editable calendar."""

from datetime import date

import pytest

from core.models import WorkingDay
from core.public_holidays import seed_working_days
from core.working_days import is_working, working_days_between

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_calendar():
    WorkingDay.objects.all().delete()


def test_working_days_of_a_plain_week():
    days = working_days_between(date(2026, 3, 2), date(2026, 3, 8))
    assert days == [date(2026, 3, day) for day in range(2, 7)]


def test_holiday_and_make_up_day_are_taken_from_the_table():
    WorkingDay.objects.create(day=date(2026, 3, 4), is_working=False, name="放假")
    WorkingDay.objects.create(day=date(2026, 3, 7), is_working=True, name="调休")
    days = working_days_between(date(2026, 3, 2), date(2026, 3, 8))
    assert [day.day for day in days] == [2, 3, 5, 6, 7]


def test_is_working_without_an_exception_follows_the_week():
    assert is_working(date(2026, 3, 6), {}) is True
    assert is_working(date(2026, 3, 7), {}) is False
    assert is_working(date(2026, 3, 7), {date(2026, 3, 7): True}) is True


def test_seed_holds_the_announced_holidays_of_2025_and_marks_guesses():
    seed_working_days()
    national_day = WorkingDay.objects.get(day=date(2025, 10, 1))
    make_up_day = WorkingDay.objects.get(day=date(2025, 10, 11))
    assert (national_day.is_working, national_day.is_guess) == (False, False)
    assert (make_up_day.is_working, make_up_day.is_guess) == (True, False)
    guesses = WorkingDay.objects.filter(is_guess=True)
    assert {guess.is_working for guess in guesses} == {False}


def test_seed_leaves_an_edited_calendar_alone():
    WorkingDay.objects.create(day=date(2026, 3, 4), is_working=False, name="县里放假")
    seed_working_days()
    assert WorkingDay.objects.count() == 1
