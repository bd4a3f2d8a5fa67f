"""What a bench is asked and what it answers, and how things are measured."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Self

MEGABYTE = 1024  # kilobytes


@dataclass(frozen=True, slots=True)
class Options:
    """How a bench is run.

    `large` adds the sizes that take minutes, `seed` chooses the counties, `most` bounds lists of activities.
    """

    large: bool = False
    seed: int = 2026
    most: int = 50_000


@dataclass(frozen=True, slots=True)
class Result:
    """One figure of a bench; `goal` is empty where nothing is promised. `detail` must be JSON-safe."""

    bench: str
    case: str
    value: float
    goal: str = ""
    ok: bool = True
    detail: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def at_least(cls, bench: str, case: str, value: float, limit: float, **detail: Any) -> Self:
        """A figure that shall not fall below `limit`."""
        return cls(bench, case, value, f"≥ {limit:g}", value >= limit, detail)

    @classmethod
    def at_most(cls, bench: str, case: str, value: float, limit: float, **detail: Any) -> Self:
        """A figure that shall not rise above `limit`."""
        return cls(bench, case, value, f"≤ {limit:g}", value <= limit, detail)

    @classmethod
    def figure(cls, bench: str, case: str, value: float, **detail: Any) -> Self:
        """A figure that is only told."""
        return cls(bench, case, value, detail=detail)

    def line(self) -> str:
        """Return the result as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def race(
    *calls: Callable[[], Any], times: int = 3, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Return each call's median time; they take turns, so that a busy moment hits all of them.

    Args:
        clock: what time is read from: `time.process_time`, `database.work` or the wall. On a computer that
            others use too, the first two measure the program and the wall measures its neighbours.
    """
    spent: list[list[float]] = [[] for _ in calls]
    for _ in range(times):
        for call, rounds in zip(calls, spent, strict=True):
            started = clock()
            call()
            rounds.append(clock() - started)
    return [median(rounds) for rounds in spent]


def peak_memory(call: Callable[..., Any], *arguments: Any) -> float:
    """Return the megabytes a fresh process holds at most while it makes one (picklable) call."""
    return in_new_process(call, *arguments)[0]


def in_new_process(call: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Make one (picklable) call in a fresh process; return the megabytes it held at most, and its answer."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_peak, (call, arguments))


def _peak(call: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[float, Any]:
    answer = call(*arguments)
    return _most_held(), answer


def _most_held() -> float:
    """The most megabytes this process has held. Not ru_maxrss: a new program inherits that of its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / MEGABYTE
