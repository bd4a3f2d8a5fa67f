"""可服务时间 between words and half-days: `工作日9:00-16:00、周六上午` ⇄ a weekly grid and hours of opening.

A reading is certain when every word of the text was understood and only one grid can be meant. Anything else
is a suggestion for a person to confirm, and is never taken over by an import.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, NamedTuple

from core.wording import WEEKDAYS, short_date
from core.workbooks.values import folded

HalfDay = tuple[int, str]  # weekday with 0 = Monday; "am" or "pm"
Clock = tuple[time, time]  # from when to when, inside one half of the day
HALVES = {"am": "上午", "pm": "下午"}
BOTH = frozenset(HALVES)
WEEK: frozenset[HalfDay] = frozenset((day, half) for day in range(7) for half in HALVES)
WORKDAYS, WEEKEND, EVERY_DAY = range(5), range(5, 7), range(7)
NOON, MIDNIGHT = 12, 24

_DAY = r"(?:每?(?:周|星期|礼拜))"
_MINUTES = r"(?::[0-5]?\d|[时点](?:[0-5]?\d分?|半)?)?"
_WORDS = re.compile(
    rf"(?P<range>{_DAY}(?P<first>[一二三四五六日天])[至到\-—–~](?:周|星期|礼拜)?(?P<last>[一二三四五六日天]))"
    rf"|(?P<list>{_DAY}[一二三四五六日天](?:[、,和及与]?(?:{_DAY})?[一二三四五六日天])*)"
    r"|(?P<workdays>工作日|上班时间)|(?P<weekend>周末|双休日)|(?P<daily>每天|每日|天天)"
    r"|(?P<am>上午)|(?P<pm>下午)|(?P<both>全天|整天)"
    rf"|(?P<opens>\d{{1,2}}{_MINUTES})[至到\-—–~](?P<closes>\d{{1,2}}{_MINUTES})"
    r"|(?P<join>[,、;和及与])"
    r"|(?P<nothing>[。.:()]|均可|都可以?|可以|(?:法定)?节假日除外"
    r"|[请需须]?提前[一二两三四五六七八九十\d]*个?(?:天|日|工作日|小时)?(?:预约|联系|告知|通知))"
    r"|(?P<unread>.)"
)


@dataclass(frozen=True)
class Reading:
    """The half-days a text speaks of, the hours of each half, and whether nothing else can be meant."""

    half_days: frozenset[HalfDay]
    is_certain: bool
    clocks: Mapping[str, Clock] = field(default_factory=dict)


class Exceptional(NamedTuple):
    """One half of one day on which the week does not hold."""

    day: date
    half: str
    is_available: bool


@dataclass(frozen=True)
class Hours:
    """When a resource can be had. An empty week is no restriction: any half-day may be asked for.

    `clocks` says, for a half of which only a part is open, from when to when; the same on every day.
    """

    week: frozenset[HalfDay] = frozenset()
    exceptions: tuple[Exceptional, ...] = ()
    clocks: Mapping[str, Clock] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Any]) -> Hours:
        """The hours that the Availability rows of one resource state.

        Where half-days are only ruled out, the rest of the week is left.
        """
        week, ruled_out, exceptions, clocks = set(), set(), [], {}
        for row in rows:
            if row.opens_at is not None:
                clocks[row.half] = row.opens_at, row.closes_at
            if row.day is not None:
                exceptions.append(Exceptional(row.day, row.half, row.is_available))
            elif row.weekday is not None:
                (week if row.is_available else ruled_out).add((row.weekday, row.half))
        left = (week or WEEK) - ruled_out if week or ruled_out else frozenset()
        return cls(frozenset(left), tuple(sorted(exceptions)), clocks)

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


@dataclass
class _Group:
    """Days with the parts of the day and the hours named behind them; no part is the whole day."""

    days: set[int]
    halves: set[str] = field(default_factory=set)
    clocks: list[tuple[str, Clock]] = field(default_factory=list)

    def add(self, opens: time, closes: time) -> None:
        """Take in hours, split at noon; after a 下午 they are read on the twelve-hour clock."""
        if self.halves == {"pm"} and closes.hour <= NOON:
            opens, closes = _later(opens), _later(closes)
        if closes <= opens:
            raise ValueError(f"{opens} is not before {closes}")
        noon = time(NOON)
        reaches_afternoon = closes.hour > NOON
        if opens.hour < NOON:
            self.clocks.append(("am", (opens, noon if reaches_afternoon else closes)))
        if reaches_afternoon:
            self.clocks.append(("pm", (max(opens, noon), closes)))
        self.halves |= {half for half, _ in self.clocks}

    def half_days(self) -> Iterator[HalfDay]:
        return ((day, half) for day in self.days for half in self.halves or BOTH)


def reading_of(text: str) -> Reading | None:
    """The weekly half-days a text speaks of; None when it names no day of the week."""
    groups: list[_Group] = []
    is_certain = True
    for match in _WORDS.finditer(folded(text)):
        if days := _days(match):
            groups.append(_Group(days))
        elif match["opens"] and groups:
            is_certain &= _take_hours(groups[-1], match)
        elif halves := _halves(match):
            if groups:
                groups[-1].halves |= halves
            else:
                is_certain = False  # a part of no named day
        elif not (match["join"] or match["nothing"]):
            is_certain = False
    half_days = frozenset(each for group in groups for each in group.half_days())
    if not half_days:
        return None
    clocks, is_one = _clocks(groups)
    return Reading(half_days, is_certain and is_one and not _is_ambiguous(groups), clocks)


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
        "全天": [day for day in EVERY_DAY if {(day, "am"), (day, "pm")} <= wanted],
        "上午": [day for day in EVERY_DAY if (day, "am") in wanted and (day, "pm") not in wanted],
        "下午": [day for day in EVERY_DAY if (day, "pm") in wanted and (day, "am") not in wanted],
    }
    return "；".join(f"{_days_in_words(days)}{part}" for part, days in by_halves.items() if days)


def _days(match: re.Match[str]) -> set[int]:
    if match["range"]:
        first, last = _weekday(match["first"]), _weekday(match["last"])
        return set(range(first, last + 1)) if first <= last else {*range(first, 7), *range(last + 1)}
    if match["list"]:
        return {_weekday(char) for char in match["list"] if char in f"{WEEKDAYS}天"}
    named = {"workdays": WORKDAYS, "weekend": WEEKEND, "daily": EVERY_DAY}
    return {day for name, days in named.items() if match[name] for day in days}


def _weekday(char: str) -> int:
    return WEEKDAYS.index("日" if char == "天" else char)


def _halves(match: re.Match[str]) -> frozenset[str]:
    if match["both"]:
        return BOTH
    return frozenset(half for half in HALVES if match[half])


def _take_hours(group: _Group, match: re.Match[str]) -> bool:
    """Whether the hours that were found can be hours, and are in the group now."""
    try:
        group.add(_clock(match["opens"]), _clock(match["closes"]))
    except ValueError:
        return False
    return True


def _clock(text: str) -> time:
    hour, minute = re.match(r"(\d+)\D*(\d*)", text).groups()  # type: ignore[union-attr]  # begins with a digit
    if int(hour) == MIDNIGHT:
        return time(23, 59)
    return time(int(hour), 30 if "半" in text else int(minute or 0))


def _later(clock: time) -> time:
    """The same reading of the clock after noon."""
    return clock if clock.hour >= NOON else clock.replace(hour=clock.hour + NOON)


def _clocks(groups: list[_Group]) -> tuple[dict[str, Clock], bool]:
    """The hours of each half, and whether all the days that have it agree on them."""
    found = dict(clock for group in reversed(groups) for clock in reversed(group.clocks))
    is_one = all(
        [clock for name, clock in group.clocks if name == half] == [found[half]]
        for half in found
        for group in groups
        if half in (group.halves or BOTH)
    )
    return found, is_one


def _is_ambiguous(groups: list[_Group]) -> bool:
    """工作日及周六上午: whether the morning is meant of the days before, too, cannot be known."""
    return any(not group.halves for group in groups[:-1]) and any(group.halves for group in groups)


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
