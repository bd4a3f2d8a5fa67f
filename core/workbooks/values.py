"""How a cell becomes a value: what county offices really type, read generously and never guessed at."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Choices

from core.workbooks.dates import FORM, Aim, Reading, read_day
from core.workbooks.errors import CellError
from core.workbooks.sheets import DASHES, QuotedCell

BLANKS = DASHES | {""}
SEPARATORS = re.compile(r"[、，,；;\n]+")
INVISIBLE = re.compile("[\u200b\u200c\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")
EXACT_NUMBERS = 10**15  # Excel keeps fifteen digits; those behind are noughts
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?e\+?[0-9]+")
UNENDING = "；没有期限的写“长期”"
UNITS = re.compile(r"(大?约)?([0-9,.]+)(余|多)?(人次|人|名|位|户|次|个|场|项)?(左右)?")
CUT = "是被 Excel 截断的号码，请把这一列设为文本格式后重新填写"


class Parser(Protocol):
    """Turns a cell that is not blank into a value; `empty` is the value of a blank one."""

    @property
    def empty(self) -> Any: ...

    def __call__(self, value: Any, reading: Reading) -> Any: ...


def plain(value: object) -> str:
    """The text of a cell without surrounding space of any width and without invisible characters."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return INVISIBLE.sub("", str(value)).replace("\r\n", "\n").strip()


def folded(value: object) -> str:
    """The text with width, case and all spaces levelled: for comparing names, never for storing."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", plain(value))).casefold()


def is_blank(value: object) -> bool:
    return not isinstance(value, QuotedCell) and plain(value) in BLANKS


def shown(value: object) -> str:
    """The cell as its reader sees it, for error lists; long text is cut."""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    text = value.strftime("%H:%M") if isinstance(value, time) else plain(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


@dataclass(frozen=True)
class Text:
    """Text of at most `max_length` characters; line breaks stay only where `multiline`."""

    max_length: int
    multiline: bool = False
    empty: str = ""

    def __call__(self, value: Any, reading: Reading) -> str:
        text = shown(value) if isinstance(value, date | time) else plain(value)
        if isinstance(value, int | float) and abs(value) >= EXACT_NUMBERS:
            raise CellError(CUT)
        if not self.multiline:
            text = re.sub(r"\s*\n\s*", "", text)
        if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in text):
            raise CellError("含有不可见的控制字符，请重新录入这一格")
        if len(text) > self.max_length:
            raise CellError(f"最多 {self.max_length} 个字，现有 {len(text)} 个字，请缩短")
        return text


@dataclass(frozen=True)
class Phone:
    """One or several telephone numbers as text; masked ones and words beside a number are kept."""

    max_length: int = 30
    empty: str = ""

    def __call__(self, value: Any, reading: Reading) -> str:
        text = unicodedata.normalize("NFKC", Text(self.max_length)(value, reading))
        if SCIENTIFIC.fullmatch(folded(text)):
            raise CellError(CUT)
        digits = re.sub(r"[\s-]", "", text)
        if not re.fullmatch(r"\+?[0-9]+", digits):
            return text
        digits = re.sub(r"^\+?(?:0086|86)(?=1[0-9]{10}$)", "", digits)
        if digits.startswith("1") and len(digits) in {10, 12}:
            raise CellError(f"手机号应为 11 位，现有 {len(digits)} 位，请核对")
        return digits if re.fullmatch(r"1[0-9]{10}", digits) else text


@dataclass(frozen=True)
class Whole:
    """A whole number in [minimum, maximum]; numbers typed as text, in full width or with their unit count.

    The words of `unbounded` are read as an empty cell.
    """

    minimum: int = 0
    maximum: int = 999_999_999
    unbounded: tuple[str, ...] = ()
    empty: None = None

    def __call__(self, value: Any, reading: Reading) -> int | None:
        text = folded(value)
        if text in self.unbounded:
            return None
        match = UNITS.fullmatch(text)
        number = _number(match[2] if match else value)
        if number != number.to_integral_value():
            raise CellError("应为整数，请去掉小数")
        return int(_in_range(number, self.minimum, self.maximum))


@dataclass(frozen=True)
class Number:
    """A number in [minimum, maximum] with at most `places` decimals."""

    minimum: int = 0
    maximum: int = 999_999_999_999
    places: int = 2
    empty: None = None

    def __call__(self, value: Any, reading: Reading) -> Decimal:
        number = _in_range(_number(value), self.minimum, self.maximum)
        if number != round(number, self.places):
            raise CellError(f"小数最多 {self.places} 位，请改正")
        return number


@dataclass(frozen=True)
class Day:
    """A local date, moved by the reading's shift. `open_ended` accepts 长期 as no date."""

    open_ended: bool = False
    aim: Aim = Aim.NEAR
    empty: None = None

    def __call__(self, value: Any, reading: Reading) -> date | None:
        try:
            day = read_day(value, folded(value), self.aim, reading)
        except CellError as error:
            raise CellError(f"{error}{UNENDING if self.open_ended else ''}") from error
        if day is None and not self.open_ended:
            raise CellError(f"这里不能写“{plain(value)}”，{FORM}")
        return None if day is None else day + reading.shift


@dataclass(frozen=True)
class Clock:
    """A time of day: a time cell, 9:30, 14：30, 9时30分 or 14点."""

    empty: None = None

    def __call__(self, value: Any, reading: Reading) -> time:
        if isinstance(value, time):
            return value.replace(second=0, microsecond=0)
        if isinstance(value, datetime):
            return value.time().replace(second=0, microsecond=0)
        if isinstance(value, float) and 0 <= value < 1:
            minutes = round(value * 24 * 60) % (24 * 60)
            return time(minutes // 60, minutes % 60)
        match = re.fullmatch(r"(\d{1,2})(?:[:时点](\d{1,2})?分?)(?::\d{1,2})?", folded(value))
        if not match:
            raise CellError("不是时间，请写成 9:30 或 14:30")
        hour, minute = int(match[1]), int(match[2] or 0)
        if hour > 23 or minute > 59:
            raise CellError("一天里没有这个时间，请写成 9:30 或 14:30")
        return time(hour, minute)


@dataclass(frozen=True)
class Label:
    """One of a list of choices by its Chinese label, or by another word.

    The words of `also` are the office's own, written and offered like labels; those of `heard` are merely
    understood, because people write them.
    """

    choices: type[Choices]
    also: Mapping[str, Any] = field(default_factory=dict)
    heard: Mapping[str, Any] = field(default_factory=dict)
    empty: None = None

    def __call__(self, value: Any, reading: Reading) -> Any:
        known = {folded(label): self.choices(choice) for choice, label in self.choices.choices}
        known |= {folded(word): choice for word, choice in {**self.heard, **self.also}.items()}
        found = known.get(folded(value))
        if found is None:
            raise CellError(f"不在可选范围内，可填：{'、'.join(self.words)}")
        return found

    @property
    def words(self) -> list[str]:
        return [*self.also, *(str(label) for label in self.choices.labels)]


@dataclass(frozen=True)
class Several:
    """Several names in one cell, divided by 、 ， , ； ; or a line break, each named once."""

    max_length: int = 100
    empty: tuple[str, ...] = ()

    def __call__(self, value: Any, reading: Reading) -> tuple[str, ...]:
        one = Text(self.max_length)
        parts = (one(part, reading) for part in SEPARATORS.split(plain(value)))
        return tuple(dict.fromkeys(part for part in parts if part not in BLANKS))


def _number(value: Any) -> Decimal:
    if isinstance(value, bool | date | time | timedelta):
        raise CellError("应为数字，请只填数字")
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise CellError("应为数字，请只填数字")
        return Decimal(str(value))
    text = folded(value).replace(",", "")
    if not re.fullmatch(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?", text):
        raise CellError("应为数字，请只填数字")
    return Decimal(text)


def _in_range(number: Decimal, minimum: int, maximum: int) -> Decimal:
    if not minimum <= number <= maximum and minimum > 0 and maximum < 1_000:
        raise CellError(f"须在 {minimum} 到 {maximum} 之间，请改正")
    if number < minimum:
        raise CellError("不能为负数，请改正" if minimum == 0 else f"不能小于 {minimum}，请改正")
    if number > maximum:
        raise CellError(f"不能大于 {maximum}，请改正")
    return number
