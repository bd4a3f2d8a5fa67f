"""可服务时段 as a weekly grid, single days and hours of opening, and how sentences say them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, NamedTuple

from core.wording import WEEKDAYS, short_date

HalfDay = tuple[int, str]  # weekday with 0 = Monday; "am" or "pm"
Clock = tuple[time, time]  # from when to when, inside one half of the day
HALVES = {"am": "上午", "pm": "下午"}
BOTH = frozenset(HALVES)
WEEK: frozenset[HalfDay] = frozenset((day, half) for day in range(7) for half in HALVES)
# The two halves of a working day in which joint activities are offered and placed, local time.
HALF_DAYS: Mapping[str, Clock] = {"am": (time(8, 30), time(11, 30)), "pm": (time(14, 30), time(17))}
MIDDAY: Clock = (HALF_DAYS["am"][1], HALF_DAYS["pm"][0])  # no half's own; people eat
NOON = time(12)
BOUNDS_IN_WORDS = {
    "am": "上午在 11:30 前开始，8:30 后结束，最晚到 14:30",
    "pm": "下午在 11:30 或以后开始，14:30 后结束，如 14:30–17:00",
}


class Exceptional(NamedTuple):
    """One half of one day on which the week does not hold."""

    day: date
    half: str
    is_available: bool


@dataclass(frozen=True)
class Hours:
    """When a resource can be had. An empty week is no restriction: any half-day may be asked for.

    `clocks` says, for a half of the week of which only a part is open, from when to when; the same on every
    day. A single day has no hours of its own.
    """

    week: frozenset[HalfDay] = frozenset()
    exceptions: tuple[Exceptional, ...] = ()
    clocks: Mapping[str, Clock] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Any]) -> Hours:
        """The hours that the Availability rows of one resource state.

        Where half-days are only ruled out, the rest of the week is left.
        """
        week: set[HalfDay] = set()
        ruled_out: set[HalfDay] = set()
        exceptions, clocks = [], {}
        for row in rows:
            if row.day is not None:
                exceptions.append(Exceptional(row.day, row.half, row.is_available))
                continue
            (week if row.is_available else ruled_out).add((row.weekday, row.half))
            if row.opens_at is not None:
                clocks[row.half] = row.opens_at, row.closes_at
        left = frozenset(week or WEEK) - ruled_out if week or ruled_out else frozenset()
        return cls(left, tuple(sorted(exceptions)), clocks)

    def __str__(self) -> str:
        """周一至周五全天；上午 9:00–11:00；10-01 周四全天除外."""
        words = [in_words(self.week), clocks_in_words(self.clocks), *self.exceptions_in_words()]
        return "；".join(filter(None, words))

    def exceptions_in_words(self) -> list[str]:
        days: dict[tuple[date, bool], list[str]] = {}
        for row in self.exceptions:
            days.setdefault((row.day, row.is_available), []).append(row.half)
        return [
            f"{short_date(day)}{'全天' if len(halves) == len(HALVES) else HALVES[halves[0]]}"
            f"{'可服务' if is_available else '除外'}"
            for (day, is_available), halves in days.items()
        ]


def opens_half(half: str, clock: Clock) -> bool:
    """Whether hours open a half: they meet its half-day and keep to its side of the midday.

    An evening counts as afternoon: nothing is placed there, but a person may choose it.
    """
    opens, closes = clock
    if half == "am":
        return opens < MIDDAY[0] and HALF_DAYS["am"][0] < closes <= MIDDAY[1]
    return opens >= MIDDAY[0] and closes > MIDDAY[1]


def clock_faults(clocks: Mapping[str, Clock], week: Iterable[HalfDay]) -> Iterator[str]:
    """What is wrong with the hours of a week, in sentences; hours without any week are hours of every day."""
    ticked = {half for _, half in week} or BOTH
    for half, clock in clocks.items():
        label, said = HALVES[half], f"{HALVES[half]} {clock_in_words(clock)}"
        if clock[1] <= clock[0]:
            yield f"{label}的结束时间须晚于开始时间。"
        elif not opens_half(half, clock):
            yield f"{said} 不能作{label}的开放时间，请按 24 小时制填写：{BOUNDS_IN_WORDS[half]}。"
        elif half not in ticked:
            yield f"填了{said}，但没有一天勾选{label}：请勾选有{label}的日子，或清空{label}的时间。"


def clocks_in_words(clocks: Mapping[str, Clock]) -> str:
    """The hours of the halves: 上午 9:00–11:00、下午 14:30–16:00, or 9:00–16:00 where nothing is between."""
    if set(clocks) == BOTH and clocks["am"][1] == clocks["pm"][0]:
        return clock_in_words((clocks["am"][0], clocks["pm"][1]))
    return "、".join(f"{HALVES[half]} {clock_in_words(clocks[half])}" for half in HALVES if half in clocks)


def clock_in_words(clock: Clock) -> str:
    """9:00–16:00."""
    return "–".join(f"{each.hour}:{each.minute:02}" for each in clock)


def in_words(half_days: Iterable[HalfDay]) -> str:
    """The half-days as `reading_of` understands them: 周一至周五全天；周六上午. Empty for none."""
    wanted = set(half_days)
    by_halves = {
        "全天": [day for day in range(7) if {(day, "am"), (day, "pm")} <= wanted],
        "上午": [day for day in range(7) if (day, "am") in wanted and (day, "pm") not in wanted],
        "下午": [day for day in range(7) if (day, "pm") in wanted and (day, "am") not in wanted],
    }
    return "；".join(f"{_days_in_words(days)}{part}" for part, days in by_halves.items() if days)


def _days_in_words(days: list[int]) -> str:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    if len(runs) == 1 and len(days) > 2:
        return f"周{WEEKDAYS[days[0]]}至周{WEEKDAYS[days[-1]]}"
    return "、".join(f"周{WEEKDAYS[day]}" for day in days)
