"""What the matching engine answers: assignments, the proof of their quality, and what stays open."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from pairing.matching.engine.problem import Id, MatchProblem


class Assignment(NamedTuple):
    """`visits` unit visits of an offer to a need in one calendar month (its first day); `score` in [0, 1]."""

    need_id: Id
    offer_id: Id
    month: date
    visits: int
    score: float
    kept: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Unserved:
    """A need, or part of one, that the plan leaves open: how many visits, a code, and why in Chinese."""

    need_id: Id
    visits: int
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with its proof: `objective` ≤ `lp_bound`, `ratio` = objective / bound, 1.0 when both are 0.

    `objective` is Σ score of the visits + keep bonus − fairness prices; both numbers are those of the plans
    that hold as many pinned visits as possible. `broken_pins` are the pairs whose pin does not fit.
    """

    assignments: tuple[Assignment, ...]
    objective: float
    lp_bound: float
    ratio: float
    unserved: tuple[Unserved, ...]
    timings: dict[str, float] = field(default_factory=dict)
    broken_pins: tuple[tuple[Id, Id], ...] = ()

    def totals(self, problem: MatchProblem) -> tuple[dict[Id, int], dict[Id, int]]:
        """Return visits given and received per branch."""
        givers = {offer.id: offer.branch_id for offer in problem.offers}
        takers = {need.id: need.branch_id for need in problem.needs}
        given: dict[Id, int] = defaultdict(int)
        received: dict[Id, int] = defaultdict(int)
        for each in self.assignments:
            given[givers[each.offer_id]] += each.visits
            received[takers[each.need_id]] += each.visits
        return dict(given), dict(received)
