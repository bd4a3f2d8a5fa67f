"""Who should pair with whom: a study of both lists, never an automatic change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

from branches.models import Branch
from ledgers.enums import DemandState
from ledgers.models import Demand, DemandQuerySet, Resource
from pairing.matching.adapter import Posed, pose
from pairing.matching.engine import Id, Ranking, Score, explain, pair_of, rank
from pairing.matching.selectors.gaps import for_everybody
from pairing.matching.selectors.weights import weights_current
from pairing.matching.studies import POINTS, Link, Pair, Swap, best_pairs, fill, swaps, total
from pairing.plans.models import Pairing

MONTHS = 6  # what a resource can do in half a year bounds what it is counted for
OTHERS = 5  # further pairs shown
YEAR = timedelta(days=365)
LEFT_OUT = [DemandState.DRAFT, DemandState.RETURNED, DemandState.WITHDRAWN]


@dataclass(frozen=True)
class Served:
    """One demand a pair would serve, by which resource, and why."""

    demand: Demand
    resource: Resource
    score: Score

    @property
    def explanation(self) -> str:
        return explain(self.score)


@dataclass(frozen=True)
class PairLine:
    """Two branches and what their lists give each other. `points` are hundredths of a full match."""

    first: Branch
    second: Branch
    points: int
    served: list[Served]

    def given_by(self, branch: Branch) -> int:
        return sum(each.resource.branch_id == branch.pk for each in self.served)

    @property
    def given_by_first(self) -> int:
        return self.given_by(self.first)

    @property
    def given_by_second(self) -> int:
        return self.given_by(self.second)


@dataclass(frozen=True)
class SwapLine:
    """One step that changes as little as possible, and its gain in hundredths of a full match."""

    ended: list[PairLine]
    begun: list[PairLine]
    points: int

    @property
    def served_more(self) -> int:
        return sum(len(line.served) for line in self.begun) - sum(len(line.served) for line in self.ended)


@dataclass(frozen=True)
class Repairing:
    """Today's pairs beside the best ones; totals in hundredths of a full match, `bound` the proven most.

    `others` are the most valuable pairs that are neither.
    """

    kept: list[PairLine]
    ended: list[PairLine]
    begun: list[PairLine]
    others: list[PairLine]
    today: int
    best: int
    bound: int
    steps: list[SwapLine]

    @property
    def is_best(self) -> bool:
        return self.best == self.bound

    @property
    def slack(self) -> int:
        """What the best choice may still be short of, when the search was cut off."""
        return self.bound - self.best

    @property
    def gain(self) -> int:
        return self.best - self.today

    @property
    def served_today(self) -> int:
        return _served(self.kept, self.ended)

    @property
    def served_best(self) -> int:
        return _served(self.kept, self.begun)


def repairing_study(*, today: date, whole_year: bool) -> Repairing:
    """Value every pair of branches and choose the best pairs, each branch in as many as it is in today.

    Args:
        whole_year: judge by every demand of the last twelve months instead of those open now.
    """
    posed, ranking = _ranked(_demands(today, whole_year=whole_year), today)
    paired = Pairing.objects.active().select_related("branch_a", "branch_b").order_by("pk")
    branches = _branches(posed, paired)
    now = frozenset(pair_of(row.branch_a_id, row.branch_b_id) for row in paired)
    limits: dict[Id, int] = {branch: max(sum(branch in pair for pair in now), 1) for branch in branches}
    links = _links(posed, ranking, branches)
    gains = {pair: sum(link.points for link in found) for pair, found in links.items()}
    best = best_pairs(gains, limits, now)
    line = _Lines(posed, ranking, branches, links)
    return Repairing(
        kept=line.of(best.pairs & now),
        ended=line.of(now - best.pairs),
        begun=line.of(best.pairs - now),
        others=line.of(_most(gains, best.pairs | now)),
        today=_hundredths(total(gains, now)),
        best=_hundredths(best.points),
        bound=_hundredths(best.bound),
        steps=[line.step(swap) for swap in swaps(gains, limits, now)],
    )


def _most(gains: dict[Pair, int], known: frozenset[Pair]) -> tuple[Pair, ...]:
    """The OTHERS most valuable pairs outside some known ones."""
    rest = (pair for pair in gains if gains[pair] > 0 and pair not in known)
    return tuple(sorted(rest, key=lambda pair: (-gains[pair], sorted(map(str, pair))))[:OTHERS])


def _demands(today: date, *, whole_year: bool) -> DemandQuerySet:
    if not whole_year:
        return Demand.objects.open()
    return Demand.objects.filter(raised_on__gt=today - YEAR).exclude(state__in=LEFT_OUT)


def _ranked(demands: DemandQuerySet, today: date) -> tuple[Posed, Ranking]:
    """Every (demand, resource) of two branches that reaches the floor, as if nobody were paired yet."""
    weights = replace(weights_current(), pair=0)
    posed = pose(demands=demands, resources=Resource.objects.published(), as_of=today, weights=weights)
    return posed, rank(replace(for_everybody(posed.problem), used={}))


def _branches(posed: Posed, paired: Iterable[Pairing]) -> dict[int, Branch]:
    """Every branch with a list or a partner; without a list it can only be found to gain nothing."""
    rows: list[Demand | Resource] = [*posed.demands.values(), *posed.resources.values()]
    partners = [branch for row in paired for branch in (row.branch_a, row.branch_b)]
    return {branch.pk: branch for branch in (*(row.branch for row in rows), *partners)}


def _links(posed: Posed, ranking: Ranking, branches: dict[int, Branch]) -> dict[Pair, list[Link]]:
    """What each pair of branches would serve, both ways."""
    limits: dict[Id, int | None] = {
        pk: None if row.capacity_per_month is None else row.capacity_per_month * MONTHS
        for pk, row in posed.resources.items()
    }
    one_way: dict[tuple[int, int], dict[tuple[Id, Id], float]] = defaultdict(dict)
    for (demand, resource), value in ranking.values().items():
        way = posed.resources[int(resource)].branch_id, posed.demands[int(demand)].branch_id
        one_way[way][demand, resource] = value
    filled = {way: fill(found, limits) for way, found in sorted(one_way.items())}
    return {
        pair_of(a, b): [*filled.get((a, b), []), *filled.get((b, a), [])]
        for a, b in combinations(sorted(branches), 2)
    }


class _Lines:
    """Turns pairs of ids into lines with their rows and reasons."""

    def __init__(
        self,
        posed: Posed,
        ranking: Ranking,
        branches: dict[int, Branch],
        links: dict[Pair, list[Link]],
    ) -> None:
        self.posed, self.ranking, self.branches, self.links = posed, ranking, branches, links

    def of(self, pairs: frozenset[Pair] | tuple[Pair, ...]) -> list[PairLine]:
        """The lines of some pairs, the most valuable first."""
        lines = [self._line(pair) for pair in pairs]
        return sorted(lines, key=lambda line: (-line.points, line.first.pk, line.second.pk))

    def step(self, swap: Swap) -> SwapLine:
        return SwapLine(self.of(swap.ended), self.of(swap.begun), _hundredths(swap.gain))

    def _line(self, pair: Pair) -> PairLine:
        first, second = sorted((self.branches[int(each)] for each in pair), key=lambda row: row.name_key)
        links = sorted(self.links[pair], key=lambda link: (-link.points, link.need))
        served = [
            Served(
                self.posed.demands[int(link.need)],
                self.posed.resources[int(link.offer)],
                self.ranking.score(link.need, link.offer),
            )
            for link in links
        ]
        return PairLine(first, second, _hundredths(sum(link.points for link in links)), served)


def _served(*groups: list[PairLine]) -> int:
    return sum(len(line.served) for lines in groups for line in lines)


def _hundredths(points: int) -> int:
    return round(100 * points / POINTS)
