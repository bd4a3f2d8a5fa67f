"""A plan that follows its ledgers is always as good as one solved anew, and moves no more than that."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairing.matching.engine.assignment import solve_table
from pairing.matching.engine.frame import free_by_month
from pairing.matching.engine.incremental import Event, LivePlan, Move
from tests.matching.engine.problems import scored, table_of

events = st.lists(
    st.tuples(
        st.sampled_from(("add_need", "withdraw_need", "add_offer", "drop_offer", "narrow", "resize_need")),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
)


def visits_of(plan) -> Counter:
    found = Counter()
    for each in plan.assignments:
        found[each.need_id, each.offer_id] += each.visits
    return found


def changes(before: Counter, after: Counter) -> int:
    return sum(abs(after[pair] - before[pair]) for pair in before | after)


class Ledgers:
    """The world by the book: which needs and offers there are, solved from nothing after every event."""

    def __init__(self, problem, scores):
        self.problem, self.scores = problem, scores
        self.offers = {each.id: each for each in problem.offers}
        self.needs = {each.id: each for each in problem.needs}

    def solved(self):
        problem = replace(self.problem, needs=tuple(self.needs.values()), offers=tuple(self.offers.values()))
        return solve_table(problem, table_of(problem, self.scores))[0]

    def apply(self, live: LivePlan, kind: str, number: int) -> list[Move]:
        side = self.problem.needs if "need" in kind else self.problem.offers
        row = side[number % len(side)]
        if kind == "narrow":
            if row.id not in self.offers:
                return []
            self.offers[row.id] = replace(self.offers[row.id], capacity_per_month=1)
            [less] = free_by_month(self.problem, [self.offers[row.id]]).tolist()
            return live.change_offer(row.id, less, Event("offer_changed", offer_id=row.id))
        if kind == "resize_need":
            return self._resize(live, row, 1 + number % row.size)
        known = self.needs if "need" in kind else self.offers
        if kind.startswith("add"):
            known[row.id] = row
        else:
            known.pop(row.id, None)
        for each in (self.needs, self.offers):
            rows = sorted(each.values(), key=lambda one: one.id)
            each.clear()
            each.update((one.id, one) for one in rows)
        return getattr(live, kind)(row.id)

    def _resize(self, live: LivePlan, need, visits: int) -> list[Move]:
        """Part of a need's visits are promised elsewhere."""
        if need.id not in self.needs:
            return []
        self.needs[need.id] = replace(need, size=visits)
        return live.change_need(need.id, visits, Event("need_changed", need_id=need.id))


@settings(max_examples=50, deadline=None)
@given(scored(), events)
def test_every_event_ends_as_good_as_a_new_solution_and_moves_no_more(both, steps):
    problem, scores = both
    ledgers = Ledgers(problem, scores)
    live = LivePlan(problem, table_of(problem, scores))
    for kind, number in steps:
        before = Counter(live.pairs)
        moves = ledgers.apply(live, kind, number)
        anew = ledgers.solved()
        assert live.objective == pytest.approx(anew.objective, abs=1e-9)
        moved = changes(before, Counter(live.pairs))
        assert moved <= changes(before, visits_of(anew))
        told = Counter()
        for move in moves:
            told.update({(move.need_id, offer): n for offer, n in Counter(move.after).items()})
            told.subtract({(move.need_id, offer): n for offer, n in Counter(move.before).items()})
        assert sum(abs(n) for n in told.values()) == moved
    plan = live.plan()
    assert (plan.ratio, plan.objective) == (pytest.approx(1.0), pytest.approx(live.objective, abs=1e-9))
    assert visits_of(plan) == Counter(live.pairs)
