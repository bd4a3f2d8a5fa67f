"""Which reviews a term owes."""

from datetime import date

import pytest

from core.periods import month_end, period_of
from pairing.reviews.cadence import horizon, is_owed, obligations


def keys(unit, starts_on, ends_on, through):
    return [duty.period.key for duty in obligations(unit, starts_on, ends_on, through)]


def test_obligations_of_a_term_that_is_one_calendar_year():
    months = list(obligations("month", date(2025, 1, 1), date(2025, 12, 31), date(2026, 6, 1)))
    assert [duty.period.key for duty in months] == [f"2025-{month:02d}" for month in range(1, 13)]
    assert months[1].due_on == date(2025, 2, 28)
    assert keys("quarter", date(2025, 1, 1), date(2025, 12, 31), date(2026, 6, 1)) == [
        "2025Q1",
        "2025Q2",
        "2025Q3",
        "2025Q4",
    ]
    assert keys("year", date(2025, 1, 1), date(2025, 12, 31), date(2026, 6, 1)) == ["2025"]


@pytest.mark.parametrize(
    ("starts_on", "owes_january"),
    [(date(2025, 1, 14), True), (date(2025, 1, 16), True), (date(2025, 1, 17), False)],
)
def test_first_month_counts_when_half_of_it_is_covered(starts_on, owes_january):
    assert ("2025-01" in keys("month", starts_on, None, date(2025, 3, 1))) == owes_january


def test_last_month_counts_when_half_of_it_is_covered_and_is_due_on_the_last_day_of_the_term():
    february = period_of("month", date(2026, 2, 1))
    assert not is_owed(february, date(2025, 1, 1), date(2026, 2, 13))
    last = list(obligations("month", date(2025, 1, 1), date(2026, 2, 14), date(2027, 1, 1)))[-1]
    assert (last.period.key, last.due_on) == ("2026-02", date(2026, 2, 14))


def test_term_across_two_years_owes_the_year_it_mostly_lies_in():
    assert keys("year", date(2025, 9, 1), date(2026, 8, 31), date(2030, 1, 1)) == ["2026"]


def test_horizon_does_not_shorten_the_term():
    assert keys("year", date(2025, 1, 15), date(2027, 12, 31), date(2025, 1, 20)) == ["2025"]


def test_term_shorter_than_half_a_period_owes_nothing():
    assert keys("month", date(2025, 3, 10), date(2025, 3, 20), date(2026, 1, 1)) == []


def test_horizon_is_the_end_of_the_next_period():
    assert horizon("month", date(2026, 1, 31)) == date(2026, 2, 28)
    assert horizon("quarter", date(2026, 12, 31)) == date(2027, 3, 31)
    assert horizon("year", date(2026, 5, 1)) == date(2027, 12, 31)


def test_every_month_of_four_years_is_owed_once_with_the_true_last_day():
    duties = list(obligations("month", date(2026, 1, 1), date(2029, 12, 31), date(2030, 12, 31)))
    ends = [duty.due_on for duty in duties]
    assert ends == [month_end(year, month) for year in range(2026, 2030) for month in range(1, 13)]
    assert ends[25] == date(2028, 2, 29)
