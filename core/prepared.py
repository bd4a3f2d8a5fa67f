"""Queries asked on every page: compiled once a process, since that takes Django longer than running them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Blank:
    """A value that the query gets when it is run."""

    name: str


def blank(name: str) -> RawSQL:
    """Stands in a query for the value `name`, which `Prepared.rows` is given."""
    return RawSQL("%s", [Blank(name)])


class Prepared(Generic[Row]):
    """A query with blanks, built by `build` when first asked; nothing but the blanks may change in it.

    It reads whole rows: every field of its model, none of which converts what the database gives, and the
    annotations.
    """

    def __init__(self, build: Callable[[], QuerySet[Row]]) -> None:
        self._build = build

    def rows(self, **values: Any) -> list[Row]:
        """The rows for these values, one for each blank, annotations included; one query."""
        query = self._compiled
        filled = [values[each.name] if isinstance(each, Blank) else each for each in query.params]
        with connection.cursor() as cursor:
            cursor.execute(query.sql, filled)
            return [query.row(found) for found in cursor.fetchall()]

    @cached_property
    def _compiled(self) -> _Compiled[Row]:
        wanted = self._build()
        fields = [field.attname for field in wanted.model._meta.concrete_fields]
        return _Compiled(
            wanted.model, *wanted.query.sql_with_params(), fields, list(wanted.query.annotation_select)
        )


@dataclass(frozen=True)
class _Compiled(Generic[Row]):
    model: type[Row]
    sql: str
    params: tuple[Any, ...]
    fields: list[str]
    annotations: list[str]

    def row(self, found: tuple[Any, ...]) -> Row:
        """The fields come first, in the order of the model."""
        row = self.model.from_db(connection.alias, self.fields, found[: len(self.fields)])
        for name, value in zip(self.annotations, found[len(self.fields) :], strict=True):
            setattr(row, name, value)
        return row
