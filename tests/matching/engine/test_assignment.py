"""The whole-list plan: equal to an independent linear programme, within bounds, honest about the rest."""

from collections import Counter
from dataclasses import replace
from datetime import date
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairing.matching.engine import MatchProblem, Need, Offer, Weights, solve
from pairing.matching.engine.assignment import solve_table
from pairing.matching.engine.network import Network, dual_bound, node_prices, solve_circulation
from pairing.matching.engine.periods import first_of_month, need_window
from pairing.matching.engine.scoring import score_pairs
from pairing.matching.engine.terms import free_visits
from tests.matching.engine.linear import linear_optimum
from tests.matching.engine.problems import BRANCHES, TODAY, scored, table_of

by_id = attrgetter("id")
solved = scored()
FARM = Offer("farm", "a", "农技员", items=frozenset({"农技指导"}), capacity_per_month=1)
PEST = Need("pest", "b", "果树病虫多", items=frozenset({"农技指导"}), deadline=date(2026, 3, 31))


def plan_of(problem, scores):
    return solve_table(problem, table_of(problem, scores))[0]


@settings(max_examples=50, deadline=None)
@given(solved)
def test_solve_reaches_the_linear_optimum_and_proves_it(both):
    """With windows, monthly capacities, caps, reciprocity, fairness prices and a plan before."""
    plan = plan_of(*both)
    assert plan.objective == pytest.approx(linear_optimum(*both), abs=1e-5)
    assert plan.lp_bound == pytest.approx(plan.objective, abs=1e-9)
    assert plan.ratio == pytest.approx(1.0)


@settings(max_examples=50, deadline=None)
@given(solved)
def test_solve_keeps_every_bound(both):
    problem, plan = both[0], plan_of(*both)
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


@settings(max_examples=50, deadline=None)
@given(solved, st.permutations(range(8)))
def test_solve_objective_does_not_depend_on_ids(both, order):
    problem, scores = both
    renamed = replace(
        problem,
        offers=tuple(sorted((replace(each, id=order[each.id]) for each in problem.offers), key=by_id)),
        needs=tuple(sorted((replace(each, id=order[each.id]) for each in problem.needs), key=by_id)),
        used={(order[offer], month): n for (offer, month), n in problem.used.items()},
        previous=frozenset((order[need], order[offer]) for need, offer in problem.previous),
    )
    again = plan_of(renamed, {(order[i], order[j]): score for (i, j), score in scores.items()})
    assert again.objective == pytest.approx(plan_of(problem, scores).objective, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(solved, st.integers(0, 5))
def test_solve_never_gets_worse_by_another_resource(both, last):
    problem, scores = both
    less = replace(problem, offers=tuple(each for each in problem.offers if each.id != last))
    assert plan_of(problem, scores).objective >= plan_of(less, scores).objective - 1e-9


def test_another_resource_changes_the_score_of_no_other():
    """Were scores relative to the others, one more resource could spoil the best plan."""
    rot = replace(PEST, id="rot", branch_id="c", title="黄桃烂根", items=frozenset())
    problem = MatchProblem(offers=(FARM,), needs=(PEST, rot), as_of=TODAY)
    more = replace(problem, offers=(FARM, replace(FARM, id="other", title="果树剪枝能手", text="病虫防治")))
    first, second = score_pairs(problem), score_pairs(more)
    assert first.total.tolist() == second.total[second.offer == 0].tolist()


def test_solve_is_deterministic():
    """Whatever order the rows come in, and ties abound."""
    offers = tuple(replace(FARM, id=f"farm{n}") for n in range(4))
    needs = tuple(replace(PEST, id=f"pest{n}") for n in range(6))
    problem = MatchProblem(offers=offers, needs=needs, as_of=TODAY)
    turned = replace(problem, offers=offers[::-1], needs=needs[::-1])
    first, second = solve(problem), solve(turned)
    assert (first.assignments, first.unserved) == (second.assignments, second.unserved)
    assert (len(first.assignments), len(first.unserved)) == (4, 2)


def test_dual_bound_exposes_a_plan_that_is_not_optimal():
    """Negative control of the proof: the empty flow is feasible, and the bound says what it gives away."""
    ring = Network(*(np.array(column) for column in ([0, 1], [1, 0], [2, 2], [-5, 1])), nodes=2)
    best, nothing = solve_circulation(ring), np.zeros(2, dtype=np.int64)
    assert dual_bound(ring, node_prices(ring, best)) == int((ring.cost * best).sum()) == -8
    assert dual_bound(ring, node_prices(ring, nothing)) <= -8


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
    assert reason(needs=(quilts,)) == ("no_fit", nearest)


def test_unserved_names_the_limit_by_which_the_nearest_rules_itself_out():
    barns = replace(PEST, title="大棚菜不会管", text="想请懂农技的人到棚里教一教。")
    farm = replace(FARM, title="果树农技员", text="懂病虫防治，可到田间手把手示范，大棚菜不归我们。")
    nearest = "最接近的是“果树农技员”，但它写明“大棚菜不归我们”"
    code, sentence = reason(needs=(barns,), offers=(farm,), weights=replace(Weights.default(), floor=0.6))
    assert code == "no_fit"
    assert nearest in sentence


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
        "“农技员”在需求期限内（2026年3月2日至2026年3月31日）不可用；改期限或延长资源有效期即可安排"
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
    assert reason(reciprocity=0) == (
        "reciprocity",
        "双向服务差额上限为 0 次，已到界；放宽差额或让对方也认领一项即可安排",
    )


def test_unserved_names_what_was_forbidden_only_where_it_would_have_served():
    forbidden = frozenset({("pest", "farm")})
    assert reason(forbidden=forbidden) == (
        "forbidden",
        "能办这件事的“农技员”已被人工排除或婉拒过；撤回排除或与对方商量好再算，即可安排",
    )
    quilts = replace(PEST, title="缺棉被", items=frozenset({"困难慰问"}))
    assert reason(needs=(quilts,), forbidden=forbidden)[0] == "no_fit"


def test_unserved_names_the_price_and_whose():
    taken = "再加一次要扣的分多于匹配度；少扣一点或晚一点开始扣即可安排"
    assert reason(give_prices=((0, 1.0),)) == ("price", f"甲支部本次已提供 0 次，{taken}")
    assert reason(receive_prices=((0, 1.0),)) == ("price", f"乙支部本次已接受 0 次，{taken}")


@pytest.mark.parametrize(
    ("code", "blocked", "freed"),
    [
        ("no_fit", {"weights": replace(Weights.default(), floor=1.0)}, {"weights": Weights.default()}),
        (
            "capacity",
            {"used": {("farm", date(2026, 3, 1)): 1}},
            {"offers": (replace(FARM, capacity_per_month=2),)},
        ),
        (
            "window",
            {"offers": (replace(FARM, valid_from=date(2026, 4, 1)),)},
            {"needs": (replace(PEST, deadline=date(2026, 4, 30)),)},
        ),
        ("receive_cap", {"receive_caps": {"b": 0}}, {"receive_caps": {"b": 1}}),
        ("give_cap", {"give_caps": {"a": 0}}, {"give_caps": {"a": 1}}),
        ("reciprocity", {"reciprocity": 0}, {"reciprocity": 1}),
        ("price", {"give_prices": ((0, 1.0),)}, {"give_prices": ((1, 1.0),)}),
        ("forbidden", {"forbidden": frozenset({("pest", "farm")})}, {"forbidden": frozenset()}),
    ],
)
def test_every_reason_is_true_for_what_it_names_frees_the_need(code, blocked, freed):
    problem = replace(MatchProblem(offers=(FARM,), needs=(PEST,), as_of=TODAY), **blocked)
    assert [each.code for each in solve(problem).unserved] == [code]
    assert solve(replace(problem, **freed)).unserved == ()


def test_unserved_sees_through_a_month_that_could_be_freed():
    """March is held by a visit that could wait until April: the cap stands in the way, not the capacity."""
    later = replace(PEST, id="later", title=FARM.title, deadline=date(2026, 4, 30))
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
