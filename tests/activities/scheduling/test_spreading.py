"""The days of a series: equal parts where nothing stands, else the widest room the window leaves."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pairing.activities.scheduling.spreading import even_days


@pytest.mark.parametrize(
    ("first", "last", "standing", "days"),
    [
        (1, 28, (), [4, 11, 18, 25]),  # middles of weeks, the ends of the window half a step away
        (3, 28, (4, 18, 25), [11]),  # back into the gap it left
        (24, 31, (5, 26), [29.67]),  # the wide gap is over: away from the one ahead, before the end
        (10, 31, (), [20.5]),
        (10, 31, (10,), [18.6, 27.2]),
        (3, 31, (1, 40), [13.2, 25.4]),  # what stands beyond the window is no neighbour
    ],
)
def test_days_are_evenly_apart_from_all_that_stands(first, last, standing, days):
    assert even_days(first, last, standing, len(days)) == pytest.approx(days, abs=0.01)


def clearance(day, first, last, standing):
    """How far a day is from its neighbours; an end of the window counts half a step."""
    near = [abs(day - each) for each in standing if each <= last] + [2 * (last + 0.5 - day)]
    return min(near if any(each < first for each in standing) else [*near, 2 * (day - first + 0.5)])


@given(st.integers(0, 20), st.integers(0, 40), st.lists(st.integers(-20, 70), max_size=5))
def test_one_day_is_as_far_from_its_neighbours_as_any(first, length, standing):
    last = first + length
    (day,) = even_days(first, last, standing, 1)
    best = max(clearance(each / 2, first, last, standing) for each in range(first * 2, last * 2 + 1))
    assert first - 0.5 <= day <= last + 0.5
    assert clearance(day, first, last, standing) >= best - 1e-9


@example(0, 28, [-9], 4)  # the first day came out at -0.5000000000000036
@given(st.integers(0, 20), st.integers(0, 40), st.lists(st.integers(-20, 70), max_size=5), st.integers(0, 6))
def test_days_come_in_order_and_inside_the_window(first, length, standing, count):
    days = even_days(first, first + length, standing, count)
    assert len(days) == count
    assert all(earlier <= later for earlier, later in pairwise(days))
    assert all(first - 0.5 <= day <= first + length + 0.5 for day in days)
