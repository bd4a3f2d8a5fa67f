"""Opens an upload again at each step: as it was shown, or by hand, memory or guess."""

from __future__ import annotations

from typing import Any, NamedTuple

from branches.models import User
from core.workbooks.errors import HeadingError
from core.workbooks.headings import OFFERED_ROWS, Heading, headings, offered_headings
from core.workbooks.opening import open_book
from core.workbooks.recognition import Match, find_heading, match_columns
from core.workbooks.sheets import Book
from pairing.imports.enums import LedgerKind
from pairing.imports.mistaken import check_meant
from pairing.imports.registry import LEDGERS
from pairing.imports.selectors import settled_match
from pairing.imports.uploads import Upload, upload_load, upload_sealed


class Opened(NamedTuple):
    """A parsed upload: `match` is what was settled by a person, or a guess; `offered` are the others."""

    upload: Upload
    book: Book
    offered: list[Heading]
    match: Match

    @property
    def place(self) -> int | None:
        """Where the header in use stands among those offered."""
        heading = self.match.heading
        return self.offered.index(heading) if heading in self.offered else None

    def sealed(self, match: Match | None = None) -> Upload:
        """The upload to be read just so at every later step, by `match` or as it was opened."""
        match = match or self.match
        heading = match.heading
        reading = {
            "heading": [heading.sheet.title, heading.first_row, heading.last_row],
            "places": match.places,
            "guessed": sorted(match.guessed),
            "doubled": match.doubled,
            "given": match.given,
        }
        return upload_sealed(self.upload, reading)


def upload_open(
    *, user: User, kind: LedgerKind, token: str, header: str = "", by_hand: bool = False
) -> Opened:
    """Parse the upload of a token and say where its ledger stands.

    `header` is the place, as an address has it, of a header offered; without it, how it was shown holds, else
    what was settled for files like it, else the guess. Where a person looks on `by_hand` and nothing can be
    guessed, the fullest row is shown.

    Raises:
        HeadingError: when neither a choice nor a guess says which row is the header.
        DomainError: when the upload is not this person's, or cannot be read.
    """
    upload, ledger = upload_load(user=user, kind=kind, token=token), LEDGERS[kind]
    book = open_book(upload.content)
    offered = offered_headings(book)
    chosen = {str(place): heading for place, heading in enumerate(offered)}.get(header)
    if chosen is not None:
        return Opened(upload, book, offered, match_columns(chosen, ledger.columns))
    if upload.reading:
        return Opened(upload, book, offered, _shown(book, upload.reading))
    if settled := settled_match(user, kind, offered):
        return Opened(upload, book, offered, settled)
    try:
        match = find_heading(book, ledger.columns, ledger.title)
    except HeadingError:
        if not by_hand:
            check_meant(book, kind)
        if not (by_hand and offered):
            raise
        fullest = max(offered, key=lambda heading: sum(map(bool, heading.keys)))
        match = match_columns(fullest, ledger.columns)
    return Opened(upload, book, offered, match)


def _shown(book: Book, reading: dict[str, Any]) -> Match:
    """How the same book was read before."""
    found = (heading for sheet in book.sheets for heading in headings(sheet, OFFERED_ROWS))
    place = tuple(reading["heading"])
    heading = next(h for h in found if (h.sheet.title, h.first_row, h.last_row) == place)
    return Match(
        heading, reading["places"], frozenset(reading["guessed"]), reading["doubled"], reading["given"]
    )
