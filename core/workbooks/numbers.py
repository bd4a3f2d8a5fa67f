"""What the number in a cell means: its format tells a date or a span of time. Runs in the parsing child."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import IO, Any, NamedTuple

from core.workbooks.markup import walk

DAY = 24 * 60 * 60 * 1000  # milliseconds
# By whether days count from 1904.
EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}  # noqa: DTZ001
# Formats that a file need not write out; 27–36 and 50–58 are dates of Chinese Excel, 2025年1月 and the like.
DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)])
SPAN_FORMAT = 46  # [h]:mm:ss
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]', re.IGNORECASE)
DATE = re.compile(r"[dmhys]", re.IGNORECASE)
SPAN = re.compile(r"\[(hh?|mm?|ss?)\]", re.IGNORECASE)


class Format(NamedTuple):
    """What a cell's style says of its value. `is_quoted`: it was typed behind a '."""

    is_date: bool = False
    is_span: bool = False
    is_quoted: bool = False


PLAIN = Format()


def read_formats(source: IO[bytes]) -> list[Format]:
    """The formats of a workbook's styles, in the order in which cells refer to them."""
    codes: dict[int, str] = {}
    formats: list[Format] = []
    kinds: list[str] = []

    def see_format(attributes: dict[str, str]) -> None:
        codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")

    def see_style(attributes: dict[str, str]) -> None:
        if kinds:  # the styles that cells refer to, not those with a name
            quoted = attributes.get("quotePrefix") in {"1", "true"}
            formats.append(_format(int(attributes.get("numFmtId", 0)), codes)._replace(is_quoted=quoted))

    walk(
        source,
        {"numFmt": see_format, "cellXfs": lambda _: kinds.append("cells"), "xf": see_style},
        {"cellXfs": lambda _: kinds.clear()},
    )
    return formats


def _format(key: int, codes: dict[int, str]) -> Format:
    if key not in codes:
        return Format(is_date=key in DATE_FORMATS, is_span=key == SPAN_FORMAT)
    code = LITERAL.sub("", codes[key].split(";")[0])
    return Format(is_date=bool(DATE.search(code)), is_span=bool(SPAN.search(code)))


def number(text: str) -> int | float:
    """Raises:
    ValueError: it is no number.
    """
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def meaning(value: float, kind: Format, counts_from_1904: bool) -> Any:
    """The number itself, or the moment, time of day or span that it stands for.

    Raises:
        ValueError, OverflowError: there is no such day.
    """
    if kind.is_span:
        return timedelta(milliseconds=round(value * DAY))
    return _moment(value, counts_from_1904) if kind.is_date else value


def _moment(value: float, counts_from_1904: bool) -> Any:
    days, rest = divmod(value, 1)
    clock = timedelta(milliseconds=round(rest * DAY))
    if days == 0 and not clock.days:
        return (EPOCHS[True] + clock).time()
    if 0 < value < 60 and not counts_from_1904:  # Excel believes in the 29th of February 1900
        days += 1
    return EPOCHS[counts_from_1904] + timedelta(days=days) + clock
