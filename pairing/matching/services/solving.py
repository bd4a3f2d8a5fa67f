"""Solving one part of a run: ledgers in, matches with reasons and gaps with reasons out. Writes nothing."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ledgers.selectors.lexicon import catalogue_version
from pairing.matching.adapter import Posed, pose_run
from pairing.matching.engine import Assignment, MatchProblem, Plan, Score, Unserved, explain
from pairing.matching.engine.assignment import solve_table
from pairing.matching.engine.explain import score_of
from pairing.matching.engine.following import follow
from pairing.matching.engine.incremental import Move
from pairing.matching.engine.scoring import PairTable, score_pairs, suggested
from pairing.matching.enums import MatchRunOrigin
from pairing.matching.models import Match, MatchGap, MatchRun, MatchShard
from pairing.matching.selectors.lessons import lessons_learned
from pairing.matching.services.changes import changes_since_parent
from pairing.matching.services.rematch import StoredPlan, before_of

ALTERNATIVES = 4  # other candidates kept with each demand, so that a person can swap without a new search
PINNED = "由人锁定"


@dataclass(frozen=True)
class Answer:
    """What one shard came to: unsaved rows, and the numbers its run adds up."""

    matches: list[Match]
    gaps: list[MatchGap]
    notes: list[str]
    changes: list[dict[str, Any]]
    objective: float
    bound: float
    demand_count: int
    resource_count: int
    timings_ms: dict[str, float]
    catalogue_version: str


def solve_shard(shard: MatchShard) -> Answer:
    """Read the ledgers as they are now and find the best plan for the shard's branches.

    Raises:
        ValueError: the run's weights or conditions are none that the engine knows.
    """
    started = time.perf_counter()
    catalogue = catalogue_version()
    posed = pose_run(shard.run, shard.branch_ids)
    posed = replace(posed, problem=replace(posed.problem, learned=lessons_learned(posed.problem.lexicon)))
    read = time.perf_counter()
    table = score_pairs(posed.problem)
    scored = time.perf_counter()
    plan, moves = _plan(shard, posed, table)
    solved = time.perf_counter()
    scribe = _Scribe(shard.run, posed, plan, table)
    matches, gaps = scribe.matches(), scribe.gaps()
    changes = changes_since_parent(shard, StoredPlan.of_rows(matches, gaps), moves)
    seconds = {
        "read": read - started,
        "score": scored - read,
        "solve": solved - scored,
        "explain": time.perf_counter() - solved,
    }
    return Answer(
        matches=matches,
        gaps=gaps,
        notes=scribe.notes(),
        changes=changes,
        objective=plan.objective,
        bound=plan.lp_bound,
        demand_count=len(posed.demands),
        resource_count=len(posed.resources),
        timings_ms={step: round(1000 * value, 1) for step, value in seconds.items()},
        catalogue_version=catalogue,
    )


def _plan(shard: MatchShard, posed: Posed, table: PairTable) -> tuple[Plan, list[Move]]:
    """A plan that is brought up to date follows its ledgers event by event; any other is solved at once."""
    if shard.run.parent is None or shard.run.origin != MatchRunOrigin.LEDGERS:
        return solve_table(posed.problem, table)[0], []
    return follow(posed.problem, table, before_of(shard, posed))


class _Scribe:
    """Writes down a plan: every assignment and every gap with its reasons and the next best candidates."""

    def __init__(self, run: MatchRun, posed: Posed, plan: Plan, table: PairTable) -> None:
        self.run, self.posed, self.plan, self.table = run, posed, plan, table
        problem = posed.problem
        self.needs = {need.id: i for i, need in enumerate(problem.needs)}
        self.offers = {offer.id: j for j, offer in enumerate(problem.offers)}
        self.codes = table.need.astype(np.int64) * len(problem.offers) + table.offer
        self.ranked = suggested(problem, table)
        self.chosen: dict[int, set[int]] = {}
        for each in plan.assignments:
            self.chosen.setdefault(int(each.need_id), set()).add(int(each.offer_id))

    @property
    def problem(self) -> MatchProblem:
        return self.posed.problem

    def matches(self) -> list[Match]:
        return [self._match(each) for each in self.plan.assignments]

    def gaps(self) -> list[MatchGap]:
        return [self._gap(each) for each in self.plan.unserved]

    def notes(self) -> list[str]:
        """Say which pins did not fit: a person asked for them and must not look for them in vain."""
        return [self._broken(int(need), int(offer)) for need, offer in self.plan.broken_pins]

    def _broken(self, need: int, offer: int) -> str:
        pin = f"锁定的“{self.posed.resources[offer]}”→“{self.posed.demands[need]}”"
        done = sum(each.visits for each in self.plan.assignments if each[:2] == (need, offer))
        if done:
            return f"{pin}只排得下 {done} 次：次数或上限已经用满，其余另作安排。"
        return f"{pin}排不下：次数或上限已经用满，这次没有按锁定安排。"

    def _match(self, chosen: Assignment) -> Match:
        score = self._score(int(chosen.need_id), int(chosen.offer_id))
        is_low = score is None or score.fit < self.problem.weights.floor
        words = [f"{PINNED}，低于推荐线" if is_low else PINNED] if chosen.pinned else []
        return Match(
            run=self.run,
            demand_id=chosen.need_id,
            resource_id=chosen.offer_id,
            demand_title=self.posed.demands[int(chosen.need_id)].title,
            resource_title=self.posed.resources[int(chosen.offer_id)].title,
            month=chosen.month,
            visit_count=chosen.visits,
            score=min(max(score.value, 0.0), 1.0) if score else 0.0,
            terms=[asdict(term) for term in score.terms] if score else [],
            explanation="；".join(filter(None, [*words, explain(score) if score else ""])),
            alternatives=self._alternatives(int(chosen.need_id)),
        )

    def _gap(self, unserved: Unserved) -> MatchGap:
        return MatchGap(
            run=self.run,
            demand_id=unserved.need_id,
            demand_title=self.posed.demands[int(unserved.need_id)].title,
            visit_count=unserved.visits,
            code=unserved.code,
            sentence=unserved.sentence,
            alternatives=self._alternatives(int(unserved.need_id)),
        )

    def _score(self, need_id: int, offer_id: int) -> Score | None:
        """The score of a pair, None for one that was pinned without ever having been scored."""
        code = self.needs[need_id] * len(self.offers) + self.offers[offer_id]
        row = int(np.searchsorted(self.codes, code))
        if row == self.codes.size or self.codes[row] != code:
            return None
        return score_of(self.problem, self.table, row)

    def _alternatives(self, need_id: int) -> list[dict[str, Any]]:
        """The best candidates that the plan has not chosen for this demand."""
        chosen = self.chosen.get(need_id, set())
        rows = self.ranked[need_id][: ALTERNATIVES + len(chosen)]
        rest = [row for row in rows if self.problem.offers[self.table.offer[row]].id not in chosen]
        return [self._alternative(score_of(self.problem, self.table, row)) for row in rest[:ALTERNATIVES]]

    def _alternative(self, score: Score) -> dict[str, Any]:
        resource = self.posed.resources[int(score.offer_id)]
        return {
            "resource_id": resource.pk,
            "title": resource.title,
            "branch": resource.branch.name,
            "score": round(score.value, 4),
            "is_below_floor": score.fit < self.problem.weights.floor,
            "explanation": explain(score),
        }
