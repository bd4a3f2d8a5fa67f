"""可服务时间: what its words say of the week and its hours, and what they leave in doubt."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers.hours import WEEK, clock_faults, clocks_in_words, in_words
from ledgers.hours_reading import reading_of


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


WORKDAYS, CERTAIN, IN_DOUBT = "周一至周五全天", True, False
MORNINGS_AND_AFTERNOONS = "上午 9:00–11:30、下午 14:00–17:00"


@pytest.mark.parametrize(
    ("text", "week", "clocks", "is_certain"),
    [
        ("工作日上午9:00-11:30，下午2:00-5:00", WORKDAYS, MORNINGS_AND_AFTERNOONS, CERTAIN),
        ("工作日下午2:00-5:00，上午9:00-11:30", WORKDAYS, MORNINGS_AND_AFTERNOONS, CERTAIN),
        ("工作日9:00-11:30，下午2:00-5:00", WORKDAYS, MORNINGS_AND_AFTERNOONS, CERTAIN),
        ("工作日上午、下午2:00-5:00", WORKDAYS, "下午 14:00–17:00", CERTAIN),
        ("工作日全天，下午2:30-5:00", WORKDAYS, "下午 14:30–17:00", CERTAIN),
        ("周一、周三上午，下午2:30-5:00", "周一、周三全天", "下午 14:30–17:00", CERTAIN),
        (
            "周一至周五 上午8点半到11点半，下午2点半到5点",
            WORKDAYS,
            "上午 8:30–11:30、下午 14:30–17:00",
            CERTAIN,
        ),
        ("工作日上午9点至下午5点", WORKDAYS, "9:00–17:00", CERTAIN),
        ("每周三下午2:30至下午4:30", "周三下午", "下午 14:30–16:30", CERTAIN),
        (
            "周二下午2:30-5:00，周四上午9:00-11:00",
            "周四上午；周二下午",
            "上午 9:00–11:00、下午 14:30–17:00",
            CERTAIN,
        ),
        ("工作日下午14:30-17:30", "周一至周五下午", "下午 14:30–17:30", CERTAIN),
        ("每周五下午3点-5点，提前1天预约", "周五下午", "下午 15:00–17:00", CERTAIN),
        ("周六、周日上午8:00-12:00", "周六、周日上午", "上午 8:00–12:00", CERTAIN),
        ("工作日9:00-13:00", "周一至周五上午", "上午 9:00–13:00", CERTAIN),
        ("周末下午6:00-7:30", "周六、周日下午", "下午 18:00–19:30", CERTAIN),
        ("每天0:00-24:00", "周一至周日全天", "0:00–23:59", CERTAIN),
        ("周一12:00-12:45", "周一全天", "", IN_DOUBT),
        ("工作日12:00-14:00", WORKDAYS, "", IN_DOUBT),
        ("工作日2:00-5:00", WORKDAYS, "", IN_DOUBT),
        ("工作日9:00-11:30，2:00-5:00", "周一至周五上午", "上午 9:00–11:30", IN_DOUBT),
        ("工作日上午2:00-5:00", "周一至周五上午", "", IN_DOUBT),
        ("工作日上午14:00-16:00", WORKDAYS, "下午 14:00–16:00", IN_DOUBT),
        ("工作日下午9:00-11:00", WORKDAYS, "上午 9:00–11:00", IN_DOUBT),
        ("工作日上午9:00-17:00", WORKDAYS, "9:00–17:00", IN_DOUBT),
        ("工作日全天9:00-11:00", WORKDAYS, "上午 9:00–11:00", IN_DOUBT),
        ("每天6:00-8:00", "周一至周日全天", "", IN_DOUBT),
        ("周一全天，周五下午2:30-5:00", "周一全天；周五下午", "下午 14:30–17:00", IN_DOUBT),
    ],
)
def test_phrases_of_real_sheets_are_read_rightly_or_left_in_doubt(text, week, clocks, is_certain):
    reading = reading_of(text)

    read = in_words(reading.half_days), clocks_in_words(reading.clocks), reading.is_certain
    assert read == (week, clocks, is_certain)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["", "上午", "下午", "全天"]),
    st.tuples(st.integers(0, 24), st.integers(0, 24)),
    st.sampled_from(["", "，上午", "，下午2:00-5:00", "，下午"]),
)
def test_hours_taken_over_by_an_import_are_hours_the_form_accepts(half, ends, more):
    reading = reading_of(f"工作日{half}{ends[0]}:00-{ends[1]}:00{more}")

    assert not reading.is_certain or not list(clock_faults(reading.clocks, reading.half_days))


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
