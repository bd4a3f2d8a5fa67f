"""The scheduler: sound by an independent check, exact when small, gap-free, even in series, calm."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairing.activities.scheduling import (
    Half,
    Placed,
    ScheduleProblem,
    Slot,
    Visit,
    conflicts,
    refusals,
    solve,
)
from pairing.activities.scheduling.costs import series_targets, worth
from pairing.activities.scheduling.problem import window

MONDAY = date(2026, 3, 2)
AM, PM = Half.AM, Half.PM


def day(number):
    return MONDAY + timedelta(days=number)


def weekdays(each):
    return each.weekday() < 5


subjects = st.frozensets(
    st.sampled_from(["branch:1", "branch:2", "venue:1", "person:1"]), min_size=1, max_size=3
)
slots = st.builds(lambda n, half: Slot(day(n), half), st.integers(0, 13), st.sampled_from(Half))


clocks = st.sampled_from(
    [(time(8, 30), time(11, 30)), (time(8), time(9)), (time(10), time(12)), (time(9), time(9, 45))]
)


@st.composite
def visit_lists(draw, most=7):
    rows = []
    for number in range(draw(st.integers(0, most))):
        release = draw(st.integers(0, 9))
        rows.append(
            Visit(
                id=number,
                subjects=draw(subjects),
                release=day(release),
                deadline=day(release + draw(st.integers(0, 4))),
                length=draw(st.sampled_from([1, 1, 1, 2])),
                weight=draw(st.sampled_from([1.0, 2.0])),
                series_id=draw(st.sampled_from([None, "s"])),
                any_day=draw(st.booleans()),
                any_hours=draw(st.booleans()),
                clocks=draw(st.dictionaries(slots, clocks, max_size=2)),
                preferences=draw(
                    st.dictionaries(
                        st.tuples(st.integers(0, 6), st.sampled_from(Half)), st.just(1.0), max_size=2
                    )
                ),
            )
        )
    return tuple(rows)


def problems(most=7):
    return st.builds(
        ScheduleProblem,
        visits=visit_lists(most),
        working_days=st.just(weekdays),
        busy=st.dictionaries(st.sampled_from(["branch:1", "venue:1"]), st.frozensets(slots, max_size=6)),
        weekly=st.just({"person:1": {(0, AM), (2, PM), (3, AM), (4, PM)}}),
        extra=st.dictionaries(st.just("person:1"), st.frozensets(slots, max_size=3)),
        closed=st.dictionaries(
            st.sampled_from(["branch:2", "person:1"]), st.dictionaries(slots, st.just("维修"), max_size=3)
        ),
        month_caps=st.dictionaries(st.sampled_from(["branch:2", "venue:1"]), st.integers(0, 3)),
        month_counts=st.just({("venue:1", date(2026, 3, 1)): 1}),
        halves=st.just({AM: (time(8, 30), time(11, 30))}),
        hours=st.dictionaries(
            st.sampled_from(["venue:1", "person:1"]), st.dictionaries(st.sampled_from(Half), clocks)
        ),
        now=st.none() | st.datetimes(datetime.combine(day(0), time()), datetime.combine(day(5), time())),
    )


def free_slots(problem, visit, placements=None):
    """Return where the visit may stand beside others, by the rules alone."""
    placed = Placed(problem, placements)
    return [slot for slot in window(visit) if not refusals(problem, placed, visit, slot)]


@settings(max_examples=30, deadline=None)
@given(problems(), st.booleans(), st.dictionaries(st.integers(0, 6), slots, max_size=4))
def test_solve_passes_the_independent_checker_and_leaves_no_gap(problem, fast, wished):
    keep = {visit.id: wished[visit.id] for visit in problem.visits if visit.id in wished}
    schedule = solve(problem, keep=keep, fast=fast)
    assert conflicts(problem, schedule.placements) == []
    left = dict(schedule.unplaced)
    assert {visit.id for visit in problem.visits} == schedule.placements.keys() | left.keys()
    for visit in problem.visits:
        if visit.id in left:
            assert free_slots(problem, visit, schedule.placements) == []
            assert left[visit.id]
    assert schedule.objective <= schedule.bound + 1e-6


def best_by_trying_everything(problem):
    """Return the best objective over every combination of slots – the definition itself."""
    targets = series_targets(problem)
    options = [[None, *free_slots(problem, visit)] for visit in problem.visits]
    best = 0.0
    for choice in product(*options):
        placements = {v.id: slot for v, slot in zip(problem.visits, choice, strict=True) if slot is not None}
        if not conflicts(problem, placements):
            value = sum(
                worth(v, placements[v.id], targets.get(v.id)) for v in problem.visits if v.id in placements
            )
            best = max(best, value)
    return best


@settings(max_examples=25, deadline=None)
@given(problems(most=3))
def test_solve_is_exact_on_small_problems(problem):
    schedule = solve(problem)
    assert schedule.objective == pytest.approx(best_by_trying_everything(problem))
    assert schedule.ratio == pytest.approx(1.0)


@settings(max_examples=10, deadline=None)
@given(problems(most=4))
def test_solve_is_deterministic(problem):
    assert solve(problem) == solve(problem)


@settings(max_examples=20, deadline=None)
@given(problems(), slots)
def test_solve_moves_only_what_an_event_forces(problem, taken):
    before = solve(problem).placements
    busy = {**problem.busy, "branch:1": frozenset({*problem.busy.get("branch:1", ()), taken})}
    after = solve(replace(problem, busy=busy), keep=before)
    hit = {
        visit.id
        for visit in problem.visits
        if visit.id in before
        and "branch:1" in visit.subjects
        and taken in before[visit.id].following(visit.length)
    }
    stayed = {each: slot for each, slot in before.items() if each not in hit}
    assert {each: after.placements[each] for each in stayed} == stayed
    assert {move.visit_id for move in after.moves} == hit
    assert all("已有安排" in move.reason for move in after.moves)


def test_solve_moves_an_announced_visit_as_few_days_as_may_be():
    """Two weeks of free half-days before and after: the next day, not the first one of the window."""
    closed = {"venue:1": {Slot(day(9), AM): "维修", Slot(day(9), PM): "维修"}}
    problem = ScheduleProblem((talk(1),), weekdays, closed=closed)
    assert solve(problem, keep={1: Slot(day(9), AM)}).placements == {1: Slot(day(10), AM)}


def talk(number, **changes):
    base = Visit(
        id=number,
        subjects=frozenset({"branch:1", "venue:1"}),
        release=MONDAY,
        deadline=day(27),
        title=f"普法第{number}讲",
    )
    return replace(base, **changes)


def test_solve_takes_the_earliest_working_half_day():
    schedule = solve(ScheduleProblem((talk(1, release=day(5)),), weekdays))
    assert schedule.placements == {1: Slot(day(7), AM)}


def test_solve_spreads_a_series_evenly():
    visits = tuple(talk(n, series_id="普法进社区") for n in range(4))
    schedule = solve(ScheduleProblem(visits, weekdays))
    starts = sorted(slot.day for slot in schedule.placements.values())
    gaps = [(later - earlier).days for earlier, later in pairwise(starts)]
    assert len(starts) == 4
    assert all(5 <= gap <= 9 for gap in gaps)


def test_solve_keeps_a_visit_placed_anew_apart_from_those_that_stand():
    """Of four evenly spread visits the second was cancelled; asked again it goes back between the others."""
    standing = {"普法进社区": [day(2), day(16), day(23)]}
    problem = ScheduleProblem((talk(2, series_id="普法进社区", release=day(4)),), weekdays, standing=standing)
    assert solve(problem).placements == {2: Slot(day(9), AM)}


def test_solve_prefers_the_half_day_people_like():
    visit = talk(1, deadline=day(4), preferences={(3, PM): 1.0})
    assert solve(ScheduleProblem((visit,), weekdays)).placements == {1: Slot(day(3), PM)}


def test_solve_places_the_weightier_visit_when_only_one_fits():
    light, heavy = talk(1, deadline=MONDAY), talk(2, deadline=MONDAY, weight=2.0)
    labels = {"venue:1": "会议室", "branch:1": "和谐村党支部"}
    problem = ScheduleProblem((light, heavy), weekdays, busy={"venue:1": {Slot(MONDAY, PM)}}, labels=labels)
    schedule = solve(problem)
    assert schedule.placements == {2: Slot(MONDAY, AM)}
    ((unplaced, sentence),) = schedule.unplaced
    assert unplaced == 1
    assert sentence == (
        "2026年3月2日没有共同空闲的半天，例如："
        "和谐村党支部3月2日上午已安排“普法第2讲”；会议室3月2日下午已有安排"
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"deadline": day(-3)}, "完成时限2026年2月27日已经过了；"),
        ({"deadline": day(1)}, "离完成时限2026年3月3日太近，来不及提前通知；"),
        ({"deadline": day(2), "length": 3}, "2026年3月4日放不下连续 3 个半天；"),
        ({"deadline": day(3), "length": 5}, "2026年3月4日至2026年3月5日之间放不下连续 5 个半天；"),
    ],
)
def test_solve_says_of_a_window_without_room_what_to_do(changes, sentence):
    visit = talk(1, release=day(2), **changes)
    schedule = solve(ScheduleProblem((visit,), weekdays, now=datetime.combine(MONDAY, time(8))))
    assert schedule.unplaced == ((1, f"{sentence}请在定单里申请变更，把完成时限改晚"),)


@pytest.mark.parametrize(("fast", "ratio"), [(False, 0.97), (True, 0.93)])
def test_solve_improves_block_by_block_when_there_are_many(fast, ratio):
    """More visits than one programme takes: still sound, and near its own bound."""
    visits = tuple(
        Visit(n, frozenset({f"branch:{n % 110}", f"venue:{n % 53}"}), day(n % 20), day(n % 20 + 12))
        for n in range(620)
    )
    problem = ScheduleProblem(visits, weekdays, month_caps={f"branch:{n}": 4 for n in range(90)})
    schedule = solve(problem, fast=fast)
    assert conflicts(problem, schedule.placements) == []
    assert ratio < schedule.ratio <= 1.0


def test_window_of_a_long_visit_ends_by_its_deadline():
    long = talk(1, deadline=day(1), length=3)
    assert window(long) == [Slot(MONDAY, AM), Slot(MONDAY, PM)]


@settings(max_examples=20, deadline=None)
@given(problems(most=4), st.permutations(range(7)))
def test_solve_is_worth_the_same_under_other_ids(problem, names):
    renamed = tuple(replace(visit, id=f"visit {names[visit.id]}", series_id=None) for visit in problem.visits)
    plain = tuple(replace(visit, series_id=None) for visit in problem.visits)
    other = replace(problem, visits=renamed[::-1])
    assert solve(other).objective == pytest.approx(solve(replace(problem, visits=plain)).objective)
