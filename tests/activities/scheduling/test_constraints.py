"""Hard rules: one sentence each, and a checker that sees every broken one."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from pairing.activities.scheduling import (
    HARD_RULES,
    Half,
    Placed,
    ScheduleProblem,
    Slot,
    Visit,
    conflicts,
    refusals,
)

FRIDAY, SATURDAY, MONDAY = date(2026, 5, 8), date(2026, 5, 9), date(2026, 5, 11)
AM, PM = Half.AM, Half.PM
TALK = Visit("talk", frozenset({"branch:1", "person:7"}), FRIDAY, date(2026, 5, 15), title="普法宣讲")
OTHER = replace(TALK, id="other", title="反诈课堂", subjects=frozenset({"person:7"}))
PROBLEM = ScheduleProblem(
    visits=(TALK, OTHER),
    working_days=frozenset({FRIDAY, SATURDAY, MONDAY, date(2026, 5, 12)}),  # a Saturday made up for a holiday
    busy={"branch:1": {Slot(MONDAY, AM)}},
    weekly={"person:7": {(0, AM), (0, PM), (4, PM), (5, AM), (1, AM)}},
    closed={"branch:1": {Slot(date(2026, 5, 12), AM): "换届"}},
    extra={"person:7": {Slot(date(2026, 5, 12), PM)}},
    month_caps={"branch:1": 2},
    labels={"branch:1": "城北社区党支部", "person:7": "李同志", "venue:2": "礼堂"},
    halves={AM: (time(8, 30), time(11, 30)), PM: (time(14, 30), time(17))},
)
OPEN = replace(
    PROBLEM,
    hours={
        "person:7": {AM: (time(8), time(10)), PM: (time(14), time(17))},
        "venue:2": {AM: (time(9), time(11, 30)), PM: (time(16, 30), time(20))},
    },
)
IN_HALL = replace(TALK, subjects=frozenset({"person:7", "venue:2"}))


@pytest.mark.parametrize(
    ("slot", "reason"),
    [
        (Slot(date(2026, 5, 7), AM), "5月7日上午早于最早可安排的2026年5月8日"),
        (Slot(date(2026, 5, 18), AM), "5月18日上午开始会超过完成时限2026年5月15日"),
        (Slot(date(2026, 5, 10), AM), "5月10日不是工作日"),
        (Slot(FRIDAY, AM), "李同志周五上午不可用"),
        (Slot(date(2026, 5, 12), AM), "城北社区党支部5月12日上午不可用：换届"),
        (Slot(MONDAY, AM), "城北社区党支部5月11日上午已有安排"),
    ],
)
def test_refusals_name_what_is_wrong(slot, reason):
    assert refusals(PROBLEM, Placed(PROBLEM), TALK, slot)[0] == reason


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        (datetime(2026, 5, 9, 8, 29), []),
        (datetime(2026, 5, 9, 8, 30), ["5月9日 8:30 已经过了"]),
        (datetime(2026, 5, 12, 7, 0), ["5月9日 8:30 已经过了"]),
    ],
)
def test_refusals_name_the_time_that_is_over(now, reasons):
    problem = replace(PROBLEM, now=now)
    assert refusals(problem, Placed(problem), TALK, Slot(SATURDAY, AM)) == reasons


def test_refusals_go_by_the_hour_somebody_has_fixed_or_the_hall_opens():
    """At nine the morning has begun; what begins in it at ten has not."""
    fixed = replace(TALK, clocks={Slot(SATURDAY, AM): (time(10), time(11, 30))})
    problem = replace(PROBLEM, now=datetime(2026, 5, 9, 9, 0))
    assert refusals(problem, Placed(problem), fixed, Slot(SATURDAY, AM)) == []
    late = replace(problem, hours={"person:7": {AM: (time(10), time(12))}})
    assert refusals(late, Placed(late), TALK, Slot(SATURDAY, AM)) == []


def test_conflicts_report_a_schedule_that_begins_in_the_past():
    """Negative control of the independent checker: the same half-day is sound without a clock."""
    problem = replace(PROBLEM, visits=(TALK,))
    assert conflicts(problem, {"talk": Slot(SATURDAY, AM)}) == []
    noon = replace(problem, now=datetime(2026, 5, 9, 12, 0))
    assert conflicts(noon, {"talk": Slot(SATURDAY, AM)}) == ["“普法宣讲”：5月9日 8:30 已经过了"]


def test_refusals_let_a_person_s_hours_stand_where_enough_is_open():
    """`any_hours` is for what a person chose: of a half-day enough of which is open, any hours will do."""
    early = replace(IN_HALL, clocks={Slot(MONDAY, AM): (time(8), time(8, 50))})
    assert len(refusals(OPEN, Placed(OPEN), early, Slot(MONDAY, AM))) == 1
    assert refusals(OPEN, Placed(OPEN), replace(early, any_hours=True), Slot(MONDAY, AM)) == []


def test_refusals_name_the_visit_that_is_in_the_way():
    placed = Placed(PROBLEM, {"other": Slot(FRIDAY, PM)})
    assert refusals(PROBLEM, placed, TALK, Slot(FRIDAY, PM)) == ["李同志5月8日下午已安排“反诈课堂”"]


def test_refusals_count_a_month_that_is_full():
    full = replace(PROBLEM, month_counts={("branch:1", date(2026, 5, 1)): 2})
    assert refusals(full, Placed(full), TALK, Slot(FRIDAY, PM)) == [
        "城北社区党支部5月已安排 2 次，达到每月上限"
    ]


def test_refusals_count_a_load_without_occupying_it():
    """A resource's monthly capacity binds although two activities may use it at the same time."""
    loaded = replace(TALK, subjects=frozenset(), load_subjects=frozenset({"resource:36"}))
    twin = replace(loaded, id="twin")
    problem = replace(PROBLEM, visits=(loaded, twin), month_caps={"resource:36": 1})
    placed = Placed(problem, {"talk": Slot(FRIDAY, AM)})
    assert refusals(problem, placed, twin, Slot(FRIDAY, AM)) == ["resource:365月已安排 1 次，达到每月上限"]
    assert refusals(replace(problem, month_caps={"resource:36": 2}), placed, twin, Slot(FRIDAY, AM)) == []


def test_refusals_are_empty_on_a_made_up_working_saturday():
    assert refusals(PROBLEM, Placed(PROBLEM), TALK, Slot(SATURDAY, AM)) == []


def test_refusals_are_empty_on_a_single_day_outside_the_week():
    assert refusals(PROBLEM, Placed(PROBLEM), TALK, Slot(date(2026, 5, 12), PM)) == []
    without = replace(PROBLEM, extra={})
    assert refusals(without, Placed(without), TALK, Slot(date(2026, 5, 12), PM)) == ["李同志周二下午不可用"]


def test_refusals_let_a_visit_for_any_day_stand_on_a_sunday():
    sunday = replace(TALK, any_day=True, subjects=frozenset({"branch:1"}))
    assert refusals(PROBLEM, Placed(PROBLEM), sunday, Slot(date(2026, 5, 10), AM)) == []


def test_visit_takes_what_is_open_to_all_of_the_half_day():
    assert refusals(OPEN, Placed(OPEN), IN_HALL, Slot(MONDAY, AM)) == []
    assert OPEN.clock(IN_HALL, AM) == (time(9), time(10))
    assert OPEN.clock(replace(IN_HALL, subjects=frozenset()), AM) == (time(8, 30), time(11, 30))


def test_refusals_name_the_hours_when_less_than_an_hour_is_open_to_all():
    reason = "李同志下午只在 14:00–17:00 开放、礼堂下午只在 16:30–20:00 开放，能用的不足 60 分钟"
    assert refusals(OPEN, Placed(OPEN), IN_HALL, Slot(MONDAY, PM)) == [reason]


def test_refusals_hold_hours_that_a_person_has_fixed_against_the_opening_hours():
    early = replace(IN_HALL, clocks={Slot(MONDAY, AM): (time(8, 30), time(10))})
    reason = "礼堂上午只在 9:00–11:30 开放，8:30–10:00 不在其中"
    assert refusals(OPEN, Placed(OPEN), early, Slot(MONDAY, AM)) == [reason]
    assert refusals(OPEN, Placed(OPEN), early, Slot(SATURDAY, AM)) == []
    fits = replace(IN_HALL, clocks={Slot(MONDAY, AM): (time(9), time(9, 30))})
    assert refusals(OPEN, Placed(OPEN), fits, Slot(MONDAY, AM)) == []


def test_conflicts_report_a_schedule_that_ignores_the_opening_hours():
    """Negative control of the independent checker: the same half-day is sound without the hours."""
    problem = replace(OPEN, visits=(IN_HALL,))
    assert conflicts(replace(problem, hours={}), {"talk": Slot(MONDAY, PM)}) == []
    [conflict] = conflicts(problem, {"talk": Slot(MONDAY, PM)})
    assert conflict.startswith("“普法宣讲”：李同志下午只在 14:00–17:00 开放、礼堂下午只在")


def test_refusals_do_not_count_the_visit_against_itself():
    placed = Placed(PROBLEM, {"talk": Slot(FRIDAY, PM)})
    assert refusals(PROBLEM, placed, TALK, Slot(FRIDAY, PM)) == []


def test_refusals_look_at_every_half_day_of_a_long_visit():
    long = replace(TALK, length=2, subjects=frozenset({"branch:1"}))
    assert refusals(PROBLEM, Placed(PROBLEM), long, Slot(date(2026, 5, 10), PM)) == [
        "5月10日不是工作日",
        "城北社区党支部5月11日上午已有安排",
    ]


def test_conflicts_of_a_sound_schedule_are_none():
    assert conflicts(PROBLEM, {"talk": Slot(FRIDAY, PM), "other": Slot(SATURDAY, AM)}) == []


def test_conflicts_report_a_corrupted_schedule_from_both_sides():
    """Negative control: two visits forced into one half-day of one person."""
    corrupted = {"talk": Slot(FRIDAY, PM), "other": Slot(FRIDAY, PM)}
    assert conflicts(PROBLEM, corrupted) == [
        "“普法宣讲”：李同志5月8日下午已安排“反诈课堂”",
        "“反诈课堂”：李同志5月8日下午已安排“普法宣讲”",
    ]


def test_conflicts_report_a_visit_nobody_knows():
    assert conflicts(PROBLEM, {"ghost": Slot(FRIDAY, PM)}) == ["日程中有未知活动 ghost"]


def test_every_hard_rule_can_refuse():
    """Each rule is broken by one of the cases above; a rule that never speaks would be dead."""
    full = replace(PROBLEM, month_counts={("branch:1", date(2026, 5, 1)): 2})
    full = replace(full, hours={"person:7": {AM: (time(8), time(9))}}, now=datetime(2026, 5, 8, 8, 30))
    placed = Placed(full, {"other": Slot(FRIDAY, PM)})
    cases = [
        Slot(date(2026, 5, 7), AM),
        Slot(date(2026, 5, 10), AM),
        Slot(MONDAY, AM),
        Slot(FRIDAY, PM),
        Slot(FRIDAY, AM),
        Slot(date(2026, 5, 12), AM),
    ]
    silent = [
        rule.__name__ for rule in HARD_RULES if not any(rule(full, placed, TALK, slot) for slot in cases)
    ]
    assert silent == []
