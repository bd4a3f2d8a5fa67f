"""The column a row is found by."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db.models import Lookup


class SearchField(SearchVectorField):
    """A tsvector given and read as its literal; null until it has been filled."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"null": True, "editable": False} | kwargs))

    def get_placeholder(self, _value: Any, _compiler: Any, _connection: Any) -> str:
        return "%s::tsvector"


@SearchField.register_lookup
class Matches(Lookup):
    """`search__matches="'城北' & '社区'"`. The literal is cast, not parsed: a parser's idea of a letter
    depends on the locale of the server, and in some Chinese is none."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} @@ %s::tsquery", (*parameters, self.rhs)
