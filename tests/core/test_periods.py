"""Months, quarters and years of local dates."""

from datetime import date

import pytest

from core.periods import month_end, period_of, periods_between


@pytest.mark.parametrize(
    ("unit", "day", "key", "last_day", "label"),
    [
        ("month", date(2028, 2, 29), "2028-02", date(2028, 2, 29), "2028年2月"),
        ("month", date(2026, 12, 1), "2026-12", date(2026, 12, 31), "2026年12月"),
        ("quarter", date(2026, 3, 31), "2026Q1", date(2026, 3, 31), "2026年第1季度"),
        ("quarter", date(2026, 4, 1), "2026Q2", date(2026, 6, 30), "2026年第2季度"),
        ("year", date(2026, 7, 9), "2026", date(2026, 12, 31), "2026年"),
    ],
)
def test_period_of(unit, day, key, last_day, label):
    period = period_of(unit, day)
    assert (period.key, period.last_day, period.label) == (key, last_day, label)
    assert day in period
    assert period.ends_before not in period


def test_periods_between_takes_both_ends():
    keys = [period.key for period in periods_between("quarter", date(2025, 12, 31), date(2026, 7, 1))]
    assert keys == ["2025Q4", "2026Q1", "2026Q2", "2026Q3"]
    assert list(periods_between("month", date(2026, 2, 1), date(2026, 1, 31))) == []


def test_every_day_lies_in_exactly_one_period_of_each_unit():
    for unit in ("month", "quarter", "year"):
        periods = list(periods_between(unit, date(2026, 1, 1), date(2029, 12, 31)))
        assert sum((period.ends_before - period.starts_on).days for period in periods) == 1461
        assert [p.starts_on for p in periods[1:]] == [p.ends_before for p in periods[:-1]]


def test_month_end_in_a_leap_year():
    assert [month_end(2028, month).day for month in range(1, 5)] == [31, 29, 31, 30]
