"""A workbook as plain values, and the JSON in which the parsing child hands it over. No Django in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

DASHES = frozenset({"—", "——", "-", "--", "－", "–", "―", "/"})  # people write them for an empty cell


class BrokenCell(str):
    """A formula without a value: its text is the error (#REF!), or empty when no result was saved."""

    __slots__ = ()


class QuotedCell(str):
    """A text typed behind a ': it stays as it is, so that a dash is a dash and no empty cell."""

    __slots__ = ()


class MergedRange(NamedTuple):
    """A merged range; rows and columns are 1-based and inclusive."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    def covers(self, row: int, column: int) -> bool:
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column


class Sheet(NamedTuple):
    """One worksheet; `rows` reach as far as cells hold something. Rows and columns count from 1."""

    title: str
    rows: list[list[Any]]
    merges: Sequence[MergedRange] = ()
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()


class Book(NamedTuple):
    """The visible sheets of a file; `hidden_titles` are those that were not looked at."""

    sheets: list[Sheet]
    hidden_titles: Sequence[str] = ()
    counts_from_1904: bool = False


def to_json(book: Book) -> dict[str, Any]:
    """The book as what JSON can hold: a cell that is no text, number or truth becomes [tag, text]."""
    sheets = [
        sheet._asdict() | {"rows": [[_tagged(value) for value in row] for row in sheet.rows]}
        for sheet in book.sheets
    ]
    return book._asdict() | {"sheets": sheets}


def from_json(plain: Mapping[str, Any]) -> Book:
    sheets = [Sheet(**sheet) for sheet in plain["sheets"]]
    whole = [
        sheet._replace(
            rows=[[_untagged(value) for value in row] for row in sheet.rows],
            merges=[MergedRange(*merge) for merge in sheet.merges],
        )
        for sheet in sheets
    ]
    return Book(whole, plain["hidden_titles"], plain["counts_from_1904"])


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
        return ["span", value // timedelta(microseconds=1)]
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
            return timedelta(microseconds=text)
