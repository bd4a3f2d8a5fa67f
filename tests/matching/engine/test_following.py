"""A plan brought up to date ends as good as a new one, and its moves tell the whole way from the old one."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pairing.matching.engine import MatchProblem, Need, Offer
from pairing.matching.engine.assignment import solve_table
from pairing.matching.engine.following import Before, follow
from pairing.matching.engine.incremental import Event, Move
from tests.matching.engine.problems import MONTHS, TODAY, scored, table_of


def chosen_in(plan):
    visits = defaultdict(tuple)
    for each in plan.assignments:
        visits[each.need_id] += ((each.offer_id, each.month),) * each.visits
    return dict(visits)


def offers_of(chosen):
    return {need: Counter(offer for offer, _ in visits) for need, visits in chosen.items()}


def after_moves(chosen, moves):
    """What the moves make of a plan, each from where the one before has left off."""
    now = offers_of(chosen)
    for move in moves:
        assert Counter(move.before) == now.get(move.need_id, Counter())
        now[move.need_id] = Counter(move.after)
    return {need: after for need, after in now.items() if after}


some = st.frozensets(st.integers(0, 7), max_size=3)


@settings(max_examples=50, deadline=None)
@given(scored(), some, some, some, some)
def test_follow_ends_as_good_as_a_new_plan_and_tells_how(both, new, changed, gone, new_offers):
    today, scores = both
    today = replace(today, previous=frozenset())
    ids, offer_ids = {each.id for each in today.needs}, {each.id for each in today.offers}
    gone = {f"gone{each}" for each in gone}
    ghosts = tuple(Need(name, "a", "旧需求") for name in sorted(gone))
    lost_offer = Offer("lost", "b", "旧资源", capacity_per_month=1)
    yesterday = replace(
        today,
        needs=(
            *(
                replace(each, size=1 + each.size % 3) if each.id in changed else each
                for each in today.needs
                if each.id not in new
            ),
            *ghosts,
        ),
        offers=(*(each for each in today.offers if each.id not in new_offers), lost_offer),
        used={},
    )
    old = {pair: score - 0.1 if pair[0] in changed else score for pair, score in scores.items()}
    old |= {(name, each): 0.6 for name in gone for each in offer_ids}
    old |= {(each, "lost"): 0.95 for each in ids}
    chosen = chosen_in(solve_table(yesterday, table_of(yesterday, old))[0])
    before = Before(
        chosen,
        needs={
            each: "need_added" if each in new else "need_changed" for each in sorted((new | changed) & ids)
        },
        offers=dict.fromkeys(sorted(new_offers & offer_ids), "offer_added"),
    )
    plan, moves = follow(today, table_of(today, scores), before)
    anew = solve_table(today, table_of(today, scores))[0]
    assert plan.objective == pytest.approx(anew.objective, abs=1e-9)
    assert plan.ratio == pytest.approx(1.0)
    kept = {need: where for need, where in chosen.items() if need in ids}
    told = after_moves(kept, [move for move in moves if move.need_id in ids])
    assert told == offers_of(chosen_in(plan))


LAW = Offer("law", "a", "普法骨干", capacity_per_month=1)
SHOPS = Need("shops", "b", "零售户不懂法", deadline=TODAY.replace(day=31))
ELDERS = replace(SHOPS, id="elders", title="老年人不懂法")
SCORES = {("shops", "law"): 0.9, ("elders", "law"): 0.8, ("shops", "lawyer"): 0.7, ("elders", "lawyer"): 0.7}


def told(chosen, offers=(LAW,), needs=(SHOPS, ELDERS), scores=SCORES, used=None, since=None):
    """`chosen` has one offer of this month for each need, or several."""
    problem = MatchProblem(offers, needs, TODAY, used=used or {})
    visits = {need: tuple((each, MONTHS[0]) for each in held) for need, held in chosen.items()}
    return follow(problem, table_of(problem, scores), Before(visits, needs=since or {}))[1]


def test_offer_that_leaves_sends_its_need_to_another_and_names_the_chain():
    """The shops take the lawyer from nobody; were he busy with the elders, they would be told of it too."""
    lawyer = replace(LAW, id="lawyer")
    chosen = {"shops": ("law",), "elders": ("lawyer",)}
    cause = Event("offer_gone", offer_id="law")
    scores = SCORES | {("shops", "lawyer"): 0.85}
    assert told(offers=(lawyer,), scores=scores, chosen=chosen) == [
        Move("elders", ("lawyer",), (), cause),
        Move("shops", ("law",), ("lawyer",), cause),
    ]


def test_visit_of_a_need_that_is_gone_goes_to_one_that_waits():
    chosen = {"shops": ("law",)}
    moves = told(needs=(ELDERS,), chosen=chosen)
    assert moves == [Move("elders", (), ("law",), Event("need_gone", need_id="shops"))]


def test_visit_that_became_a_claim_frees_nothing():
    used = {("law", MONTHS[0]): 1}
    assert told({}, needs=(ELDERS,), used=used) == []


def test_new_need_displaces_a_weaker_one():
    chosen = {"elders": ("law",)}
    cause = Event("need_added", need_id="shops")
    moves = told(needs=(ELDERS, SHOPS), chosen=chosen, since={"shops": "need_added"})
    assert moves == [Move("elders", ("law",), (), cause), Move("shops", (), ("law",), cause)]


def test_offer_promised_elsewhere_meanwhile_lets_its_need_go():
    moves = told({"shops": ("law",)}, needs=(SHOPS,), used={("law", MONTHS[0]): 1})
    assert moves == [Move("shops", ("law",), (), Event("offer_full", offer_id="law"))]


def test_pair_that_became_impossible_is_named():
    moves = told({"shops": ("law",)}, needs=(SHOPS,), scores={})
    assert moves == [Move("shops", ("law",), (), Event("pair_lost", need_id="shops", offer_id="law"))]


def test_another_day_is_a_cause_of_its_own():
    """Nothing happened, but the elders are the better match by today's scores."""
    moves = told(scores=SCORES | {("elders", "law"): 0.95}, chosen={"shops": ("law",)})
    assert moves == [
        Move("shops", ("law",), (), Event("later")),
        Move("elders", (), ("law",), Event("later")),
    ]


def test_need_of_two_visits_loses_one_of_them_and_keeps_the_other():
    lawyer = replace(LAW, id="lawyer")
    twice = replace(SHOPS, size=2)
    moves = told({"shops": ("gone", "lawyer")}, offers=(LAW, lawyer), needs=(twice,))
    assert moves == [
        Move("shops", ("lawyer", "gone"), ("law", "lawyer"), Event("offer_gone", offer_id="gone"))
    ]


def test_need_that_asks_for_one_visit_less_frees_it_for_another():
    lawyer = replace(LAW, id="lawyer")
    cause = Event("need_changed", need_id="shops")
    moves = told(
        {"shops": ("law", "lawyer")}, offers=(LAW, lawyer), needs=(SHOPS, ELDERS), since={"shops": cause.kind}
    )
    assert after_moves({"shops": (("law", 0), ("lawyer", 0))}, moves) == {
        "shops": Counter({"law": 1}),
        "elders": Counter({"lawyer": 1}),
    }
    assert {move.cause for move in moves} == {cause}
