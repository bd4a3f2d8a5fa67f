"""What events force to move: who finds no other place, and whom moving one other visit aside would place."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from benchmarks.results import Options, Result
from benchmarks.schedules import FIRST_DAY, city
from pairing.activities.scheduling import Half, Placed, ScheduleProblem, Slot, Visit, refusals, solve
from pairing.activities.scheduling.problem import Id, window

BENCH = "rescheduling"
VISITS = 500
EVENTS = 40
DAYS = 7  # somebody is away, or a hall under repair, for that long


def cases(options: Options) -> Iterator[Result]:
    """One event at a time on the same published schedule; totals over all events."""
    problem = city(VISITS, options.seed)
    published = dict(solve(problem, fast=True).placements)
    problem = replace(problem, visits=tuple(each for each in problem.visits if each.id in published))
    pick = random.Random(options.seed)  # noqa: S311 - a seeded generator is what is wanted
    subjects = sorted({subject for visit in problem.visits for subject in visit.subjects})
    evicted = nowhere = 0
    freed = dict.fromkeys(("branch", ""), 0)
    for _ in range(EVENTS):
        hit = _closed(problem, pick.choice(subjects), pick.randrange(35))
        schedule = solve(hit, keep=published)
        lost = [move.visit_id for move in schedule.moves if move.after is None]
        evicted, nowhere = evicted + len(schedule.moves), nowhere + len(lost)
        for shared in freed:
            freed[shared] += sum(_one_aside(hit, schedule.placements, each, shared) for each in lost)
    detail = {"events": EVENTS, "visits": len(problem.visits)}
    yield Result.figure(BENCH, f"city {VISITS}: moved by events", evicted, **detail)
    yield Result.figure(BENCH, f"city {VISITS}: of those without another place", nowhere, **detail)
    for shared, count in freed.items():
        whose = "of the same branch" if shared else "whosoever"
        yield Result.figure(
            BENCH, f"city {VISITS}: of those placed by one other moving aside, {whose}", count, **detail
        )


def _closed(problem: ScheduleProblem, subject: str, first: int) -> ScheduleProblem:
    """The problem with one subject away for DAYS days."""
    days = [FIRST_DAY + timedelta(days=first + n) for n in range(DAYS)]
    away = {Slot(day, half): "停用" for day in days for half in Half}
    return replace(problem, closed={**problem.closed, subject: {**problem.closed.get(subject, {}), **away}})


def _one_aside(problem: ScheduleProblem, placements: Mapping[Id, Slot], lost: Id, shared: str) -> bool:
    """Whether one other visit, with a subject of the `shared` kind in common, could move to let it in."""
    visits = {visit.id: visit for visit in problem.visits}
    placed = Placed(problem, placements)
    visit = visits[lost]
    common = frozenset(each for each in visit.loads if each.startswith(shared))
    for other in [each for each in problem.visits if each.id in placements and each.loads & common]:
        before = placed.remove(other)
        if any(_both(problem, placed, visit, slot, other) for slot in window(visit)):
            return True
        placed.add(other, before)
    return False


def _both(problem: ScheduleProblem, placed: Placed, visit: Visit, slot: Slot, other: Visit) -> bool:
    if refusals(problem, placed, visit, slot):
        return False
    placed.add(visit, slot)
    fits = any(not refusals(problem, placed, other, each) for each in window(other))
    placed.remove(visit)
    return fits
