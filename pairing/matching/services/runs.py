"""Solving a whole list and keeping what came out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.db.models import Q

from branches.models import User
from core import audit
from ledgers.models import Demand, Resource
from pairing.matching.adapter import pose
from pairing.matching.engine import MatchProblem, Plan, Score, Weights, explain, solve, suggest
from pairing.matching.enums import MatchRunState
from pairing.matching.models import Match, MatchRun
from pairing.plans.models import Pairing


@transaction.atomic
def match_run_execute(
    *, pairing: Pairing | None, actor: User, today: date, weights: Weights | None = None
) -> MatchRun:
    """Find the best overall assignment of usable resources to open demands, and store it with its proof.

    Args:
        pairing: plan for the two branches of one pairing; None plans for every running pairing.
        weights: the score weights; the defaults when None. They are stored with the run.
    """
    weights = weights or Weights.default()
    demands, resources = Demand.objects.open(), Resource.objects.published()
    if pairing:
        sides = Q(branch__in=[pairing.branch_a_id, pairing.branch_b_id])
        demands, resources = demands.filter(sides), resources.filter(sides)
    problem = pose(demands=demands, resources=resources, as_of=today, weights=weights).problem
    plan = solve(problem)
    with audit.action("match_run.execute", actor=actor) as entry:
        run = _store(pairing, actor, problem, plan)
        entry.target = run
        entry.summary = f"{len(plan.assignments)} 条需求有了匹配，{len(plan.unserved)} 条没有"
    return run


def _store(pairing: Pairing | None, actor: User, problem: MatchProblem, plan: Plan) -> MatchRun:
    run = MatchRun.objects.create(
        pairing=pairing,
        requested_by=actor,
        state=MatchRunState.DONE,
        as_of=problem.as_of,
        weights=problem.weights.as_dict(),
        demand_count=len(problem.needs),
        resource_count=len(problem.offers),
        objective=plan.objective,
        bound=plan.lp_bound,
        timings_ms={step: round(1000 * seconds, 1) for step, seconds in plan.timings.items()},
        unserved=[
            {"demand_id": each.need_id, "code": each.code, "sentence": each.sentence}
            for each in plan.unserved
        ],
    )
    scores = _scores(problem)
    Match.objects.bulk_create(
        _match(run, scores[pair]) for pair in dict.fromkeys((a.need_id, a.offer_id) for a in plan.assignments)
    )
    return run


def _scores(problem: MatchProblem) -> dict[tuple[int | str, int | str], Score]:
    ranked = suggest(problem, top=len(problem.offers) or 1)
    return {(score.need_id, score.offer_id): score for scores in ranked.values() for score in scores}


def _match(run: MatchRun, score: Score) -> Match:
    return Match(
        run=run,
        demand_id=score.need_id,
        resource_id=score.offer_id,
        score=min(max(score.value, 0.0), 1.0),
        terms=[asdict(term) for term in score.terms],
        explanation=explain(score),
    )
