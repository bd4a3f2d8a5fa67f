"""One piece of Python's stack for a whole request.

CPython keeps the frames of calls in pieces of 16 KiB. Where a loop happens to stand at the end of a piece,
each call from it asks the system for the next one and gives it back. A page goes through so many layers that
it did so some 250 times, which took a sixth of the time of its answer. Python 3.14 holds one piece back:
https://github.com/python/cpython/issues/142183.
"""

from collections.abc import Callable
from types import FunctionType
from typing import ParamSpec, TypeVar

from core.middleware import GetResponse

P = ParamSpec("P")
R = TypeVar("R")

# A frame that wants more than half of 2**k words gets a piece of 2**k; what it calls has the rest of it, here
# of 2**15 words of eight bytes 15,000, enough for some 400 frames. What is never touched costs no memory.
WORDS = 17_000


def roomy(function: Callable[P, R]) -> Callable[P, R]:
    """Give a copy of a plain function that brings room for the frames of all it calls."""
    assert isinstance(function, FunctionType)
    room = FunctionType(
        function.__code__.replace(co_stacksize=WORDS),
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    room.__kwdefaults__ = function.__kwdefaults__
    return room


def in_one_piece(get_response: GetResponse) -> GetResponse:
    """Answer a request within one piece of the stack; the outermost middleware."""
    return roomy(lambda request: get_response(request))
