"""Two visits of one day are better near each other; the unit of a way is a share of 20 km."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pairing.activities.scheduling import Half, Placed, ScheduleProblem, Slot, Visit, conflicts, solve
from pairing.activities.scheduling.travel import TRAVEL, apart, way, ways

MONDAY = date(2026, 3, 2)
AM, PM = Half.AM, Half.PM
HERE, TEN_KM_NORTH = (30.0, 110.0), (30.0 + 10 / 111.195, 110.0)
A = Visit(
    "a",
    frozenset({"person:1", "venue:a"}),
    MONDAY,
    MONDAY,
    movers=frozenset({"person:1"}),
    place="a",
    position=HERE,
)
B = replace(A, id="b", subjects=frozenset({"person:1", "venue:b"}), place="b", position=TEN_KM_NORTH)


def weekdays(day):
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (replace(B, place="a"), 0.0),  # the same name is the same place
        (B, 0.5),
        (replace(B, position=(31.0, 111.0)), 1.0),
        (replace(B, position=None), 1.0),
    ],
)
def test_apart_is_a_share_of_twenty_kilometres(other, expected):
    assert apart(A, other) == pytest.approx(expected, abs=1e-4)


def test_way_counts_common_movers_of_the_same_day_once():
    problem = ScheduleProblem((A, B), weekdays)
    placed = Placed(problem, {"a": Slot(MONDAY, AM), "b": Slot(MONDAY, PM)})

    assert way(placed, A, Slot(MONDAY, AM)) == pytest.approx(TRAVEL * 0.5, abs=1e-4)
    assert ways(placed, {"a": A, "b": B}) == pytest.approx(TRAVEL * 0.5, abs=1e-4)
    assert way(placed, A, Slot(MONDAY + timedelta(days=1), AM)) == 0
    assert way(placed, replace(A, movers=frozenset()), Slot(MONDAY, AM)) == 0


def test_solve_puts_the_near_ones_of_an_expert_on_one_day():
    """Two places, two visits each, two days: without the term the third visit would go beside a far one."""
    week = {"person:1": {(0, AM), (0, PM), (1, AM), (1, PM)}}
    rows = [
        replace(base, id=f"{base.id}{n}", deadline=MONDAY + timedelta(days=1), position=None)
        for n in (1, 2)
        for base in (A, B)
    ]
    keep = {"a1": Slot(MONDAY, AM), "b1": Slot(MONDAY + timedelta(days=1), AM)}
    problem = ScheduleProblem(tuple(rows), weekdays, weekly=week)

    schedule = solve(problem, keep=keep)

    assert {each: schedule.placements[each].day for each in ("a2", "b2")} == {
        "a2": MONDAY,
        "b2": MONDAY + timedelta(days=1),
    }
    assert conflicts(problem, schedule.placements) == []
