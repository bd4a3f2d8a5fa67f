"""The arrays of the programme say what the hard rules say, slot by slot, and what a slot is worth."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from pairing.activities.scheduling import Placed, ScheduleProblem, refusals
from pairing.activities.scheduling.costs import series_targets, worth
from pairing.activities.scheduling.problem import Slot, window
from pairing.activities.scheduling.program import build
from tests.activities.scheduling.test_solver import problems


@settings(max_examples=30, deadline=None)
@given(problems(most=4))
def test_build_offers_exactly_the_slots_that_no_rule_refuses(problem):
    first, *others = sorted(problem.visits, key=lambda visit: visit.id) or [None]
    if first is None:
        return
    free = [slot for slot in window(first) if not refusals(problem, Placed(problem), first, slot)]
    standing = {first.id: free[0]} if free else {}
    placed, targets = Placed(problem, standing), series_targets(problem)

    program = build(problem, placed, others, targets)

    offered = {
        (others[i].id, Slot.numbered(start)): value
        for i, start, value in zip(program.visit.tolist(), program.start.tolist(), program.value, strict=True)
    }
    expected = {
        (visit.id, slot): worth(visit, slot, targets.get(visit.id))
        for visit in others
        for slot in window(visit)
        if not refusals(problem, placed, visit, slot)
    }
    assert offered == pytest.approx(expected)


def test_build_of_no_visits_is_empty():
    nothing = ScheduleProblem((), frozenset())

    assert build(nothing, Placed(nothing), [], {}).value.size == 0
