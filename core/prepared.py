"""Queries asked on every page: compiled once a process, since that takes Django longer than running them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

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
    """A query with blanks, built by `build` when first asked; nothing but the blanks may change in it."""

    def __init__(self, build: Callable[[], QuerySet[Row]]) -> None:
        self._build = build

    def rows(self, **values: Any) -> list[Row]:
        """The rows for these values, one for each blank, annotations included; one query."""
        query, sql, params = self._compiled
        filled = [values[each.name] if isinstance(each, Blank) else each for each in params]
        return list(query.model._default_manager.raw(sql, filled))

    @cached_property
    def _compiled(self) -> tuple[QuerySet[Row], str, tuple[Any, ...]]:
        query = self._build()
        return query, *query.query.sql_with_params()
