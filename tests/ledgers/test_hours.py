"""可服务时段: how forms and imports take it over, and what a schedule reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from django.db import IntegrityError
from django.urls import reverse

from core.errors import DomainError
from ledgers.hours import WEEK, Exceptional, Hours, in_words
from ledgers.models import Availability, Resource
from ledgers.services.hours import hours_replace
from ledgers.services.resources import resource_update
from pairing.activities.scheduling import Half
from pairing.activities.taken import hours_of, single_days, week_of
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import AvailabilityFactory, ResourceFactory
from tests.imports.test_ledgers import resource as book_row
from tests.imports.workbooks import TERMS, book


@pytest.fixture
def branch(db):
    return BranchFactory(name="甲支部")


@pytest.fixture
def page(client, branch):
    client.force_login(UserFactory(liaison_of=branch))
    return client


def form_data(**changes):
    exceptions = {"exceptions-TOTAL_FORMS": 2, "exceptions-INITIAL_FORMS": 0}
    return {
        "title": "讲座",
        "kind": "other",
        "sharing": "pair",
        "week": ["0-am", "2-pm"],
        **exceptions,
        **changes,
    }


def test_hours_are_kept_shown_and_read_by_the_scheduler(page, branch):
    resource = ResourceFactory(branch=branch)
    url = reverse("resource_edit", args=[resource.pk])
    holiday = {"exceptions-0-day": "2026-10-01", "exceptions-0-half": "", "exceptions-0-is_available": "no"}
    extra = {"exceptions-1-day": "2026-10-10", "exceptions-1-half": "am", "exceptions-1-is_available": "yes"}

    page.post(url, form_data(**holiday, **extra))

    rows = list(resource.availabilities.all())
    assert Hours.of(rows) == Hours(
        frozenset({(0, "am"), (2, "pm")}),
        (
            Exceptional(date(2026, 10, 1), "am", False),
            Exceptional(date(2026, 10, 1), "pm", False),
            Exceptional(date(2026, 10, 10), "am", True),
        ),
    )
    assert {(day, half.name) for day, half in week_of(rows)} == {(0, "AM"), (2, "PM")}
    assert {(slot.day, slot.half.name) for slot in single_days(rows, is_available=False)} == {
        (date(2026, 10, 1), "AM"),
        (date(2026, 10, 1), "PM"),
    }
    shown = page.get(reverse("resource_detail", args=[resource.pk])).context["hours_words"]
    assert shown == "周一上午；周三下午；10-01 周四全天除外；10-10 周六上午可服务"
    again = page.get(url).context["form"]
    assert again["week"].value() == ["0-am", "2-pm"]
    assert [form.initial for form in again.exceptions.initial_forms] == [
        {"day": date(2026, 10, 1), "half": "", "is_available": "no"},
        {"day": date(2026, 10, 10), "half": "am", "is_available": "yes"},
    ]


def test_hours_of_opening_are_kept_shown_and_filled_in_again(page, branch):
    resource = ResourceFactory(branch=branch)
    url = reverse("resource_edit", args=[resource.pk])
    extra = {"exceptions-0-day": "2026-10-10", "exceptions-0-half": "am", "exceptions-0-is_available": "yes"}

    page.post(url, form_data(am_opens="09:00", am_closes="11:00", **extra))

    rows = resource.availabilities.all()
    assert {(row.weekday, row.opens_at, row.closes_at) for row in rows if row.half == "am"} == {
        (0, time(9), time(11)),
        (None, None, None),
    }
    assert hours_of(rows) == {Half.AM: (time(9), time(11))}
    shown = page.get(reverse("resource_detail", args=[resource.pk])).context["hours_words"]
    assert shown == "周一上午；周三下午；上午 9:00–11:00；10-10 周六上午可服务"
    again = page.get(url).content.decode()
    assert 'name="am_opens" value="09:00"' in again
    assert 'name="am_closes" value="11:00"' in again


def test_hours_without_a_ticked_day_are_hours_of_every_day(page, branch):
    resource = ResourceFactory(branch=branch)

    page.post(
        reverse("resource_edit", args=[resource.pk]),
        form_data(week=[], pm_opens="15:00", pm_closes="16:30"),
    )

    assert Hours.of(resource.availabilities.all()) == Hours(WEEK, (), {"pm": (time(15), time(16, 30))})


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"am_opens": "09:00"}, "上午从几点到几点要一起填，整个上午都开放的请都留空。"),
        ({"pm_opens": "16:00", "pm_closes": "15:00"}, "下午的结束时间须晚于开始时间。"),
        (
            {"am_opens": "14:00", "am_closes": "16:00"},
            "上午 14:00–16:00 不能作上午的开放时间，请按 24 小时制填写："
            "上午在 11:30 前开始，8:30 后结束，最晚到 14:30。",
        ),
        (
            {"pm_opens": "02:00", "pm_closes": "05:00"},
            "下午 2:00–5:00 不能作下午的开放时间，请按 24 小时制填写："
            "下午在 11:30 或以后开始，14:30 后结束，如 14:30–17:00。",
        ),
        (
            {"week": ["0-am"], "pm_opens": "14:30", "pm_closes": "16:00"},
            "填了下午 14:30–16:00，但没有一天勾选下午：请勾选有下午的日子，或清空下午的时间。",
        ),
    ],
)
def test_hours_that_cannot_be_are_refused_beside_the_week(page, typed, fault):
    answer = page.post(reverse("resource_new"), form_data(**typed))

    assert answer.context["form"].errors == {"week": [fault]}
    assert not Resource.objects.exists()


def test_hours_of_a_half_that_no_day_has_are_refused_whoever_writes_them(db):
    hours = Hours(frozenset({(0, "am")}), (), {"pm": (time(15), time(16))})

    with pytest.raises(DomainError, match="没有一天勾选下午") as refusal:
        hours_replace(resource=ResourceFactory(), hours=hours)

    assert refusal.value.field == "week"


def test_same_hours_again_write_nothing(db):
    resource = ResourceFactory()
    extra = Exceptional(date(2026, 10, 10), "pm", True)
    hours = Hours(frozenset({(0, "am"), (2, "pm")}), (extra,), {"pm": (time(15), time(16))})

    assert hours_replace(resource=resource, hours=hours)
    assert not hours_replace(resource=resource, hours=hours)


@pytest.mark.parametrize(
    "row",
    [
        {"half": "am", "opens_at": time(14), "closes_at": time(16)},
        {"half": "pm", "opens_at": time(2), "closes_at": time(5)},
        {"half": "pm", "opens_at": time(16), "closes_at": time(15)},
        {"half": "pm", "opens_at": time(15)},
        {"half": "pm", "closes_at": time(15)},
        {"weekday": None, "day": date(2026, 10, 10), "opens_at": time(9), "closes_at": time(11)},
    ],
)
def test_database_keeps_hours_to_their_half_and_to_the_week(db, row):
    with pytest.raises(IntegrityError, match="availability_hours"):
        AvailabilityFactory(**row)


def test_form_without_a_place_for_hours_leaves_them(page, branch):
    row = AvailabilityFactory(resource=ResourceFactory(branch=branch))

    page.post(
        reverse("resource_edit", args=[row.resource.pk]),
        {"title": "改名", "kind": "other", "sharing": "pair"},
    )

    assert list(Availability.objects.all()) == [row]


def test_bad_exception_is_refused_beside_the_week_and_keeps_what_was_typed(page, branch):
    answer = page.post(reverse("resource_new"), form_data(**{"exceptions-0-day": "2026-02-30"}))

    assert answer.context["form"].errors == {"week": ["例外日期里有一行不是日期，请改正或清空那一行。"]}
    assert 'value="2026-02-30"' in answer.content.decode()
    assert not Resource.objects.exists()


def test_words_typed_tick_the_grid_for_confirmation_and_write_nothing(page):
    typed = form_data(availability_text="工作日及周六上午", week=[], redraw="hours")

    answer = page.post(reverse("resource_new"), typed, headers={"HX-Request": "true"})

    assert answer.content.decode().count(" checked") == 11
    assert "已按“工作日及周六上午”勾好，请核对" in answer.content.decode()
    assert not Resource.objects.exists()


def imported(text: str) -> None:
    from ledgers.exchange.resources import import_resources

    assert import_resources(book("resources", book_row(1, 可服务时间=text)), TERMS).errors == []


def test_import_takes_over_a_week_stated_beyond_doubt_and_no_other(branch):
    def week() -> str:
        return in_words(Hours.of(Availability.objects.all()).week)

    found = []
    for text in ("工作日", "每周三下午", "工作日及周六上午", "周末"):
        imported(text)
        found.append(week())
    assert found == ["周一至周五全天", "周三下午", "", "周六、周日全天"]

    ticked = Hours(frozenset({(1, "am")}))
    resource_update(resource=Resource.objects.get(), actor=UserFactory(secretary_of=branch), hours=ticked)
    imported("工作日")
    assert week() == "周二上午"


def test_import_takes_over_the_hours_with_the_week(branch):
    imported("工作日9:00-11:30，14:00-16:00")

    assert str(Hours.of(Availability.objects.all())) == "周一至周五全天；上午 9:00–11:30、下午 14:00–16:00"

    imported("工作日")
    assert str(Hours.of(Availability.objects.all())) == "周一至周五全天"


def test_import_of_other_hours_changes_them_beside_a_single_day(branch):
    imported("工作日9:00-11:30，14:00-16:00")
    resource = Resource.objects.get()
    extra = Exceptional(date(2026, 10, 10), "am", True)
    hours = replace(Hours.of(resource.availabilities.all()), exceptions=(extra,))
    resource_update(resource=resource, actor=UserFactory(secretary_of=branch), hours=hours)

    imported("工作日10:00-11:00")

    rows = resource.availabilities.all()
    assert str(Hours.of(rows)) == "周一至周五上午；上午 10:00–11:00；10-10 周六上午可服务"
    assert hours_of(rows) == {Half.AM: (time(10), time(11))}
