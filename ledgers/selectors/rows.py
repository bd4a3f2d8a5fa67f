"""The rows of the two ledgers as lists and pages show them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet

from branches.models import Branch, User
from core.search.models import MAX_WORDS, SearchableQuerySet
from ledgers.enums import DEMAND_FINISHED, ResourceState
from ledgers.models import Demand, Resource, SavedView, ServiceAspect, ServiceItem
from ledgers.selectors.usage import with_full

# Branch by branch as they were registered: the order of the unique index, so that no page has to sort.
ORDER = ("branch_id", "serial")


def _flag(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def resource_rows(user: User, *, today: date) -> QuerySet[Resource]:
    """The resources a person may read, as a ledger lists them; `expired` says the validity is over."""
    expired = Q(valid_to__isnull=False, valid_to__lt=today)
    rows = (
        Resource.objects.visible_to(user)
        .select_related("branch")
        .defer("search", "branch__search")
        .prefetch_related("aspects")
    )
    return rows.annotate(expired=_flag(expired)).order_by(*ORDER)


def with_aspect_names(rows: QuerySet[Resource]) -> QuerySet[Resource]:
    """The same rows, each with `aspect_names` in place of its aspects: no object a name, no further query."""
    aspects = ServiceAspect.objects.filter(resources=OuterRef("pk")).values("name")
    return rows.prefetch_related(None).annotate(aspect_names=ArraySubquery(aspects))


def resource_page_rows(user: User, *, today: date) -> QuerySet[Resource]:
    """The same rows with what only the page of one shows, in two queries: names, hours, `is_full`."""
    items = ServiceItem.objects.filter(resources=OuterRef("pk")).values("name")
    rows = with_aspect_names(resource_rows(user, today=today)).prefetch_related("availabilities")
    return with_full(rows.annotate(item_names=ArraySubquery(items)), today=today)


def demand_rows(user: User, *, today: date) -> QuerySet[Demand]:
    """The demands a person may read, as a ledger lists them; `late` says unfinished past its deadline."""
    late = Q(deadline_on__isnull=False, deadline_on__lt=today) & ~Q(state__in=DEMAND_FINISHED)
    rows = (
        Demand.objects.visible_to(user).select_related("branch", "aspect").defer("search", "branch__search")
    )
    return rows.annotate(late=_flag(late)).order_by(*ORDER)


def demand_page_rows(user: User, *, today: date) -> QuerySet[Demand]:
    """The same rows with the names of their items, which only the page of one shows."""
    items = ServiceItem.objects.filter(demands=OuterRef("pk")).values("name")
    return demand_rows(user, today=today).annotate(item_names=ArraySubquery(items))


def resource_page_state(resource: Resource, *, today: date) -> str:
    """The state a page shows: the stored one, or `expired` for a usable resource past its validity."""
    if resource.state == ResourceState.PUBLISHED and resource.is_expired(today):
        return "expired"
    return str(resource.state)


def saved_views(user: User, page: str) -> list[SavedView]:
    """The views this person keeps of a list, in one query."""
    return list(SavedView.objects.filter(user=user, page=page))


Sought = list[tuple[str, list[int]]]  # each word with the branches whose names hold it


def sought(text: str) -> Sought:
    """What a person typed, word by word; one query a word.

    The branches are few and fetched first: with their keys the planner can join two indexes.
    """
    words = text.split()[:MAX_WORDS]
    return [(word, list(Branch.objects.find(word).values_list("pk", flat=True))) for word in words]


def holding_all(rows: SearchableQuerySet, words: Sought) -> Any:
    """The rows that hold every word themselves or in the name of their branch."""
    for word, branches in words:
        rows = rows.filter(rows.holding(word) | Q(branch__in=branches))
    return rows
