"""Opens an upload again at each step: where its ledger stands, by hand, by what was settled, or by guess."""

from __future__ import annotations

from typing import NamedTuple

from branches.models import User
from core.workbooks.errors import HeadingError
from core.workbooks.headings import Heading, offered_headings
from core.workbooks.opening import open_book
from core.workbooks.recognition import Match, find_heading, match_columns
from core.workbooks.sheets import Book
from pairing.imports.enums import LedgerKind
from pairing.imports.registry import LEDGERS
from pairing.imports.selectors import settled_match
from pairing.imports.uploads import Upload, upload_load


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


def upload_open(
    *, user: User, kind: LedgerKind, token: str, header: str = "", by_hand: bool = False
) -> Opened:
    """Parse the upload of a token and say where its ledger stands.

    `header` is the place, as an address has it, of a header offered; without it, what was settled
    holds, or the guess. Where a person looks on `by_hand` and nothing can be guessed, the fullest row
    is shown.

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
    if settled := settled_match(user, kind, offered, ledger.columns, upload.name):
        return Opened(upload, book, offered, settled)
    try:
        match = find_heading(book, ledger.columns, ledger.title)
    except HeadingError:
        if not (by_hand and offered):
            raise
        fullest = max(offered, key=lambda heading: sum(map(bool, heading.keys)))
        match = match_columns(fullest, ledger.columns)
    return Opened(upload, book, offered, match)
