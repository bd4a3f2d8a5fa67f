"""One piece of Python's stack for a whole request.

CPython keeps the frames of calls in pieces of 16 KiB. Where a loop happens to stand at the end of a piece,
each call from it asks the system for the next one and gives it back. How often depends on how deep a page
is drawn: a list by the server a hundred times, 3 % of its time, other pages never; under the test runner's
layers 250 times, a fifth. One layer more or less moves it, so every request gets room. Late releases of 3.13
hold one piece back, 3.11 and 3.12 do not: https://github.com/python/cpython/issues/142183.
"""

import inspect
from collections.abc import Callable
from types import FunctionType
from typing import ParamSpec, TypeVar

from core.middleware import GetResponse

P = ParamSpec("P")
R = TypeVar("R")

# A piece is the least 2**k words of eight bytes that hold the frame and a thousand more: here 2**15, of which
# what the frame calls has 15,700, enough for some 400 frames. What is never touched takes no memory.
WORDS = 17_000


def roomy(function: Callable[P, R]) -> Callable[P, R]:
    """Give a copy of a plain function that brings room for the frames of all it calls.

    An exception that is kept keeps its frames: 136 KB for this one. A generator would be as large.
    """
    assert isinstance(function, FunctionType)
    assert not function.__code__.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE)
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
