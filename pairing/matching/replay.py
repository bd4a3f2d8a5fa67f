"""Past decisions seen with other weights: where would the resource that was taken have stood?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pairing.matching.engine import Id, MatchProblem, Weights, suggest

Pair = tuple[Id, Id]
Ranks = Mapping[Pair, int | None]


@dataclass(frozen=True)
class Decisions:
    """(demand, resource) pairs that both sides agreed on, and those that one side declined."""

    taken: tuple[Pair, ...]
    declined: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Record:
    """How some weights would have done on `total` taken pairs.

    `first` and `top_three` count those listed first or among the first three, `hidden` those below the floor;
    `mean_rank` is over the listed ones, None without any. `declined_first` counts declined pairs that stand
    first.
    """

    total: int
    first: int
    top_three: int
    hidden: int
    mean_rank: float | None
    declined_first: int

    @property
    def first_share(self) -> float:
        return self.first / self.total if self.total else 0.0

    @property
    def top_three_share(self) -> float:
        return self.top_three / self.total if self.total else 0.0


@dataclass(frozen=True)
class Shift:
    """A decided pair whose place changes, places from 1, None below the floor."""

    pair: Pair
    before: int | None
    after: int | None
    was_taken: bool

    @property
    def is_better(self) -> bool:
        """A taken resource that rises, or a declined one that sinks."""
        return (_place(self.after) < _place(self.before)) is self.was_taken


def ranks(problem: MatchProblem, decisions: Decisions, weights: Weights) -> dict[Pair, int | None]:
    """The place of each decided pair in its demand's list; `problem` holds every demand decided on."""
    pairs = (*decisions.taken, *decisions.declined)
    lists = suggest(
        replace(problem, weights=weights),
        need_ids=sorted({need for need, _ in pairs}, key=str),
        top=max(len(problem.offers), 1),
    )
    places = {
        (score.need_id, score.offer_id): place
        for scores in lists.values()
        for place, score in enumerate(scores, start=1)
    }
    return {pair: places.get(pair) for pair in pairs}


def record(decisions: Decisions, found: Ranks) -> Record:
    """Count what `ranks` found."""
    places = [found[pair] for pair in decisions.taken]
    listed = [place for place in places if place is not None]
    return Record(
        total=len(places),
        first=listed.count(1),
        top_three=sum(place <= 3 for place in listed),
        hidden=len(places) - len(listed),
        mean_rank=sum(listed) / len(listed) if listed else None,
        declined_first=sum(found[pair] == 1 for pair in decisions.declined),
    )


def shifts(decisions: Decisions, before: Ranks, after: Ranks) -> list[Shift]:
    """The decided pairs whose place changes, the largest change first."""
    taken = set(decisions.taken)
    changed = [
        Shift(pair, before[pair], after[pair], pair in taken)
        for pair in before
        if before[pair] != after[pair]
    ]
    return sorted(changed, key=lambda each: -abs(_place(each.after) - _place(each.before)))


def _place(rank: int | None) -> float:
    """A place to compare with; hidden is behind every list one would read."""
    return 1000 if rank is None else rank
