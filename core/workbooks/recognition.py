"""Which header of a book is a ledger's, and which of its columns is which: by name, synonym or likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from core.workbooks.columns import Column
from core.workbooks.errors import HeadingError, WorkbookError
from core.workbooks.headings import HEADER_ROWS, Heading, header_key, headings
from core.workbooks.sheets import Book
from core.workbooks.values import folded, is_blank

HEADER_SHARE = 0.5  # of the columns a ledger must have; a row with fewer is the header of another table
OWN_SHARE = 0.3  # enough where what tells its rows apart is among them: a name, and somebody's unit
LIKE_ENOUGH = 70  # of 100: from here on a header is offered as a guess
ENDS_ALIKE, HOLDS_IT = 90, 80  # Chinese says last what a thing is: 结对支部名称 is a 名称


@dataclass(frozen=True)
class Match:
    """Which column stands where (0-based). `guessed` ones are merely alike; `doubled` ones stand twice.

    `given` are columns the file does not have, as a person has said: name → the text that holds for all
    rows; an empty one leaves them without.
    """

    heading: Heading
    places: dict[str, int] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()
    doubled: dict[str, list[int]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    @property
    def unused(self) -> list[int]:
        """The labelled columns that are none of the ledger's."""
        used = {*self.places.values(), *(place for places in self.doubled.values() for place in places)}
        return [
            place
            for place, label in enumerate(self.heading.labels)
            if not is_blank(label) and place not in used
        ]

    def missing(self, columns: Sequence[Column]) -> list[Column]:
        """The columns a file must have, and neither this one has nor a person has given."""
        known = {*self.places, *self.doubled, *(name for name, text in self.given.items() if text)}
        waived = {column.name for column in columns if not column.required} & self.given.keys()
        wanted = [column for column in columns if not column.optional and column.name not in waived]
        return [column for column in wanted if column.name not in known]

    def is_doubtful(self, columns: Sequence[Column]) -> bool:
        """Whether a person should look: something was guessed, or a column is missing."""
        return bool(self.guessed or self.missing(columns))


def find_heading(book: Book, columns: Sequence[Column], title: str) -> Match:
    """The sheet and header that know most of the columns; a sheet called `title` wins a tie.

    Raises:
        HeadingError: when no row of the book looks like the ledger's header.
        WorkbookError: when the book is empty.
    """
    if not any(sheet.rows for sheet in book.sheets):
        raise WorkbookError("文件没有数据行：工作表是空的。请填好数据再导入。")
    best: tuple[float, bool, int] = (0, False, 0)
    found: Match | None = None
    for sheet in book.sheets:
        for heading in headings(sheet):
            match = match_columns(heading, columns)
            sure = len(match.places) + len(match.doubled) - len(match.guessed)
            is_named = folded(sheet.title) == folded(title)
            weight = (sure + len(match.guessed) / 2, is_named, heading.first_row - heading.last_row)
            if weight > best:
                best, found = weight, match
    if found is None or not _is_enough(found, columns):
        names = "、".join(column.header for column in columns if not column.optional)
        raise HeadingError(
            f"前 {HEADER_ROWS} 行里没有找到“{title}”的表头，应当有这些列：{names}。可先下载模板对照。"
        )
    return found


def _is_enough(match: Match, columns: Sequence[Column]) -> bool:
    """Whether so many columns were found that this is the ledger: half of the required ones; fewer do when
    those are among them that tell its rows apart."""
    missing = match.missing(columns)
    wanted = [column for column in columns if column.required] or list(columns)
    found = [column for column in wanted if column not in missing]
    own = [column for column in wanted if not column.may_be_given]
    share = OWN_SHARE if own and all(column in found for column in own) else HEADER_SHARE
    return len(found) >= len(wanted) * share


def choose_columns(heading: Heading, places: Mapping[str, int], given: Mapping[str, str]) -> Match:
    """The heading with the columns a person chose for it, and what was given in place of others."""
    width = len(heading.labels)
    there = {name: place for name, place in places.items() if 0 <= place < width}
    return Match(heading, there, given={name: text for name, text in given.items() if name not in there})


def match_columns(heading: Heading, columns: Sequence[Column]) -> Match:
    """Give every column its place: first by its own name, then by a synonym, then by likeness."""
    places: dict[str, int] = {}
    doubled: dict[str, list[int]] = {}
    free = [place for place, keys in enumerate(heading.keys) if keys]
    for column in columns:
        if found := [place for place in free if header_key(column.header) in heading.keys[place]]:
            if len(found) > 1:
                doubled[column.name] = found
            else:
                places[column.name] = found[0]
            free = [place for place in free if place not in found]
    for column in columns:
        if column.name in places or column.name in doubled:
            continue
        synonyms = [header_key(word) for word in column.also]
        by_word = (place for word in synonyms for place in free if word in heading.keys[place])
        if (place := next(by_word, None)) is not None:
            places[column.name] = place
            free.remove(place)
    rest = [column for column in columns if column.name not in places and column.name not in doubled]
    guessed = _guess(heading, rest, free)
    return Match(heading, places | guessed, frozenset(guessed), doubled)


def _guess(heading: Heading, columns: Sequence[Column], free: Sequence[int]) -> dict[str, int]:
    """The likeliest place of each column among the `free` ones, the best pairs first."""
    scored = (
        (_likeness(key, word), place, column.name)
        for column in columns
        for word in map(header_key, (column.header, *column.also))
        for place in free
        for key in heading.keys[place]
    )
    found: dict[str, int] = {}
    for score, place, name in sorted(scored, key=lambda each: -each[0]):
        if score < LIKE_ENOUGH:
            break
        if name not in found and place not in found.values():
            found[name] = place
    return found


def _likeness(key: str, word: str) -> float:
    """How alike a header and a column's name are, 0 to 100."""
    shorter, longer = sorted((key, word), key=len)
    if len(shorter) >= 2 and longer.endswith(shorter):
        return ENDS_ALIKE
    if len(shorter) >= 2 and shorter in longer:
        return HOLDS_IT
    return float(fuzz.ratio(key, word))
