"""Dates as county offices write them: 2026.3, 10月底前, 下半年, 长期, Excel's day numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from core.periods import YEARS, month_end
from core.workbooks.errors import CellError

SERIALS = (20_000, 73_050)  # Excel day numbers from 1954 to 2100
FORM = "请写成 2025-01-09 或 2025年1月9日"
OPEN_END = frozenset(
    ["长期", "长期有效", "长期坚持", "常年", "持续", "无", "无期限", "无限期", "不限", "不限期"]
)
TODAY = frozenset({"今天", "今日", "当天", "当日"})

TAIL = r"(?P<tail>底|末|底前|末前|前|之前|以前|底之前|底以前|内|止)?"
YEAR = r"(?:(?P<year>\d{4})年|(?P<word>去年|今年|本年|明年)的?)?"
DAY = re.compile(rf"{YEAR}(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})[日号]?{TAIL}")
MONTH = re.compile(rf"{YEAR}(?P<month>\d{{1,2}})月份?(?P<third>上旬|中旬|下旬|初)?{TAIL}")
PART = re.compile(rf"{YEAR}(?P<part>上半年|下半年|第?[一二三四1234]季度|年|全年)?{TAIL}")
THIS_MONTH = re.compile(rf"(?P<which>本|当|下|下个)?月(?P<third>上旬|中旬|下旬|初)?{TAIL}")
SIGNS = re.compile(
    rf"(?P<year>\d{{4}})(?P<sign>[-./])(?P<month>\d{{1,2}})(?:(?P=sign)(?P<day>\d{{1,2}}))?{TAIL}"
)
WITH_TIME = re.compile(r"(\d{4}[-./]\d{1,2}[-./]\d{1,2})t?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
AMBIGUOUS = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")
THIRDS = {"上旬": (1, 10), "初": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
QUARTERS = {sign: number for number, signs in enumerate(("一1", "二2", "三3", "四4")) for sign in signs}
WORDS = {"去年": -1, "今年": 0, "本年": 0, "明年": 1}


class Aim(Enum):
    """What a column's dates are, which decides the day of a month and the year where none is written."""

    PAST = "past"  # has happened: the first day, in the latest year that is not ahead of today
    NEAR = "near"  # the first day, in the year nearest to today
    END = "end"  # a deadline: the last day, in the year nearest to today


@dataclass(frozen=True)
class Reading:
    """How the cells of one file are to be taken.

    Args:
        epoch: the first day of the file's date system.
        shift: by how much its dates are moved.
        as_of: the day, before that move, from which a date without a year is read; None refuses those.
        assumed: gathers a sentence for each date whose year was not written.
    """

    epoch: datetime = WINDOWS_EPOCH
    shift: timedelta = timedelta(0)
    as_of: date | None = None
    assumed: list[str] = field(default_factory=list)


def read_day(value: Any, text: str, aim: Aim, reading: Reading) -> date | None:
    """The date of a cell, not yet moved; `text` is its folded text. None for 长期.

    Raises:
        CellError: when it is no date, or could be more than one.
    """
    if isinstance(value, datetime | date):
        return _plausible(value.date() if isinstance(value, datetime) else value)
    if isinstance(value, bool | time | timedelta):
        raise CellError(f"不是日期，{FORM}")
    if isinstance(value, float) and not value.is_integer() and YEARS.start <= value < YEARS.stop:
        return _from_year_point_month(value, aim)
    if text in OPEN_END:
        return None
    if text in TODAY:
        return _today(reading)
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        return _from_serial(float(text), reading)
    return _plausible(_from_text(text, aim, reading))


def _from_serial(value: float, reading: Reading) -> date:
    if not SERIALS[0] <= value <= SERIALS[1]:
        raise CellError(f"不是日期，{FORM}")
    return from_excel(value, epoch=reading.epoch).date()


def _from_year_point_month(value: float, aim: Aim) -> date:
    """2026.3 in a number cell is March; 2026.1 may have been 2026.10 before Excel dropped the zero."""
    year, _, month = f"{value:.2f}".rstrip("0").partition(".")
    if month == "1":
        raise CellError(
            f"可能是 {year} 年 1 月，也可能是 10 月（Excel 会去掉末尾的 0），请写成 {year}-01 或 {year}-10"
        )
    return _day_of_month(int(year), int(month), aim is Aim.END)


def _from_text(text: str, aim: Aim, reading: Reading) -> date:
    if match := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        return _valid(int(match[1]), int(match[2]), int(match[3]))
    if match := WITH_TIME.fullmatch(text):
        text = match[1]
    for pattern, read in READERS:
        if match := pattern.fullmatch(text):
            return read(match.groupdict(), aim, reading)
    if AMBIGUOUS.fullmatch(text):
        raise CellError(f"日期有歧义，分不清年月日的先后，{FORM}")
    raise CellError(f"不是日期，{FORM}")


def _read_signs(parts: dict[str, Any], aim: Aim, reading: Reading) -> date:
    year, month = int(parts["year"]), int(parts["month"])
    if parts["day"]:
        return _valid(year, month, int(parts["day"]))
    return _day_of_month(year, month, _is_end(parts, aim))


def _read_day(parts: dict[str, Any], aim: Aim, reading: Reading) -> date:
    month, day = int(parts["month"]), int(parts["day"])
    return _in_year(parts, aim, reading, lambda year: _valid(year, month, day))


def _read_month(parts: dict[str, Any], aim: Aim, reading: Reading) -> date:
    month, third, is_end = int(parts["month"]), parts["third"], _is_end(parts, aim)
    return _in_year(parts, aim, reading, lambda year: _third_of_month(year, month, third, is_end))


def _read_part(parts: dict[str, Any], aim: Aim, reading: Reading) -> date:
    """Halves, quarters and whole years; without a year those of today's."""
    part, is_end = parts["part"] or "", _is_end(parts, aim)
    if not (part or ((parts["year"] or parts["word"]) and parts["tail"])):
        raise CellError(f"只有年份，不是日期，{FORM}")
    if part == "年" and not parts["tail"]:
        raise CellError(f"不是日期，{FORM}")
    first, last = _months_of(part)
    year = int(parts["year"]) if parts["year"] else _today(reading).year + WORDS.get(parts["word"], 0)
    day = _day_of_month(year, last if is_end else first, is_end)
    if not parts["year"]:
        reading.assumed.append(day.isoformat())
    return day


def _months_of(part: str) -> tuple[int, int]:
    if part == "上半年":
        return 1, 6
    if part == "下半年":
        return 7, 12
    if part.endswith("季度"):
        quarter = QUARTERS[part[-3]]
        return quarter * 3 + 1, quarter * 3 + 3
    return 1, 12


def _read_this_month(parts: dict[str, Any], aim: Aim, reading: Reading) -> date:
    if not (parts["which"] or parts["tail"] or parts["third"]):
        raise CellError(f"不是日期，{FORM}")
    today = _today(reading)
    months = today.year * 12 + today.month - 1 + ("下" in (parts["which"] or ""))
    day = _third_of_month(months // 12, months % 12 + 1, parts["third"], _is_end(parts, aim))
    reading.assumed.append(day.isoformat())
    return day


READERS: tuple[tuple[re.Pattern[str], Callable[[dict[str, Any], Aim, Reading], date]], ...] = (
    (SIGNS, _read_signs),
    (DAY, _read_day),
    (MONTH, _read_month),
    (THIS_MONTH, _read_this_month),
    (PART, _read_part),
)


def _in_year(parts: dict[str, Any], aim: Aim, reading: Reading, build: Callable[[int], date]) -> date:
    """The date in the year written, or in the one its aim asks for."""
    if parts["year"]:
        return build(int(parts["year"]))
    today = _today(reading)
    if parts["word"]:
        return build(today.year + WORDS[parts["word"]])
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(build(year))
        except CellError:  # the 29th of February stands in one year of four
            continue
    if aim is Aim.PAST:
        found = [day for day in found if day <= today]
    if not found:
        raise CellError(f"日历上没有这一天，{FORM}")
    day = max(found) if aim is Aim.PAST else min(found, key=lambda day: abs(day - today))
    reading.assumed.append(day.isoformat())
    return day


def _today(reading: Reading) -> date:
    if reading.as_of is None:
        raise CellError(f"日期没有年份，{FORM}")
    return reading.as_of


def _is_end(parts: dict[str, Any], aim: Aim) -> bool:
    return aim is Aim.END or bool(parts["tail"])


def _third_of_month(year: int, month: int, third: str | None, is_end: bool) -> date:
    if not third:
        return _day_of_month(year, month, is_end)
    first, last = THIRDS[third]
    if is_end and third == "下旬":
        return _day_of_month(year, month, is_end)
    return _valid(year, month, last if is_end else first)


def _day_of_month(year: int, month: int, is_end: bool) -> date:
    first = _valid(year, month, 1)
    return month_end(first.year, first.month) if is_end else first


def _valid(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise CellError(f"日历上没有这一天，{FORM}") from error


def _plausible(day: date) -> date:
    if day.year not in YEARS:
        raise CellError(f"年份 {day.year} 不合理，{FORM}")
    return day
