"""The account of a placement says what the rules and the objective say, half-day by half-day."""

import doctest
from datetime import date
from pathlib import Path

import pytest

from pairing.activities.scheduling import Half, ScheduleProblem, Slot, Visit, half_days, solve

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def talk(number: int, place: str) -> Visit:
    return Visit(
        number,
        frozenset({"branch:1", f"venue:{place}"}),
        MONDAY,
        FRIDAY,
        weight=2.0,
        preferences={(4, Half.PM): 1.0},
        movers=frozenset({"branch:1"}),
        place=place,
        title=f"第{number}讲",
    )


def test_half_days_add_up_to_the_objective_and_name_what_is_in_the_way() -> None:
    closed = {"venue:礼堂": {Slot(MONDAY, Half.AM): "维修"}}
    one, two = talk(1, "礼堂"), talk(2, "广场")
    problem = ScheduleProblem((one, two), lambda day: day.weekday() < 5, closed=closed)
    placements = {1: Slot(FRIDAY, Half.AM), 2: Slot(FRIDAY, Half.PM)}

    table = {each.slot: each for each in half_days(problem, placements, one)}

    assert len(table) == 10
    assert table[Slot(MONDAY, Half.AM)].reasons == ("venue:礼堂3月2日上午不可用：维修",)
    assert table[Slot(FRIDAY, Half.PM)].reasons == ("branch:13月6日下午已安排“第2讲”",)
    here = table[placements[1]]
    assert (here.placing, here.liking, here.ways, here.reasons) == (6.0, 0.0, 0.2, ())
    assert here.timing == pytest.approx(2 * 0.6 * 0.2)  # four of five days late


def test_half_days_of_a_single_visit_rank_its_own_place_first() -> None:
    visit = talk(1, "礼堂")
    problem = ScheduleProblem((visit,), lambda day: day.weekday() < 5)
    schedule = solve(problem)

    best = max(half_days(problem, schedule.placements, visit), key=lambda each: each.value)

    assert (best.slot, best.value) == (schedule.placements[1], pytest.approx(schedule.objective))


def test_worked_example_of_the_documentation_is_true() -> None:
    docs = Path(__file__).parents[3] / "docs/scheduling.md"

    result = doctest.testfile(str(docs), module_relative=False, encoding="utf-8")

    assert result.failed == 0 < result.attempted
