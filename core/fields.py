"""Columns that the database itself keeps to a short list of values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _ArrayField = ArrayField[list[str], list[str]]
else:
    _CharField, _ArrayField = models.CharField, ArrayField


class OneOfField(_CharField):
    """A text of `choices`: its column has a check, so no import, repair by hand or bulk write leaves another.

    The history of a row has none. It is never written anew, and keeps values that were given up since.
    """

    # A migration that adds a choice writes the check anew; to Django, choices are no matter of tables.
    non_db_attrs = tuple(name for name in _CharField.non_db_attrs if name not in {"choices", "blank"})

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        """Return the condition that Django puts into the column's definition."""
        if hasattr(self.model, "pgh_id"):
            return None
        values = [*dict(self.flatchoices), *([""] if self.blank else [])]
        column = connection.ops.quote_name(self.column or self.attname)
        return f"{column} IN ({', '.join(_quoted(value) for value in values)})"


class SomeOfField(_ArrayField):
    """A list of which each is one of the `choices` of its base field, held to them likewise."""

    def db_check(self, connection: BaseDatabaseWrapper) -> str | None:
        if hasattr(self.model, "pgh_id"):
            return None
        column = connection.ops.quote_name(self.column or self.attname)
        values = ", ".join(_quoted(value) for value in dict(self.base_field.flatchoices))
        return f"{column} <@ ARRAY[{values}]::{self.db_type(connection)}"


def _quoted(value: str) -> str:
    if not value.replace("_", "").replace("-", "").isalnum() and value:
        raise ValueError(f"{value!r} cannot stand in a check: use letters, digits, _ and -.")
    return f"'{value}'"
