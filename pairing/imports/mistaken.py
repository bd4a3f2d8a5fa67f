"""Sees that a file is another ledger's: who has six of them picks the wrong page now and then."""

from __future__ import annotations

from core.workbooks.errors import HeadingError
from core.workbooks.headings import headings
from core.workbooks.recognition import Match, match_columns
from core.workbooks.sheets import Book
from pairing.imports.enums import LedgerKind
from pairing.imports.registry import BOOKS, LEDGERS


def check_meant(book: Book, kind: LedgerKind, match: Match | None = None) -> None:
    """Look whether the header in `match`, or any of the book, is wholly another ledger's; the caller has seen
    that it is not wholly `kind`'s.

    Raises:
        HeadingError: when it is, in place of a fault for every row.
    """
    found = [match.heading] if match else [each for sheet in book.sheets for each in headings(sheet)]
    for other in BOOKS.values():
        whole = (not match_columns(each, other.columns).is_doubtful(other.columns) for each in found)
        if other.kind != kind and any(whole):
            raise HeadingError(
                f"这份文件的表头是“{other.title}”的，不是“{LEDGERS[kind].title}”的：请到“{other.title}”那里导入。"
            )
