"""Rows that can be found, and that cannot be forgotten to be made so.

Whatever saves an instance or writes instances in bulk fills the two columns with it. A write that goes past
Django's instances – `update()`, SQL by hand – meets a trigger that empties the column: the text has changed
and the column, which carries a digest of the text, has not. `core.services.search_fill` completes such
rows on the next tick; until then they are found by their plain title. So a row may be harder to find for a
minute, but is never found by what it no longer says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q

from core.pinyin import sort_key
from core.search import words
from core.search.fields import SearchField

MAX_WORDS = 8  # of what a person typed, divided by spaces


class SearchableQuerySet(models.QuerySet[Any]):
    def find(self, text: str) -> Self:
        """The rows that hold every word of `text`; none when there is nothing to look for in it."""
        return self.filter(*(self.holding(word) for word in text.split()[:MAX_WORDS] or [""]))

    def holding(self, word: str) -> Q:
        """The condition that a row holds `word`; to be joined with where else the word may stand."""
        wanted = words.query(word)
        if not wanted:
            return Q(pk__in=())
        return Q(search__matches=wanted) | Q(search=None, **{f"{self.model.SEARCH_NAME}__icontains": word})

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.index()
        return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        rows, names = list(objs), set(fields)
        if names & set(self.model.SEARCH_TEXTS):
            names.update(self.model.search_columns())
            for row in rows:
                row.index()
        return super().bulk_update(rows, sorted(names), *args, **kwargs)


class SearchableManager(models.Manager):
    """Leaves the vector in the database: it is longer than its row, and only the database reads it."""

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("search")


class Searchable(models.Model):
    """A row with a name, found by its texts and sorted by the sound of its name.

    A model says which columns it is found by and which is its name, names its sort key, and lists
    `stale_trigger` and a GIN index among its Meta.
    """

    SEARCH_TEXTS: ClassVar[tuple[str, ...]]
    SEARCH_NAME: ClassVar[str]
    SORT_KEY: ClassVar[str]

    search = SearchField("检索词")

    class Meta:
        abstract = True

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is None or set(update_fields) & set(self.SEARCH_TEXTS):
            self.index()
            update_fields = update_fields and {*update_fields, *self.search_columns()}
        super().save(update_fields=update_fields, **kwargs)

    @classmethod
    def search_columns(cls) -> tuple[str, str]:
        """The columns made of the others."""
        return "search", cls.SORT_KEY

    def index(self) -> None:
        """Make the columns by which this row is found and sorted from its texts."""
        name = getattr(self, self.SEARCH_NAME)
        self.search = words.vector([getattr(self, text) for text in self.SEARCH_TEXTS], [name])
        setattr(self, self.SORT_KEY, sort_key(name))


def stale_trigger(*texts: str) -> pgtrigger.Trigger:
    """Empties `search` when one of `texts` changes and it does not."""
    return pgtrigger.Trigger(
        name="search_stale",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(*texts),
        func="IF NEW.search IS NOT DISTINCT FROM OLD.search THEN NEW.search := NULL; END IF; RETURN NEW;",
    )
