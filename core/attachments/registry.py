"""Which tables take attachments. Each app registers its own when it starts; core knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse


@dataclass(frozen=True)
class Attachable:
    """A table whose rows take files. `name` is its word in addresses, `<name>_detail` the page of a row."""

    name: str
    model: type[models.Model]
    change: str  # the permission on the row to add and remove its files
    branches: Callable[[Any], Sequence[Any]]  # whose row it is; none where its files are nobody's to spare

    def rows(self, user: Any) -> models.QuerySet[Any]:
        """The rows a person may read; their files follow them."""
        return self.model._default_manager.visible_to(user)  # type: ignore[attr-defined]  # every own table has it

    def space(self, row: models.Model, user: Any) -> Any | None:
        """The branch in whose space a file of the row counts: the one of several that `user` works for."""
        branches = self.branches(row)
        return next((each for each in branches if each.pk in user.branch_ids), next(iter(branches), None))

    def url(self, row: models.Model) -> str:
        return reverse(f"{self.name}_detail", args=[row.pk])


_attachables: dict[str, Attachable] = {}


def attachable(
    name: str, model: type[models.Model], *, change: str, branches: Callable[[Any], Sequence[Any]]
) -> None:
    """Let rows of `model` take files; called once, from the `ready` of its app."""
    _attachables[name] = Attachable(name, model, change, branches)


def all_attachables() -> tuple[Attachable, ...]:
    return tuple(_attachables.values())


def by_name(name: str) -> Attachable | None:
    return _attachables.get(name)


def of_row(row: models.Model) -> Attachable:
    """The entry of a row's table.

    Raises:
        LookupError: when the table takes no files.
    """
    for each in _attachables.values():
        if isinstance(row, each.model):
            return each
    raise LookupError(f"{row._meta.label} takes no attachments")
