"""The matching engine: rank offers against needs with reasons, and plan a whole list provably best.

Plain Python on frozen dataclasses: no Django, no input or output, the same answer for the same problem.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ledgers.reading.lexicon import Lexicon, LexiconItem
from pairing.matching.engine import assignment
from pairing.matching.engine.affinity import sentences
from pairing.matching.engine.explain import reasons, score_of
from pairing.matching.engine.plan import Assignment, Plan, Unserved
from pairing.matching.engine.problem import (
    Id,
    MatchProblem,
    Missing,
    Need,
    Offer,
    Score,
    Term,
    Weights,
    pair_of,
)
from pairing.matching.engine.reading import Reading, read
from pairing.matching.engine.scoring import PairTable, ranked, score_pairs, suggested

__all__ = [
    "Assignment",
    "Id",
    "Lexicon",
    "LexiconItem",
    "MatchProblem",
    "Missing",
    "Need",
    "Offer",
    "Plan",
    "Ranking",
    "Reading",
    "Score",
    "Term",
    "Unserved",
    "Weights",
    "explain",
    "pair_of",
    "rank",
    "reading_of",
    "sentences",
    "solve",
    "suggest",
    "suggest_for_offers",
]


def reading_of(problem: MatchProblem) -> Reading:
    """Return what the texts say; it holds for every problem of the same texts, whoever may serve whom."""
    return read(_in_order(problem))


def suggest(
    problem: MatchProblem,
    need_ids: Iterable[Id] | None = None,
    top: int = 5,
    reading: Reading | None = None,
) -> dict[Id, list[Score]]:
    """Return the best offers per need, best first; an empty list means nothing here serves it.

    Args:
        need_ids: the needs asked about, all when None. The rest of the problem still shapes word weights.
        top: suggestions per need, at least 1.
        reading: `reading_of` the same texts, where it is known already.
    """
    problem = _in_order(problem)
    table = score_pairs(problem, reading)
    rows = suggested(problem, table)
    asked = rows if need_ids is None else list(need_ids)
    return {need_id: [score_of(problem, table, row) for row in rows[need_id][:top]] for need_id in asked}


def suggest_for_offers(
    problem: MatchProblem, offer_ids: Iterable[Id] | None = None, top: int = 5
) -> dict[Id, list[Score]]:
    """Return the needs each offer could serve, best first: the scores of `suggest`, read the other way.

    Empty unless the offer itself reaches the floor for one of them: that another one does is no answer here.
    What stays below the floor stands behind.
    """
    problem = _in_order(problem)
    table = score_pairs(problem)
    found: dict[Id, list[int]] = {offer.id: [] for offer in problem.offers}
    for rows in suggested(problem, table).values():
        for row in rows:
            found[problem.offers[table.offer[row]].id].append(row)
    below = table.fit < problem.weights.floor
    asked = found if offer_ids is None else list(offer_ids)
    best = {each: sorted(found[each], key=lambda row: (below[row], -table.total[row], row)) for each in asked}
    useful = {each: [] if all(below[rows]) else rows[:top] for each, rows in best.items()}
    return {each: [score_of(problem, table, row) for row in rows] for each, rows in useful.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Every (need, offer) that reaches the floor; its sentences are made for those that are asked for."""

    problem: MatchProblem
    table: PairTable
    rows: dict[tuple[Id, Id], int]

    def values(self) -> dict[tuple[Id, Id], float]:
        """Return (need, offer) → how good the match is, in [0, 1]."""
        return {pair: float(self.table.total[row]) for pair, row in self.rows.items()}

    def score(self, need_id: Id, offer_id: Id) -> Score:
        """Return the reasons of one pair."""
        return score_of(self.problem, self.table, self.rows[need_id, offer_id])


def rank(problem: MatchProblem) -> Ranking:
    """Return all pairs of a problem that reach the floor."""
    problem = _in_order(problem)
    table = score_pairs(problem)
    found = ranked(problem, table)
    rows = {(need, problem.offers[table.offer[row]].id): row for need in found for row in found[need]}
    return Ranking(problem, table, rows)


def explain(score: Score) -> str:
    """Return one Chinese sentence of reasons for a suggestion."""
    return reasons(score)


def solve(problem: MatchProblem) -> Plan:
    """Return the provably best plan for the whole list, see `assignment.solve`."""
    return assignment.solve(_in_order(problem))


def _in_order(problem: MatchProblem) -> MatchProblem:
    """Sort both sides by id: ties are then broken by id, whatever order the rows came in."""
    return replace(
        problem,
        offers=tuple(sorted(problem.offers, key=lambda offer: offer.id)),
        needs=tuple(sorted(problem.needs, key=lambda need: need.id)),
    )
