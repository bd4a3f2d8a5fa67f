"""What list and detail views of every app share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from core.periods import YEARS, Period, period_of

M = TypeVar("M", bound=Model)
PAGE_SIZE = 25
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, or None so that a form stays unbound when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def number(text: str) -> int | None:
    """The number that stands in an address or a form; None for anything that no row could have as its key."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def text_of(query: QueryDict, name: str) -> str:
    """The text that stands in an address, without the NUL that no column can hold."""
    return query.get(name, "").replace("\x00", "").strip()


def month_in(text: str) -> Period | None:
    """The month that stands in an address, 2026-03; None for anything else or a year that no row has."""
    named = MONTH.fullmatch(text)
    if named is None or int(named[1]) not in YEARS:
        return None
    return period_of("month", date(int(named[1]), int(named[2]), 1))


def found(rows: QuerySet[M], pk: int, user: Any, permission: str = "") -> M:
    """The row of `rows`, a 404 when it is not among them, a 403 without `permission` on it."""
    row = get_object_or_404(rows, pk=pk)
    if permission and not user.has_perm(permission, row):
        raise PermissionDenied
    return row


def in_order(request: HttpRequest, rows: QuerySet[M], sorts: Mapping[str, str]) -> QuerySet[M]:
    """`rows` in the order the address asks for, if it asks for one of `sorts`.

    Equal rows follow their keys in the same direction, so that one index serves both directions.
    """
    wanted = request.GET.get("sort", "")
    column = sorts.get(wanted.removeprefix("-"))
    if not column:
        return rows
    sign = "-" if wanted.startswith("-") else ""
    return rows.order_by(f"{sign}{column}", f"{sign}pk")


class KeysFirst(Paginator):
    """Finds the keys of a page before its rows.

    Whatever has to be sorted or passed over on the way to a deep page is then a key, not a wide row with its
    joins and annotations; and an index that holds the order and the key answers without a look at the table.
    """

    few = 2000

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        keys = self._keys((number - 1) * self.per_page)
        rows = (
            {row.pk: row for row in cast(Any, self.object_list).order_by().filter(pk__in=keys)}
            if keys
            else {}
        )
        return cast(Any, self)._get_page([rows[key] for key in keys if key in rows], number, self)

    def _keys(self, first: int) -> list[Any]:
        """The keys from `first` on. Of `few` rows all are fetched: asked for a part of them, the database
        would walk the index of the order and pass over everything that is not among them."""
        if not self.count:
            return []
        keys = cast(Any, self.object_list).values_list("pk", flat=True)
        page = slice(first, first + self.per_page)
        return list(keys)[page] if self.count <= self.few else list(keys[page])


def page_of(request: HttpRequest, rows: Any, param: str = "page") -> Page[Any]:
    """The page of `rows` that the address asks for; `param` names the list where a page has several."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get(param))


def sorted_page(request: HttpRequest, rows: QuerySet[Any], sorts: Mapping[str, str]) -> Page[Any]:
    """One page of `rows` in the order the address asks for."""
    return KeysFirst(in_order(request, rows, sorts), PAGE_SIZE).get_page(request.GET.get("page"))


def history_page(
    request: HttpRequest, entries: Any, told: Callable[[Iterable[Any]], Sequence[Any]]
) -> Page[Any]:
    """The newest of `entries` as `told` puts them for the timeline, which has a pager for the older ones."""
    page = page_of(request, entries, "history")
    page.object_list = told(page.object_list)
    return page
