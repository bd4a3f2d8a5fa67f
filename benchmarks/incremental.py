"""One event on a living plan against solving everything again: time, objective, changes."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from benchmarks.counties import Contended, contended
from benchmarks.results import Options, Result, race
from pairing.matching.engine import Id, Need, Offer
from pairing.matching.engine.assignment import solve_table
from pairing.matching.engine.incremental import Event, LivePlan, Move

BENCH = "incremental"
CHOICES = 20
SPARE = 0.3  # of a county in which not every last visit is spoken for
EVENTS = 60

Happening = Callable[[], list[Move]]


def cases(options: Options) -> Iterator[Result]:
    """Random events at each size, and with every visit spoken for, where chains are long whoever plans."""
    for size in (1_000, 5_000, *((50_000,) if options.large else ())):
        made = standing(contended(options.seed, size, CHOICES, spare=SPARE))
        time_share, objective, changes, detail = measure(made, options.seed)
        yield Result.at_most(BENCH, f"{size}: event / full re-solve, time", time_share, 0.05, **detail)
        yield Result.at_least(BENCH, f"{size}: event / full re-solve, objective", objective, 1 - 1e-9)
        yield Result.at_most(BENCH, f"{size}: changes an event", changes, 5)
    for case, spare in (("no bonus for what stands", SPARE), ("nor a visit to spare", 0.0)):
        made = contended(options.seed, 1_000, CHOICES, spare=spare)
        time_share, objective, changes, detail = measure(made, options.seed)
        yield Result.figure(BENCH, f"1000, {case}: time", time_share, **detail)
        yield Result.at_least(BENCH, f"1000, {case}: objective", objective, 1 - 1e-9)
        yield Result.figure(BENCH, f"1000, {case}: changes an event", changes)


def standing(made: Contended) -> Contended:
    """The county after its plan was made: what stands gains the bonus, as when a plan is updated."""
    plan, _ = solve_table(made.problem, made.table)
    pairs = frozenset((each.need_id, each.offer_id) for each in plan.assignments)
    return replace(made, problem=replace(made.problem, previous=pairs))


def measure(made: Contended, seed: int) -> tuple[float, float, float, dict[str, float]]:
    """Return time and objective of events as shares of a full solution, changes an event, and details."""
    (full,) = race(lambda: solve_table(made.problem, made.table), clock=time.process_time)
    live = LivePlan(made.problem, made.table)
    happenings, spent, moved = _Happenings(made, live, seed), [], []
    for _ in range(EVENTS):
        event = happenings.next()
        started = time.process_time()
        moves = event()
        spent.append(time.process_time() - started)
        moved.append(len(moves))
    mean = sum(spent) / EVENTS
    detail = {
        "event_ms": 1000 * mean,
        "worst_ms": 1000 * max(spent),
        "full_ms": 1000 * full,
        "most": max(moved),
    }
    return mean / full, live.objective / happenings.solved_anew(), sum(moved) / EVENTS, detail


class _Happenings:
    """What comes to a county office in a year: needs come and go, offers come, go, and have a visit less."""

    def __init__(self, made: Contended, live: LivePlan, seed: int) -> None:
        self.made, self.live = made, live
        self.chance = random.Random(seed)  # noqa: S311
        self.away: dict[str, list[Id]] = {"need": [], "offer": []}

    def next(self) -> Happening:
        """Return a call that makes the next event happen."""
        kind = self.chance.choice(("need", "need", "offer", "narrow"))
        if kind == "narrow":
            return self._narrow(self.chance.randrange(len(self.made.problem.offers)))
        if self.away[kind] and self.chance.random() < 0.5:
            back = self.away[kind].pop()
            return lambda: getattr(self.live, f"add_{kind}")(back)
        rows: Sequence[Need | Offer] = getattr(self.made.problem, f"{kind}s")
        row = self.chance.choice(rows).id
        if row not in self.away[kind]:
            self.away[kind].append(row)
        return lambda: self.live.withdraw_need(row) if kind == "need" else self.live.drop_offer(row)

    def _narrow(self, offer: int) -> Happening:
        less = self.live.free[offer].tolist()
        month = self.chance.randrange(len(less))
        less[month] = max(less[month] - 1, 0)
        cause = Event("offer_changed", offer_id=offer)
        return lambda: self.live.change_offer(offer, less, cause)

    def solved_anew(self) -> float:
        """Return the objective of the same ledgers, solved from nothing."""
        owed: dict[Id, int] = dict(enumerate(self.live.sizes.tolist()))
        free: dict[Id, list[int]] = dict(enumerate(self.live.free.tolist()))
        return LivePlan(self.made.problem, self.made.table, owed=owed, free=free).objective
