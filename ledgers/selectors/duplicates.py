"""Rows that say nearly the same: within a branch, and between it and its partners."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rapidfuzz.fuzz import ratio

from branches.models import User
from core.workbooks.values import folded
from ledgers.enums import DEMAND_FINISHED, LedgerPage, ResourceState
from ledgers.models import Demand, DistinctDemands, DistinctResources, Resource

ALIKE = 80  # of 100: how alike two titles of one topic must be to be shown
SHOWN = 50  # pairs, the most alike first
MAX_ROWS = 3000  # of the branches looked at, so that the page stays quick


@dataclass(frozen=True)
class Alike:
    """Two rows side by side, the older first; `likeness` in [0, 100]."""

    page: LedgerPage
    first: Any
    second: Any
    likeness: int

    @property
    def rows(self) -> tuple[Any, Any]:
        return self.first, self.second

    @property
    def can_be_merged(self) -> bool:
        return bool(self.first.branch_id == self.second.branch_id)


def likely_duplicates(user: User) -> list[Alike]:
    """The pairs with at least one row of this person's own that nobody has told apart, in seven queries."""
    own, branches = user.staff_branch_ids, user.staff_branch_ids | user.partner_ids
    demands = Demand.objects.visible_to(user).filter(branch__in=branches).exclude(state__in=DEMAND_FINISHED)
    resources = Resource.objects.visible_to(user).filter(branch__in=branches)
    resources = resources.exclude(state=ResourceState.WITHDRAWN)
    found = [
        *_pairs(LedgerPage.DEMANDS, _rows(demands, "items"), own, _told_apart(DistinctDemands)),
        *_pairs(
            LedgerPage.RESOURCES, _rows(resources, "items", "aspects"), own, _told_apart(DistinctResources)
        ),
    ]
    return sorted(found, key=lambda pair: (-pair.likeness, pair.first.pk))[:SHOWN]


def _rows(rows: Any, *topics: str) -> list[Any]:
    return list(rows.select_related("branch").prefetch_related(*topics).order_by("pk")[:MAX_ROWS])


def _told_apart(model: Any) -> set[tuple[int, int]]:
    return set(model.objects.values_list("first", "second"))


def _pairs(
    page: LedgerPage, rows: Iterable[Any], own: frozenset[int], apart: set[tuple[int, int]]
) -> Iterator[Alike]:
    """Compare only rows with a topic in common; every pair once."""
    by_topic: dict[tuple[str, Any], list[Any]] = defaultdict(list)
    for row in rows:
        for topic in _topics(row):
            by_topic[topic].append(row)
    seen = set(apart)
    for group in by_topic.values():
        titles = [folded(row.title) for row in group]
        for j, second in enumerate(group):
            for i in range(j):
                first, key = group[i], (group[i].pk, second.pk)
                if key in seen or not {first.branch_id, second.branch_id} & own:
                    continue
                seen.add(key)
                likeness = round(ratio(titles[i], titles[j], score_cutoff=ALIKE))
                if likeness:
                    yield Alike(page, first, second, likeness)


def _topics(row: Any) -> set[tuple[str, Any]]:
    """The aspects and service items of a row, and the kind of a resource, which may name none of them."""
    items = {("item", item.pk) for item in row.items.all()}
    if isinstance(row, Demand):
        return items | {("aspect", row.aspect_id)}
    return items | {("kind", row.kind)} | {("aspect", aspect.pk) for aspect in row.aspects.all()}
