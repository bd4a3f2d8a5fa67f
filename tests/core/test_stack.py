"""Calls deep in the stack ask the system for nothing; those at the end of a piece of it did, each time."""

import resource
import sys
from collections.abc import Callable

from core.stack import in_one_piece, roomy

CALLS = 200


def leaf(one: int, two: int = 0, three: int = 0) -> list[int]:
    return [one + two + three, one - two - three]


def call_at(depth: int) -> None:
    """Call again and again so many frames deeper."""
    if depth:
        call_at(depth - 1)
    else:
        for number in range(CALLS):
            leaf(number)


def most_brought_in(function: Callable[[int], None]) -> int:
    """The pages of memory that the system brings in at the worst of four hundred depths."""
    worst = 0
    for depth in range(400):
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        function(depth)
        worst = max(worst, resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)
    return worst


def begin(depth: int) -> None:
    call_at(depth)


def test_no_depth_makes_calls_dear_in_a_roomy_function():
    assert most_brought_in(roomy(begin)) < CALLS / 2
    if sys.version_info < (3, 13):  # late releases of 3.13 hold a piece back
        assert most_brought_in(begin) >= CALLS


def test_every_request_has_room(settings):
    assert settings.MIDDLEWARE[0] == "core.stack.in_one_piece"
    assert most_brought_in(in_one_piece(begin)) < CALLS / 2


def test_a_roomy_function_is_the_same_function():
    def add(one: int, other: int = 2, *, third: int = 3) -> int:
        return one + other + third + len(names)

    names = ["in a closure"]
    assert roomy(add)(1) == add(1) == 7
    assert roomy(add)(1, 5, third=0) == 7
