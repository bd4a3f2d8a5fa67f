"""The working calendar in the browser."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from core.models import WorkingDay
from tests.factories.branches import UserFactory

pytestmark = pytest.mark.django_db
SATURDAY, MONDAY = date(2031, 10, 11), date(2031, 10, 6)


@pytest.fixture
def page(client):
    client.force_login(UserFactory(admin=True))
    return client


def test_working_day_list_shows_one_year(page):
    row = WorkingDay.objects.create(day=MONDAY, is_working=False, name="国庆节")
    WorkingDay.objects.create(day=date(2032, 1, 1), is_working=False)

    response = page.get(reverse("working_day_list"), {"year": "2031"})

    assert list(response.context["rows"]) == [row]
    assert set(response.context["years"]) >= {2031, 2032}


def test_working_day_add_replaces_a_guess(page):
    WorkingDay.objects.create(day=MONDAY, is_working=False, is_guess=True)

    page.post(reverse("working_day_list"), {"day": MONDAY.isoformat(), "is_working": "no", "name": "国庆节"})

    row = WorkingDay.objects.get(day=MONDAY)
    assert (row.name, row.is_guess) == ("国庆节", False)


@pytest.mark.parametrize(
    ("day", "is_working", "words"),
    [
        (SATURDAY, "no", "这一天本来就休息，不用登记。"),
        (MONDAY, "yes", "这一天本来就上班，不用登记。"),
        (MONDAY, "no", "这一天已经登记过，请先删除原来的一条。"),
    ],
)
def test_working_day_add_without_need_is_refused_beside_the_field(page, day, is_working, words):
    WorkingDay.objects.create(day=MONDAY, is_working=False)

    response = page.post(reverse("working_day_list"), {"day": day.isoformat(), "is_working": is_working})

    assert response.context["form"].errors == {"day": [words]}


def test_working_day_remove_brings_the_plain_week_back(page):
    row = WorkingDay.objects.create(day=SATURDAY, is_working=True)

    page.post(reverse("working_day_remove", args=[row.pk]))

    assert not WorkingDay.objects.filter(day=SATURDAY).exists()


def test_working_day_list_with_an_odd_year_shows_this_one(page):
    assert page.get(reverse("working_day_list"), {"year": "99x"}).status_code == 200
    assert page.get(reverse("working_day_list"), {"year": "0000"}).status_code == 200


def test_working_days_are_seeded_with_chinese_names():
    assert WorkingDay.objects.get(day=date(2026, 1, 1)).name == "元旦"
