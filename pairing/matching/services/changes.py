"""What moved when a plan was made again, under which cause, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand, Resource
from pairing.matching.adapter import branch_pairs, declined_pairs
from pairing.matching.conditions import Conditions, Pairs
from pairing.matching.engine import pair_of
from pairing.matching.engine.incremental import Event, Move
from pairing.matching.models import MatchRun, MatchShard
from pairing.matching.selectors.run_news import pairings_since
from pairing.matching.services.rematch import StoredPlan
from pairing.plans.enums import PairingState

BETTER = "这样总体得分更高"
ASKED = "按意见和条件重算"
WEIGHTED_ANEW = "匹配权重调整过，得分有变化"
UNSOLVED = "上一份方案没有算成这一部分"


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
    moved.sort(key=lambda pk: order.get(words.event(pk), len(order)))
    found = [words.change(pk) for pk in moved]
    # Several events may have one name, as the end of a pairing has for all its matches: they stand together.
    places = {cause: place for place, cause in enumerate(dict.fromkeys(each["cause"] for each in found))}
    return sorted(found, key=lambda change: places[change["cause"]])


class _Words:
    """Finds the reason of every change: a person's wish, what the ledgers say now, who took the place."""

    def __init__(
        self, run: MatchRun, old: StoredPlan, new: StoredPlan, moved: list[int], causes: dict[int, Event]
    ) -> None:
        self.run, self.old, self.new, self.causes = run, old, new, causes
        conditions = Conditions.from_json(run.conditions)
        self.pins, self.forbidden = conditions.pins, conditions.forbidden
        self.declined: Pairs = declined_pairs(moved)
        self.paired = branch_pairs()
        self.unsolved = run.parent.unsolved_branches() if run.parent else set()
        named = {resource for plan in (old, new) for pk in moved for resource in plan.of(pk)}
        named |= {int(event.offer_id) for event in causes.values() if event.offer_id is not None}
        self.resources = Resource.objects.select_related("branch").in_bulk(named)
        holders = {pk for plan in (old, new) for pk, held in plan.chosen.items() if named & held.keys()}
        holders |= {int(event.need_id) for event in causes.values() if event.need_id is not None}
        self.demands = Demand.objects.select_related("branch").in_bulk(holders.union(moved))

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
        if event.kind in ("pair_lost", "pairing_ended"):
            demand, resource = self.demands[int(event.need_id or 0)], self.resources[int(event.offer_id or 0)]
            lost = WEIGHTED_ANEW if self._is_weighted_anew else f"“{resource}”和“{demand}”现在对不上"
            return self._unusable(demand.pk, resource.pk) or lost
        if event.need_id is not None:
            demand = self.demands[int(event.need_id)]
            if event.kind == "need_added" and demand.branch_id in self.unsolved:
                return UNSOLVED
            label = DemandState(demand.state).label
            words = {"need_added": "是新增的", "need_gone": f"现在是“{label}”", "need_changed": "有改动"}
            return f"需求“{demand}”{words[event.kind]}"
        resource = self.resources[int(event.offer_id or 0)]
        words = {"offer_added": "是新增的", "offer_full": "的次数已约给别处", "offer_changed": "有改动"}
        return self._unusable(0, resource.pk) or f"资源“{resource}”{words.get(event.kind, '不再可用')}"

    def _later(self) -> str:
        if not self.causes:
            return ASKED
        parent = self.run.parent
        causes = [WEIGHTED_ANEW] if self._is_weighted_anew else []
        if parent and pairings_since(parent).filter(state=PairingState.ACTIVE).exists():
            causes.append("有新的结对")
        return "；".join(causes) or "日期往后，期限、次数和得分有变化"

    @property
    def _is_weighted_anew(self) -> bool:
        return self.run.parent is not None and self.run.parent.weights != self.run.weights

    def _why(self, pk: int, before: Counter[int], after: Counter[int]) -> str:
        if pk not in self.new.demands:
            label = DemandState(self.demands[pk].state).label
            return f"需求现在是“{label}”，不用再安排"
        if pk not in self.old.demands:
            first = UNSOLVED if self.demands[pk].branch_id in self.unsolved else "新增的待认领需求"
            return first + ("" if after else f"；{self.new.gaps[pk]}")
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
        demand = self.demands.get(pk)
        if demand and pair_of(demand.branch_id, resource.branch_id) not in self.paired:
            return f"{demand.branch}和{resource.branch}的结对已结束"
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
