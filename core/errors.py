"""Errors that are safe to show: each message is a Chinese sentence with what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class DomainError(Exception):
    """A refusal a user can act on. `field` names the form field it belongs to, if any."""

    status = 409

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


def refuse(blockers: Sequence[str]) -> None:
    """Raise the first of the reasons why a step cannot be taken, if there is one.

    Raises:
        DomainError: when there is one.
    """
    if blockers:
        raise DomainError(blockers[0])


class TransitionError(DomainError):
    """The thing is in a state from which the wanted step is not possible."""


class ConflictError(DomainError):
    """Something else holds what was asked for: a capacity, a time slot, a unique place."""


class StaleVersionError(ConflictError):
    """Somebody saved a newer version while this one was being edited."""


class RowError(NamedTuple):
    """One fault of an imported file. `row` is the sheet's own row number (1-based), `column` the header."""

    sheet: str
    row: int
    column: str
    value: str
    reason: str


class ImportRejected(DomainError):  # noqa: N818  the word that documents and demo use for it
    """A file with faults; nothing of it was written."""

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(f"文件有 {len(errors)} 处问题，什么都没有写入。请按清单修改后重新上传。")
        self.errors = tuple(errors)
