"""The whole-list plan: equal to an independent linear programme, within bounds, honest about the rest."""

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pairing.matching.engine import MatchProblem, Need, Offer, Weights, pair_of, solve
from pairing.matching.engine.network import Network, dual_bound, node_prices, solve_circulation
from pairing.matching.engine.periods import first_of_month, months_between, need_window
from pairing.matching.engine.scoring import ranked, score_pairs
from pairing.matching.engine.terms import free_visits

TODAY = date(2026, 3, 2)
BRANCHES = ("a", "b", "c", "d")
ITEMS = ("普法宣讲", "农技指导", "证照办理")
SOME_DAY = st.dates(min_value=date(2026, 2, 20), max_value=date(2026, 6, 20))

offers = st.builds(
    Offer,
    id=st.just(0),
    branch_id=st.sampled_from(BRANCHES),
    title=st.just("资源"),
    items=st.frozensets(st.sampled_from(ITEMS), min_size=1, max_size=2),
    help_kinds=st.frozensets(st.sampled_from(["宣讲", "培训"]), min_size=1),
    capacity_per_month=st.none() | st.integers(0, 2),
    valid_to=st.none() | SOME_DAY,
)
needs = st.builds(
    Need,
    id=st.just(0),
    branch_id=st.sampled_from(BRANCHES),
    title=st.just("需求"),
    items=st.frozensets(st.sampled_from(ITEMS), min_size=1, max_size=2),
    help_kinds=st.frozensets(st.sampled_from(["宣讲", "培训"]), min_size=1),
    size=st.integers(1, 3),
    raised_on=st.none() | SOME_DAY,
    deadline=st.none() | SOME_DAY,
)


def numbered(rows):
    return tuple(replace(row, id=i) for i, row in enumerate(rows))


caps = st.dictionaries(st.sampled_from(BRANCHES), st.integers(0, 3), max_size=3)
problems = st.builds(
    MatchProblem,
    offers=st.lists(offers, max_size=5).map(numbered),
    needs=st.lists(needs, max_size=6).map(numbered),
    as_of=st.just(TODAY),
    pairs=st.just(frozenset({pair_of("a", "b"), pair_of("c", "d")})),
    give_caps=caps,
    receive_caps=caps,
    reciprocity=st.none() | st.integers(0, 2),
    used=st.dictionaries(
        st.tuples(st.integers(0, 4), st.sampled_from([date(2026, 3, 1), date(2026, 4, 1)])), st.integers(0, 2)
    ),
    previous=st.frozensets(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=2),
    horizon_months=st.integers(1, 4),
)


def linear_optimum(problem):
    """Return the LP optimum of the plan written out month by month – no chain, no flow."""
    table = score_pairs(problem)
    choices = []
    for row in sorted(row for rows in ranked(problem, table).values() for row in rows):
        need, offer = problem.needs[table.need[row]], problem.offers[table.offer[row]]
        keep = problem.weights.keep_bonus if (need.id, offer.id) in problem.previous else 0.0
        for month in months_between(*need_window(problem, need)):
            choices.append((need, offer, month, float(table.total[row]) + keep))
    if not choices:
        return 0.0
    limits, bounds = [], []

    def limit(coefficient, bound):
        limits.append([coefficient(*choice[:3]) for choice in choices])
        bounds.append(bound)

    for need in problem.needs:
        limit(lambda n, o, m, need=need: n.id == need.id, need.size)
    for offer, month in {(choice[1], choice[2]) for choice in choices}:
        left = free_visits(problem, offer, month)
        if left is not None:
            limit(lambda n, o, m, own=(offer.id, month): (o.id, m) == own, left)
    for branch in BRANCHES:
        limit(lambda n, o, m, b=branch: o.branch_id == b, problem.give_caps.get(branch, 99))
        limit(lambda n, o, m, b=branch: n.branch_id == b, problem.receive_caps.get(branch, 99))
        if problem.reciprocity is not None:
            net = lambda n, o, m, b=branch: (o.branch_id == b) - (n.branch_id == b)  # noqa: E731
            limit(net, problem.reciprocity)
            limit(lambda n, o, m, net=net: -net(n, o, m), problem.reciprocity)
    matrix = np.array(limits, dtype=float)
    result = linprog([-choice[3] for choice in choices], A_ub=matrix, b_ub=bounds, method="highs")
    return -result.fun


@settings(max_examples=150, deadline=None)
@given(problems)
def test_solve_reaches_the_linear_optimum_and_proves_it(problem):
    plan = solve(problem)
    assert plan.objective == pytest.approx(linear_optimum(problem), abs=1e-4)
    assert plan.lp_bound == pytest.approx(plan.objective, abs=1e-9)
    assert plan.ratio == pytest.approx(1.0)


@settings(max_examples=100, deadline=None)
@given(problems)
def test_solve_keeps_every_bound(problem):
    plan = solve(problem)
    needs, offers = ({each.id: each for each in side} for side in (problem.needs, problem.offers))
    by_need, by_month = Counter(), Counter()
    for each in plan.assignments:
        start, end = need_window(problem, needs[each.need_id])
        assert first_of_month(start) <= each.month <= end
        assert needs[each.need_id].branch_id != offers[each.offer_id].branch_id
        by_need[each.need_id] += each.visits
        by_month[each.offer_id, each.month] += each.visits
    for (offer_id, month), visits in by_month.items():
        left = free_visits(problem, offers[offer_id], month)
        assert left is None or visits <= left
    given_out, received = plan.totals(problem)
    for branch in BRANCHES:
        gave, got = given_out.get(branch, 0), received.get(branch, 0)
        assert gave <= problem.give_caps.get(branch, gave)
        assert got <= problem.receive_caps.get(branch, got)
        assert problem.reciprocity is None or abs(gave - got) <= problem.reciprocity
    short = {each.need_id: each.visits for each in plan.unserved}
    assert {n.id: n.size - by_need[n.id] for n in problem.needs if n.size > by_need[n.id]} == short


@settings(max_examples=60, deadline=None)
@given(problems, st.permutations(range(6)))
def test_solve_objective_does_not_depend_on_ids(problem, order):
    renamed = replace(
        problem,
        offers=tuple(replace(offer, id=order[offer.id]) for offer in problem.offers),
        needs=tuple(replace(need, id=order[need.id]) for need in problem.needs),
        used={(order[offer], month): n for (offer, month), n in problem.used.items()},
        previous=frozenset((order[need], order[offer]) for need, offer in problem.previous),
    )
    assert solve(renamed).objective == pytest.approx(solve(problem).objective, abs=1e-4)


@settings(max_examples=100, deadline=None)
@given(problems, offers)
def test_solve_never_gets_worse_by_another_resource(problem, extra):
    more = replace(problem, offers=(*problem.offers, replace(extra, id=99)))
    assert solve(more).objective >= solve(problem).objective - 1e-4


@settings(max_examples=15, deadline=None)
@given(problems)
def test_solve_is_deterministic(problem):
    turned = replace(problem, offers=problem.offers[::-1], needs=problem.needs[::-1])
    first, second = solve(problem), solve(turned)
    assert (first.assignments, first.objective, first.unserved) == (
        second.assignments,
        second.objective,
        second.unserved,
    )


def test_dual_bound_exposes_a_plan_that_is_not_optimal():
    """Negative control of the proof: the empty flow is feasible, and the bound says what it gives away."""
    ring = Network(*(np.array(column) for column in ([0, 1], [1, 0], [2, 2], [-5, 1])), nodes=2)
    best, nothing = solve_circulation(ring), np.zeros(2, dtype=np.int64)
    assert dual_bound(ring, node_prices(ring, best)) == int((ring.cost * best).sum()) == -8
    assert dual_bound(ring, node_prices(ring, nothing)) <= -8


FARM = Offer("farm", "a", "农技员", items=frozenset({"农技指导"}), capacity_per_month=1)
PEST = Need("pest", "b", "果树病虫多", items=frozenset({"农技指导"}), deadline=date(2026, 3, 31))


def reason(**changes):
    base = MatchProblem(
        offers=(FARM,), needs=(PEST,), as_of=TODAY, branch_names={"a": "甲支部", "b": "乙支部"}
    )
    (unserved,) = solve(replace(base, **changes)).unserved
    return unserved.code, unserved.sentence


def test_unserved_says_that_nothing_fits():
    quilts = replace(PEST, title="缺棉被", items=frozenset({"困难慰问"}))
    nothing = "现有资源中没有一项能办这件事；可向上级申请，或请结对支部补充资源清单"
    assert reason(needs=(quilts,)) == ("no_fit", nothing)


def test_unserved_names_the_nearest_miss():
    quilts = replace(PEST, title="缺棉被，也问农技", items=frozenset({"困难慰问"}))
    nearest = "没有资源达到推荐线，最接近的是“农技员”，但对不上；补充服务事项或新增资源后再试"
    strict = replace(Weights.default(), floor=0.9)
    assert reason(needs=(quilts,), weights=strict) == ("no_fit", nearest)


def test_unserved_names_who_holds_the_capacity():
    rot = replace(PEST, id="rot", title="黄桃烂根", items=frozenset({"农技指导", "直播带货"}))
    code, sentence = reason(needs=(PEST, rot), weights=replace(Weights.default(), floor=0.2))
    assert code == "capacity"
    assert sentence == "“农技员”的次数用满，已安排给“果树病虫多”；每月多承接 1 次或推迟期限即可安排"


def test_unserved_says_when_a_resource_is_booked_up_beforehand():
    assert reason(used={("farm", date(2026, 3, 1)): 1})[0] == "capacity"


def test_unserved_says_when_the_window_is_closed():
    code, sentence = reason(offers=(replace(FARM, valid_from=date(2026, 4, 1)),))
    assert code == "window"
    assert sentence == (
        "“农技员”在需求期限内（2026-03-02 至 2026-03-31）不可用；改期限或延长资源有效期即可安排"
    )


def test_unserved_names_the_cap_that_is_reached():
    assert reason(receive_caps={"b": 0}) == (
        "receive_cap",
        "乙支部本次最多接受 0 次服务，已用满；提高上限即可安排",
    )
    assert reason(give_caps={"a": 0}) == (
        "give_cap",
        "甲支部本次最多提供 0 次服务，已用满；提高上限即可由“农技员”安排",
    )
    assert reason(reciprocity=0)[0] == "reciprocity"


def test_unserved_sees_through_a_month_that_could_be_freed():
    """March is held by a visit that could wait until April: the cap stands in the way, not the capacity."""
    later = replace(PEST, id="later", title="果树病虫多，想请农技员来", deadline=date(2026, 4, 30))
    plan = solve(MatchProblem(offers=(FARM,), needs=(PEST, later), as_of=TODAY, give_caps={"a": 1}))
    assert [(each.need_id, each.month) for each in plan.assignments] == [("later", date(2026, 3, 1))]
    assert [(each.need_id, each.code) for each in plan.unserved] == [("pest", "give_cap")]


def test_unserved_tells_how_much_of_a_large_need_is_open():
    code, sentence = reason(needs=(replace(PEST, size=3),))
    assert (code, sentence[:7]) == ("capacity", "还差 2 次：")


def test_solve_serves_an_overdue_need_this_month():
    overdue = replace(PEST, deadline=date(2026, 1, 31))
    (only,) = solve(MatchProblem(offers=(FARM,), needs=(overdue,), as_of=TODAY)).assignments
    assert (only.need_id, only.month) == ("pest", date(2026, 3, 1))


def test_solve_keeps_the_previous_plan_when_it_is_as_good():
    twin = replace(FARM, id="twin")
    problem = MatchProblem(offers=(FARM, twin), needs=(PEST,), as_of=TODAY)
    for offer_id in ("farm", "twin"):
        again = replace(problem, previous=frozenset({("pest", offer_id)}))
        (only,) = solve(again).assignments
        assert (only.offer_id, only.kept) == (offer_id, True)


def test_solve_of_nothing_is_an_empty_proven_plan():
    plan = solve(MatchProblem(offers=(), needs=(), as_of=TODAY, weights=Weights.default()))
    assert (plan.assignments, plan.objective, plan.lp_bound, plan.ratio, plan.unserved) == ((), 0, 0, 1.0, ())
