"""What became of a plan when it was made again: from which day it starts, what moved, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand, Resource
from pairing.matching.adapter import Posed, declined_pairs
from pairing.matching.conditions import Conditions, Pairs
from pairing.matching.engine.following import Before, Visit
from pairing.matching.engine.incremental import Event, Kind, Move
from pairing.matching.models import Match, MatchGap, MatchRun, MatchShard
from pairing.plans.enums import ClaimState

BETTER = "这样总体得分更高"
ASKED = "按意见和条件重算"


def before_of(shard: MatchShard, posed: Posed) -> Before:
    """What the plan before has chosen for a shard's branches, and what of today is newer than it."""
    parent = shard.run.parent
    if parent is None or parent.started_at is None:
        return Before({})
    old, since = StoredPlan.of_parent(shard, posed.demands.keys()), parent.started_at
    declined = declined_pairs(old.chosen)
    needs: dict[int | str, Kind] = {}
    for pk, demand in posed.demands.items():
        if pk not in old.demands:
            needs[pk] = "need_added"
        elif posed.sizes[pk] != old.wanted(pk) or (
            demand.updated_at > since and _stands(pk, old.of(pk), posed, declined)
        ):
            needs[pk] = "need_changed"
    offers: dict[int | str, Kind] = {
        pk: "offer_added" if resource.created_at > since else "offer_changed"
        for pk, resource in posed.resources.items()
        if resource.updated_at > since
    }
    return Before(_planned(shard, parent), needs, offers)


def _planned(shard: MatchShard, parent: MatchRun) -> dict[int | str, tuple[Visit, ...]]:
    """The visits the plan before has chosen and nobody has claimed since."""
    planned: dict[int | str, tuple[Visit, ...]] = {}
    for each in _of_shard(parent.matches.select_related("claim"), shard):
        if not _is_claimed(each):
            visit = (each.resource_id, each.month or parent.as_of)
            planned[each.demand_id] = planned.get(each.demand_id, ()) + (visit,) * each.visit_count
    return planned


def _stands(pk: int, resources: Iterable[int], posed: Posed, declined: Pairs) -> bool:
    """Whether what was planned is still there; if not, that is the cause, not an edit of the demand."""
    return all(each in posed.resources and (pk, each) not in declined for each in resources)


def _is_claimed(match: Match) -> bool:
    return match.claim is not None and (match.claim.is_pending or match.claim.state == ClaimState.ACCEPTED)


def _of_shard(rows: QuerySet[Any], shard: MatchShard) -> QuerySet[Any]:
    """Matches or gaps of a shard's branches; of all when it names none."""
    return rows.filter(demand__branch__in=shard.branch_ids) if shard.branch_ids else rows


@dataclass(frozen=True)
class StoredPlan:
    """A plan as rows: demand → resource → visits, demand → why not, and the visits left open of it."""

    demands: frozenset[int]
    chosen: dict[int, Counter[int]]
    gaps: dict[int, str]
    short: dict[int, int]

    @classmethod
    def of_parent(cls, shard: MatchShard, still_open: Collection[int]) -> StoredPlan:
        """The part of the parent's plan that is about the shard's branches.

        Args:
            still_open: demands of which what was claimed since does not count: less of them is to be planned.
        """
        parent = shard.run.parent
        if parent is None:
            return cls.of_rows([], [])
        matches = list(_of_shard(parent.matches.select_related("claim"), shard))
        gaps = list(_of_shard(parent.gaps.all(), shard))
        left = [each for each in matches if each.demand_id not in still_open or not _is_claimed(each)]
        return replace(cls.of_rows(left, gaps), demands=cls.of_rows(matches, gaps).demands)

    @classmethod
    def of_rows(cls, matches: Sequence[Match], gaps: Sequence[MatchGap]) -> StoredPlan:
        """A plan that is not stored yet."""
        chosen: dict[int, Counter[int]] = {}
        for each in matches:
            chosen.setdefault(each.demand_id, Counter())[each.resource_id] += each.visit_count
        return cls(
            frozenset([*(each.demand_id for each in matches), *(each.demand_id for each in gaps)]),
            chosen,
            {each.demand_id: each.sentence for each in gaps},
            {each.demand_id: each.visit_count for each in gaps},
        )

    def wanted(self, pk: int) -> int:
        """The visits a demand was asked for with, less what was claimed."""
        return self.of(pk).total() + self.short.get(pk, 0)

    def of(self, pk: int) -> Counter[int]:
        """Resource → visits planned for a demand."""
        return self.chosen.get(pk, Counter())


def changes_since_parent(shard: MatchShard, new: StoredPlan, moves: Sequence[Move]) -> list[dict[str, Any]]:
    """List the demands whose visits are others than in the parent's plan, grouped by cause.

    Args:
        moves: how the new plan came out of the old one; none when it was solved around a person's wishes.
    """
    if shard.run.parent is None:
        return []
    old = StoredPlan.of_parent(shard, new.demands)
    moved = [pk for pk in sorted(old.demands | new.demands) if old.of(pk) != new.of(pk)]
    moved += [pk for pk in sorted(new.demands - old.demands) if pk not in new.chosen]
    moved += [pk for pk in sorted(old.demands - new.demands) if pk not in old.chosen]
    causes = {int(move.need_id): move.cause for move in moves}
    order = {cause: place for place, cause in enumerate(dict.fromkeys(move.cause for move in moves))}
    words = _Words(shard.run, old, new, moved, causes)
    found = [words.change(pk) for pk in moved]
    return sorted(found, key=lambda change: order.get(words.event(change["demand_id"]), len(order)))


class _Words:
    """Finds the reason of every change: a person's wish, what the ledgers say now, who took the place."""

    def __init__(
        self, run: MatchRun, old: StoredPlan, new: StoredPlan, moved: list[int], causes: dict[int, Event]
    ) -> None:
        self.run, self.old, self.new, self.causes = run, old, new, causes
        conditions = Conditions.from_json(run.conditions)
        self.pins, self.forbidden = conditions.pins, conditions.forbidden
        self.declined: Pairs = declined_pairs(moved)
        named = {resource for plan in (old, new) for pk in moved for resource in plan.of(pk)}
        named |= {int(event.offer_id) for event in causes.values() if event.offer_id is not None}
        self.resources = Resource.objects.select_related("branch").in_bulk(named)
        holders = {pk for plan in (old, new) for pk, held in plan.chosen.items() if named & held.keys()}
        holders |= {int(event.need_id) for event in causes.values() if event.need_id is not None}
        self.demands = Demand.objects.in_bulk(holders.union(moved))

    def change(self, pk: int) -> dict[str, Any]:
        before, after = self.old.of(pk), self.new.of(pk)
        return {
            "demand_id": pk,
            "demand": str(self.demands[pk]),
            "before": self._named(before),
            "after": self._named(after),
            "why": self._why(pk, before, after),
            "cause": self._cause(self.event(pk)),
        }

    def _named(self, visits: Counter[int]) -> str:
        """The resources of a demand, with their visits where there are several."""
        if visits.total() <= 1:
            return "".join(str(self.resources[pk]) for pk in visits)
        return "、".join(f"{self.resources[pk]} {count} 次" for pk, count in visits.items())

    def event(self, pk: int) -> Event:
        """What made a demand move; one that is new or gone is its own cause."""
        if pk not in self.new.demands:
            return Event("need_gone", need_id=pk)
        if pk not in self.old.demands:
            return Event("need_added", need_id=pk)
        return self.causes.get(pk, Event("later"))

    def _cause(self, event: Event) -> str:
        if event.kind == "later":
            return self._later()
        if event.kind == "pair_lost":
            demand, resource = self.demands[int(event.need_id or 0)], self.resources[int(event.offer_id or 0)]
            return self._unusable(demand.pk, resource.pk) or f"“{resource}”和“{demand}”现在对不上"
        if event.need_id is not None:
            demand = self.demands[int(event.need_id)]
            label = DemandState(demand.state).label
            words = {"need_added": "是新增的", "need_gone": f"现在是“{label}”", "need_changed": "有改动"}
            return f"需求“{demand}”{words[event.kind]}"
        resource = self.resources[int(event.offer_id or 0)]
        words = {"offer_added": "是新增的", "offer_full": "有的次数已另作安排", "offer_changed": "有改动"}
        return self._unusable(0, resource.pk) or f"资源“{resource}”{words.get(event.kind, '不再可用')}"

    def _later(self) -> str:
        if not self.causes:
            return ASKED
        parent = self.run.parent
        if parent and parent.weights != self.run.weights:
            return "匹配权重调整过，得分有变化"
        return "日期往后，期限、次数和得分有变化"

    def _why(self, pk: int, before: Counter[int], after: Counter[int]) -> str:
        if pk not in self.new.demands:
            label = DemandState(self.demands[pk].state).label
            return f"需求现在是“{label}”，不用再安排"
        if pk not in self.old.demands:
            return "新增的待认领需求" + ("" if after else f"；{self.new.gaps[pk]}")
        less, more = before - after, after - before
        wish = self._wish(pk, less, more)
        return wish or (self._lost(pk, less, more) if less else self._gained(more))

    def _wish(self, pk: int, less: Counter[int], more: Counter[int]) -> str:
        """What a person asked for, if that is the reason."""
        if any((pk, resource) in self.pins for resource in more):
            return "按意见锁定"
        return "按意见排除了原来的资源" if any((pk, each) in self.forbidden for each in less) else ""

    def _lost(self, pk: int, less: Counter[int], more: Counter[int]) -> str:
        """Why a demand no longer has a resource, or less of it, and what became of that."""
        causes = (self._unusable(pk, each) or self._taken(each) for each in less)
        cause = next(filter(None, causes), "")
        if less.total() <= more.total():
            return cause or BETTER
        if self.new.wanted(pk) < self.old.wanted(pk) and not self.new.short.get(pk):
            return "需要的次数比上一份方案少了"
        return "；".join(filter(None, [cause, self.new.gaps.get(pk, "")])) or BETTER

    def _unusable(self, pk: int, resource_pk: int) -> str:
        resource = self.resources[resource_pk]
        if resource.state != ResourceState.PUBLISHED:
            return f"“{resource}”现在是“{ResourceState(resource.state).label}”"
        if resource.is_expired(self.run.as_of):
            return f"“{resource}”已过有效期"
        return f"{resource.branch}婉拒过这条认领" if (pk, resource_pk) in self.declined else ""

    def _taken(self, resource_pk: int) -> str:
        """Who has the resource now and had it not before."""
        takers = self._differ(resource_pk, self.new, self.old)
        return f"“{self.resources[resource_pk]}”改为承接{takers}" if takers else ""

    def _gained(self, more: Counter[int]) -> str:
        """Why a demand that was left open is served now, or more of it."""
        if not more:
            return BETTER
        first = next(iter(more))
        givers = self._differ(first, self.old, self.new)
        name = f"“{self.resources[first]}”"
        return f"{name}不再承接{givers}，腾出了次数" if givers else f"{name}现在可以承接"

    def _differ(self, resource_pk: int, one: StoredPlan, other: StoredPlan) -> str:
        """The demands that have more of a resource in one plan than in the other."""
        found = [pk for pk, held in one.chosen.items() if held[resource_pk] > other.of(pk)[resource_pk]]
        return "、".join(f"“{self.demands[pk]}”" for pk in found[:3])
