"""Making a plan again: what the one before has chosen, and what of today is newer than it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from pairing.matching.adapter import Posed, declined_pairs
from pairing.matching.conditions import Pairs
from pairing.matching.engine import pair_of
from pairing.matching.engine.following import Before, Visit
from pairing.matching.engine.incremental import Kind
from pairing.matching.models import Match, MatchGap, MatchRun, MatchShard
from pairing.plans.enums import ClaimState


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
    return all(
        each in posed.resources
        and (pk, each) not in declined
        and pair_of(posed.demands[pk].branch_id, posed.resources[each].branch_id) in posed.problem.pairs
        for each in resources
    )


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
