"""可服务时间 in words, read as half-days and hours: `工作日9:00-16:00、周六上午`.

A reading is certain when every word of the text was understood and only one grid can be meant. Anything else
is a suggestion for a person to confirm, and is never taken over by an import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time

from core.wording import WEEKDAYS
from core.workbooks.values import folded
from ledgers.hours import BOTH, HALVES, NOON, Clock, HalfDay, opens_half

WORKDAYS, WEEKEND, EVERY_DAY = range(5), range(5, 7), range(7)
MIDNIGHT = 24
LATEST_TWELVE_HOUR = 7  # 下午7点 is 19:00; nobody calls 20:00 下午8点, so that 下午9:00 is a slip

_DAY = r"(?:每?(?:周|星期|礼拜))"
_MINUTES = r"(?::[0-5]?\d|[时点](?:[0-5]?\d分?|半)?)?"
_WORDS = re.compile(
    rf"(?P<range>{_DAY}(?P<first>[一二三四五六日天])[至到\-—–~](?:周|星期|礼拜)?(?P<last>[一二三四五六日天]))"
    rf"|(?P<list>{_DAY}[一二三四五六日天](?:[、,和及与]?(?:{_DAY})?[一二三四五六日天])*)"
    r"|(?P<workdays>工作日|上班时间)|(?P<weekend>周末|双休日)|(?P<daily>每天|每日|天天)"
    r"|(?P<half>上午|下午|全天|整天)"
    rf"|(?P<opens>\d{{1,2}}{_MINUTES})[至到\-—–~](?P<until>上午|下午)?(?P<closes>\d{{1,2}}{_MINUTES})"
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


@dataclass
class _Group:
    """Days with the parts of the day and the hours named behind them; no part is the whole day."""

    days: set[int]
    halves: set[str] = field(default_factory=set)
    named: frozenset[str] = frozenset()  # what the last word for a part of the day stood for
    clocks: list[tuple[str, Clock]] = field(default_factory=list)

    def name(self, halves: frozenset[str]) -> None:
        self.halves |= halves
        self.named = halves

    def take_hours(self, match: re.Match[str]) -> bool:
        """Take in hours; whether nothing else can be meant by them.

        They are in doubt when they cannot be, open no half of the day, or belie the half named last.
        """
        first = self.named
        if match["until"]:
            self.name(_named(match["until"]))
        try:
            parts = _parts(_clock(match["opens"], first), _clock(match["closes"], self.named))
        except ValueError:
            return False
        self.halves |= parts.keys()
        self.clocks += parts.items()
        return bool(parts) and (not first or parts.keys() == first | self.named)

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
            is_certain &= groups[-1].take_hours(match)
        elif halves := _named(match["half"]):
            if groups:
                groups[-1].name(halves)
            else:
                is_certain = False  # a part of no named day
        elif not (match["join"] or match["nothing"]):
            is_certain = False
    half_days = frozenset(each for group in groups for each in group.half_days())
    if not half_days:
        return None
    clocks, is_one = _clocks(groups)
    return Reading(half_days, is_certain and is_one and not _is_ambiguous(groups), clocks)


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


def _named(word: str | None) -> frozenset[str]:
    """The halves of the day that a word stands for."""
    if word in ("全天", "整天"):
        return BOTH
    return frozenset(half for half, label in HALVES.items() if label == word)


def _clock(text: str, named: frozenset[str]) -> time:
    """A time as it is written; after 下午, 2点 is 14:00."""
    hour, minute = re.match(r"(\d+)\D*(\d*)", text).groups()  # type: ignore[union-attr]  # begins with a digit
    if int(hour) == MIDNIGHT:
        return time(23, 59)
    is_later = named == {"pm"} and int(hour) <= LATEST_TWELVE_HOUR
    return time(int(hour) + 12 * is_later, 30 if "半" in text else int(minute or 0))


def _parts(opens: time, closes: time) -> dict[str, Clock]:
    """The hours of each half open from `opens` to `closes`, parted at noon; none for a midday alone."""
    if closes <= opens:
        raise ValueError(f"{opens} is not before {closes}")
    whole = {half: (opens, closes) for half in HALVES if opens_half(half, (opens, closes))}
    if whole or not opens < NOON < closes:
        return whole
    parted = {"am": (opens, NOON), "pm": (NOON, closes)}
    return {half: part for half, part in parted.items() if opens_half(half, part)}


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
