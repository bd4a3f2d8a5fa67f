"""What differs between a plan and the one it was made from, demand by demand, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand, Resource
from pairing.matching.adapter import Conditions, Pairs, declined_pairs
from pairing.matching.models import MatchRun

BETTER = "这样总体得分更高"


def changes_since_parent(run: MatchRun) -> list[dict[str, Any]]:
    """List the demands whose resource is another than in the parent's plan, each with one sentence why."""
    if run.parent is None:
        return []
    old, new = _Plan.of(run.parent), _Plan.of(run)
    moved = [pk for pk in sorted(old.demands | new.demands) if old.chosen.get(pk) != new.chosen.get(pk)]
    moved += [pk for pk in sorted(new.demands - old.demands) if pk not in new.chosen]
    moved += [pk for pk in sorted(old.demands - new.demands) if pk not in old.chosen]
    words = _Words(run, old, new, moved)
    return [words.change(pk) for pk in moved]


@dataclass(frozen=True)
class _Plan:
    """A stored plan: demand → resource, and demand → why not."""

    chosen: dict[int, int]
    gaps: dict[int, str]

    @classmethod
    def of(cls, run: MatchRun) -> _Plan:
        return cls(
            dict(run.matches.values_list("demand", "resource")),
            dict(run.gaps.values_list("demand", "sentence")),
        )

    @property
    def demands(self) -> set[int]:
        return self.chosen.keys() | self.gaps.keys()


class _Words:
    """Finds the reason of every change: a person's wish, what the ledgers say now, who took the place."""

    def __init__(self, run: MatchRun, old: _Plan, new: _Plan, moved: list[int]) -> None:
        self.run, self.old, self.new = run, old, new
        conditions = Conditions.from_json(run.conditions)
        self.pins, self.forbidden = conditions.pins, conditions.forbidden
        self.declined: Pairs = declined_pairs(moved)
        named = {plan.chosen[pk] for plan in (old, new) for pk in moved if pk in plan.chosen}
        self.resources = Resource.objects.in_bulk(named)
        holders = {pk for plan in (old, new) for pk, resource in plan.chosen.items() if resource in named}
        self.demands = Demand.objects.in_bulk(holders.union(moved))

    def change(self, pk: int) -> dict[str, Any]:
        before, after = self.old.chosen.get(pk), self.new.chosen.get(pk)
        return {
            "demand_id": pk,
            "demand": str(self.demands[pk]),
            "before": str(self.resources[before]) if before else "",
            "after": str(self.resources[after]) if after else "",
            "why": self._why(pk, before, after),
        }

    def _why(self, pk: int, before: int | None, after: int | None) -> str:
        if pk not in self.new.demands:
            label = DemandState(self.demands[pk].state).label
            return f"需求现在是“{label}”，不用再安排"
        if pk not in self.old.demands:
            return "新增的待认领需求" + ("" if after else f"；{self.new.gaps[pk]}")
        wish = self._wish(pk, before, after)
        return wish or (self._lost(pk, before, after) if before else self._gained(after))

    def _wish(self, pk: int, before: int | None, after: int | None) -> str:
        """What a person asked for, if that is the reason."""
        if after and (pk, after) in self.pins:
            return "按意见锁定"
        return "按意见排除了原来的资源" if before and (pk, before) in self.forbidden else ""

    def _lost(self, pk: int, before: int, after: int | None) -> str:
        """Why a demand no longer has its resource, and what became of it."""
        cause = self._unusable(pk, before) or self._taken(before)
        if after:
            return cause or BETTER
        return "；".join(filter(None, [cause, self.new.gaps[pk]]))

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

    def _gained(self, after: int | None) -> str:
        """Why a demand that was left open is served now."""
        if after is None:
            return BETTER
        givers = self._differ(after, self.old, self.new)
        name = f"“{self.resources[after]}”"
        return f"{name}不再承接{givers}，腾出了次数" if givers else f"{name}现在可以承接"

    def _differ(self, resource_pk: int, one: _Plan, other: _Plan) -> str:
        """The demands that have a resource in one plan and not in the other."""
        found = [
            pk
            for pk, resource in one.chosen.items()
            if resource == resource_pk and other.chosen.get(pk) != resource_pk
        ]
        return "、".join(f"“{self.demands[pk]}”" for pk in found[:3])
