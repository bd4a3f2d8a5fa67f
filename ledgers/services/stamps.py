"""Which writing of a row a form was opened at, so that no save wipes out what somebody else saved."""

from __future__ import annotations

from core.errors import StaleVersionError
from core.models import TimeStampedModel


def stamp(row: TimeStampedModel) -> str:
    """The moment `row` was last written, to the microsecond; another one after every writing."""
    return row.updated_at.isoformat()


def refuse_newer(row: TimeStampedModel, seen: str) -> None:
    """Refuse to write over a locked row that is not as it was `seen`; a blank stamp asks nothing.

    Raises:
        StaleVersionError: when it was written since.
    """
    if seen and seen != stamp(row):
        raise StaleVersionError("您打开之后有人改过这一条，这次没有保存。")
