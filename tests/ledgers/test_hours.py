"""可服务时间: what its words say of the week, how forms and imports take it over, what a schedule reads."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers.hours import WEEK, Exceptional, Hours, clocks_in_words, in_words, reading_of
from ledgers.models import Availability, Resource
from ledgers.services.resources import resource_update
from pairing.activities.scheduling import Half
from pairing.activities.taken import hours_of, single_days, week_of
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import AvailabilityFactory, ResourceFactory
from tests.imports.test_ledgers import resource as book_row
from tests.imports.workbooks import TERMS, book


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("周一至周五上午", "周一至周五上午"),
        ("工作日", "周一至周五全天"),
        ("工作日 8:30—17:30", "周一至周五全天"),
        ("每周三下午", "周三下午"),
        ("每周二、四、六", "周二、周四、周六全天"),
        ("每周二、四下午", "周二、周四下午"),
        ("周末", "周六、周日全天"),
        ("工作日，法定节假日除外", "周一至周五全天"),
        ("工作日，提前三天预约", "周一至周五全天"),
        ("每天6:30-11:00", "周一至周日上午"),
        ("星期一到星期五 上午9点到11点半；周六下午", "周一至周五上午；周六下午"),
        ("周五至周一", "周一、周五、周六、周日全天"),
    ],
)
def test_text_that_can_mean_one_week_only_is_certain(text, week):
    reading = reading_of(text)

    assert (in_words(reading.half_days), reading.is_certain) == (week, True)


@pytest.mark.parametrize(
    ("text", "clocks"),
    [
        ("工作日", ""),
        ("工作日 8:30—17:30", "8:30–17:30"),
        ("每天6:30-11:00", "上午 6:30–11:00"),
        ("星期一到星期五 上午9点到11点半；周六下午", "上午 9:00–11:30"),
        ("周二、四下午2点到4点半", "下午 14:00–16:30"),
        ("周一至周五9:00-11:30，14:00-16:00", "上午 9:00–11:30、下午 14:00–16:00"),
        ("周末 8:30-12:30", "上午 8:30–12:30"),
        ("每天18:30-24:00", "下午 18:30–23:59"),
    ],
)
def test_hours_in_a_text_are_read_half_by_half(text, clocks):
    reading = reading_of(text)

    assert (clocks_in_words(reading.clocks), reading.is_certain) == (clocks, True)


@pytest.mark.parametrize(
    "text",
    ["工作日9:00-11:00；周六上午", "工作日9:00-10:00、10:30-11:30", "工作日11:00-9:00", "工作日9:00-25:00"],
)
def test_hours_that_differ_by_day_or_cannot_be_are_a_suggestion_only(text):
    assert not reading_of(text).is_certain


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("工作日及周六上午", "周一至周五全天；周六上午"),
        ("工作日，节假日可预约", "周一至周五全天"),
        ("工作日，晚间可预约", "周一至周五全天"),
        ("周末及寒暑假", "周六、周日全天"),
        ("每月第一个周三", "周三全天"),
    ],
)
def test_text_with_words_not_understood_is_a_suggestion_only(text, week):
    reading = reading_of(text)

    assert (in_words(reading.half_days), reading.is_certain) == (week, False)


@pytest.mark.parametrize(
    "text", ["", "长期", "节假日除外", "农忙时节以外均可", "逢集日8:00-12:00", "上午，须接送"]
)
def test_text_that_names_no_weekday_says_nothing(text):
    assert reading_of(text) is None


@settings(max_examples=50, deadline=None)
@given(st.frozensets(st.sampled_from(sorted(WEEK)), min_size=1))
def test_week_in_words_is_read_back_as_the_same_week(half_days):
    reading = reading_of(in_words(half_days))

    assert (reading.half_days, reading.is_certain) == (half_days, True)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_without_fault(text):
    reading = reading_of(text)

    assert reading is None or reading.half_days <= WEEK


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
    assert sorted((row.half, row.opens_at, row.closes_at) for row in rows if row.half == "am") == [
        ("am", time(9), time(11)),
        ("am", time(9), time(11)),
    ]
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
    ],
)
def test_hours_that_cannot_be_are_refused_beside_the_week(page, typed, fault):
    answer = page.post(reverse("resource_new"), form_data(**typed))

    assert answer.context["form"].errors == {"week": [fault]}
    assert not Resource.objects.exists()


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
