"""The readers of dates, numbers and headers: what is written in any of the usual ways is read as meant."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.workbooks.columns import Column
from core.workbooks.dates import Aim, Reading
from core.workbooks.errors import CellError
from core.workbooks.recognition import find_heading
from core.workbooks.sheets import Book, Sheet
from core.workbooks.values import Day, Phone, Text, Whole

READING = Reading(as_of=date(2025, 11, 28))
FAST = settings(max_examples=50, deadline=None)
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
WIDE = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})
FORMS = (
    "{0}-{1}-{2}",
    "{0}.{1}.{2}",
    "{0}/{1}/{2}",
    "{0}年{1}月{2}日",
    "{0} 年 {1:02} 月 {2} 号",
    "{0}{1:02}{2:02}",
)


@FAST
@given(
    day=DAYS, form=st.sampled_from(FORMS), is_wide=st.booleans(), noise=st.sampled_from(["", "　", "\u200b"])
)
def test_day_written_in_any_form_is_the_same_day(day: date, form: str, is_wide: bool, noise: str) -> None:
    text = form.format(day.year, day.month, day.day)
    assert Day()(noise + (text.translate(WIDE) if is_wide else text) + noise, READING) == day
    serial = (day - date(1899, 12, 30)).days
    assert Day()(serial, READING) == Day()(str(serial), READING) == day
    assert Day()(datetime(day.year, day.month, day.day, 8), READING) == day


@FAST
@given(day=DAYS.filter(lambda day: (day.month, day.day) != (2, 29)), today=DAYS)
def test_day_without_a_year_is_near_and_never_ahead_where_it_has_happened(day: date, today: date) -> None:
    reading, text = Reading(as_of=today), f"{day.month}月{day.day}日"
    near, past = Day()(text, reading), Day(aim=Aim.PAST)(text, reading)
    assert (near.month, near.day) == (past.month, past.day) == (day.month, day.day)
    assert abs(near - today) <= timedelta(days=184)
    assert timedelta(0) <= today - past <= timedelta(days=366)
    assert reading.assumed == [near.isoformat(), past.isoformat()]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026.3", date(2026, 3, 1), date(2026, 3, 31)),
        (2026.3, date(2026, 3, 1), date(2026, 3, 31)),
        (2026.12, date(2026, 12, 1), date(2026, 12, 31)),
        ("2026年3月中旬", date(2026, 3, 11), date(2026, 3, 20)),
        ("2026年二季度", date(2026, 4, 1), date(2026, 6, 30)),
        ("10月底前", date(2025, 10, 31), date(2025, 10, 31)),
        ("3月底前", date(2026, 3, 31), date(2026, 3, 31)),
        ("下半年", date(2025, 7, 1), date(2025, 12, 31)),
        ("明年上半年", date(2026, 1, 1), date(2026, 6, 30)),
        ("年底前", date(2025, 12, 31), date(2025, 12, 31)),
        ("2026年底", date(2026, 12, 31), date(2026, 12, 31)),
        ("本月底", date(2025, 11, 30), date(2025, 11, 30)),
        ("2025年12月底前", date(2025, 12, 31), date(2025, 12, 31)),
        ("长期", None, None),
    ],
)
def test_day_of_a_span_is_its_first_or_for_a_deadline_its_last(text: Any, first: date, last: date) -> None:
    assert Day(open_ended=True)(text, READING) == first
    assert Day(open_ended=True, aim=Aim.END)(text, READING) == last


@pytest.mark.parametrize(
    "value", [2026.1, "2026年", "2026", "01/02/2026", "3-5", "月", "13月1日", "2月30日", 12]
)
def test_day_that_could_be_another_is_refused(value: Any) -> None:
    with pytest.raises(CellError, match="请写成"):
        Day()(value, READING)


@FAST
@given(text=st.text(max_size=30))
def test_day_of_any_text_is_a_date_or_a_sentence(text: str) -> None:
    try:
        found = Day(open_ended=True)(text, READING)
    except CellError as error:
        assert "请写成" in str(error)
    else:
        assert found is None or 1900 < found.year <= 2100


@FAST
@given(
    number=st.integers(0, 999_999_999), is_wide=st.booleans(), form=st.sampled_from(["{}", "{:,}", " {}　"])
)
def test_whole_number_is_read_however_it_is_typed(number: int, is_wide: bool, form: str) -> None:
    text = form.format(number)
    assert Whole()(text.translate(WIDE) if is_wide else text, READING) == number
    assert Whole()(float(number), READING) == number


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (13800000001, "13800000001"),
        ("+86 138-0000 0001", "13800000001"),
        ("13800000001".translate(WIDE), "13800000001"),
        ("0738-68XXX02", "0738-68XXX02"),  # digits struck out, as in the published books: kept as they are
        ("138****0001", "138****0001"),
        ("0738-6812345", "0738-6812345"),
    ],
)
def test_phone_is_normalised_where_it_is_clear(value: Any, expected: str) -> None:
    assert Phone()(value, READING) == expected


@pytest.mark.parametrize("value", ["1.38E+10", 4.3052119800101e17, "1380000000", "138000000012"])
def test_phone_that_lost_digits_is_refused(value: Any) -> None:
    with pytest.raises(CellError, match="请"):
        Phone()(value, READING)


NAMES = {"提出单位": "branch", "需求内容": "title", "联系电话": "phone", "提出日期": "day"}
COLUMNS = tuple(Column(header, name, Text(50), required=True) for header, name in NAMES.items())
DRESS = st.sampled_from(["{}", " {} ", "{}*", "{}（必填）", "　{}\n", "{}:"])


@FAST
@given(order=st.permutations(COLUMNS), dress=DRESS, blanks=st.integers(0, 5), has_title=st.booleans())
def test_header_is_found_in_any_order_and_dress(
    order: list[Column], dress: str, blanks: int, has_title: bool
) -> None:
    rows: list[list[Any]] = [["某县台账"]] if has_title else []
    rows += [[]] * blanks + [[dress.format(column.header) for column in order], ["甲", "乙", "丙", "丁"]]
    match = find_heading(Book([Sheet("说明", [["请填写"]]), Sheet("表", rows)]), COLUMNS, "表")
    assert (match.heading.first_row, match.guessed) == (len(rows) - 1, frozenset())
    assert match.places == {column.name: place for place, column in enumerate(order)}
