"""A workbook as plain values, and the JSON in which the parsing child hands it over. No Django in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

DASHES = frozenset({"—", "——", "-", "--", "－", "–", "―", "/"})  # people write them for an empty cell


class BrokenCell(str):
    """A formula without a value: its text is the error (#REF!), or empty when no result was saved."""

    __slots__ = ()


class QuotedCell(str):
    """A text typed behind a ': it stays as it is, so that a dash is a dash and no empty cell."""

    __slots__ = ()


@dataclass(frozen=True)
class MergedRange:
    """A merged range; rows and columns are 1-based and inclusive."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    def covers(self, row: int, column: int) -> bool:
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column


@dataclass(frozen=True)
class Sheet:
    """One worksheet; `rows` reach as far as cells hold something. Rows and columns count from 1."""

    title: str
    rows: list[list[Any]]
    merges: list[MergedRange] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Book:
    """The visible sheets of a file; `hidden_titles` are those that were not looked at."""

    sheets: list[Sheet]
    hidden_titles: list[str] = field(default_factory=list)
    counts_from_1904: bool = False


def to_json(book: Book) -> dict[str, Any]:
    """The book as what JSON can hold: a cell that is no text, number or truth becomes [tag, text]."""
    plain = asdict(book)
    for sheet in plain["sheets"]:
        sheet["rows"] = [[_tagged(value) for value in row] for row in sheet["rows"]]
    return plain


def from_json(plain: Mapping[str, Any]) -> Book:
    sheets = [
        Sheet(
            title=sheet["title"],
            rows=[[_untagged(value) for value in row] for row in sheet["rows"]],
            merges=[MergedRange(**merge) for merge in sheet["merges"]],
            hidden_rows=sheet["hidden_rows"],
            hidden_columns=sheet["hidden_columns"],
        )
        for sheet in plain["sheets"]
    ]
    return Book(sheets, plain["hidden_titles"], plain["counts_from_1904"])


def _tagged(value: Any) -> Any:
    if isinstance(value, BrokenCell):
        return ["broken", str(value)]
    if isinstance(value, QuotedCell):
        return ["quoted", str(value)]
    if isinstance(value, datetime | date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
        return ["moment", moment.isoformat()]
    if isinstance(value, time):
        return ["time", value.isoformat()]
    if isinstance(value, timedelta):
        return ["span", value.total_seconds()]
    if isinstance(value, float) and value - value != 0:  # JSON knows neither infinity nor NaN
        return str(value)
    return value


def _untagged(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    tag, text = value
    match tag:
        case "broken":
            return BrokenCell(text)
        case "quoted":
            return QuotedCell(text)
        case "moment":
            return datetime.fromisoformat(text)
        case "time":
            return time.fromisoformat(text)
        case _:
            return timedelta(seconds=text)
