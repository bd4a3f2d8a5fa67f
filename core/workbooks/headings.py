"""Which rows of a sheet may be the header of a table, in one line or two, and what its columns are called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice

from core.workbooks.sheets import Book, Sheet
from core.workbooks.values import folded, is_blank, shown

HEADER_ROWS = 10  # the header begins within the first ten rows
OFFERED_ROWS = 30  # a person may point further down
OFFERED = 200  # headers that a list of choices holds


@dataclass(frozen=True)
class Heading:
    """The header of one sheet: its rows (1-based, inclusive) and the label of each column in them."""

    sheet: Sheet
    first_row: int
    last_row: int
    labels: list[str]
    keys: list[tuple[str, ...]]  # what each label may be known by

    @property
    def rows_told(self) -> str:
        """Its rows as a person calls them: 第 3 行, 第 3–4 行."""
        rows = f"{self.first_row}–{self.last_row}" if self.last_row > self.first_row else self.first_row
        return f"第 {rows} 行"

    @property
    def shape(self) -> str:
        """A digest of the labels: files with the same one are read alike."""
        return sha256("\n".join(keys[0] if keys else "" for keys in self.keys).encode()).hexdigest()


def headings(sheet: Sheet, rows: int = HEADER_ROWS) -> Iterator[Heading]:
    """Every row among the first `rows` that may be a header, alone and as the upper one of two lines."""
    for number in range(1, min(len(sheet.rows), rows) + 1):
        row = sheet.rows[number - 1]
        yield Heading(
            sheet, number, number, [_label(value) for value in row], [_keys(value) for value in row]
        )
        if number < len(sheet.rows) and _is_two_lines(sheet, number):
            yield _two_lines(sheet, number)


def offered_headings(book: Book) -> list[Heading]:
    """What a person may choose as the header: rows with two labels or more, sheet by sheet."""
    found = (heading for sheet in book.sheets for heading in headings(sheet, OFFERED_ROWS))
    return list(islice((heading for heading in found if sum(map(bool, heading.keys)) > 1), OFFERED))


def header_key(value: object) -> str:
    """A header without width, spaces, remarks in brackets, and the star of a required column."""
    key = folded(value).strip("*")
    return re.sub(r"[(\[【〔].*?[)\]】〕]", "", key).strip("*:") or key


def _is_two_lines(sheet: Sheet, number: int) -> bool:
    """Whether the row below only fills what this one leaves open: under a merged title, or under nothing."""
    upper, lower = sheet.rows[number - 1], sheet.rows[number]
    filled = [place for place, value in enumerate(lower) if not is_blank(value)]
    wide = [place for place in filled if _span_title(sheet, number, place)]
    return bool(wide) and all(place in wide or is_blank(upper[place]) for place in filled)


def _span_title(sheet: Sheet, number: int, place: int) -> str:
    """The text of the merged cell that spans several columns above `place`, if there is one."""
    for merge in sheet.merges:
        is_wide = merge.last_column > merge.first_column and merge.last_row == number
        if is_wide and merge.covers(number, place + 1):
            return _label(sheet.rows[merge.first_row - 1][merge.first_column - 1])
    return ""


def _two_lines(sheet: Sheet, number: int) -> Heading:
    labels, keys = [], []
    for place, (upper, lower) in enumerate(zip(sheet.rows[number - 1], sheet.rows[number], strict=True)):
        above, below = _span_title(sheet, number, place) or _label(upper), _label(lower)
        labels.append(f"{above}{below}" if below else above)
        if is_blank(below):
            keys.append(_keys(above))
        else:
            keys.append(tuple(dict.fromkeys(header_key(text) for text in (above + below, below))))
    return Heading(sheet, number, number + 1, labels, keys)


def _keys(value: object) -> tuple[str, ...]:
    return () if is_blank(value) else (header_key(value),)


def _label(value: object) -> str:
    return shown(value).replace("\n", "")
