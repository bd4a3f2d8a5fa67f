"""A plan brought up to date ends as good as a new one, and its moves tell the whole way from the old one."""

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
    return {each.need_id: (each.offer_id, each.month) for each in plan.assignments}


def after_moves(chosen, moves):
    """What the moves make of a plan, each from where the one before has left off."""
    now = {need: (offer,) for need, (offer, _) in chosen.items()}
    for move in moves:
        assert move.before == now.get(move.need_id, ())
        now[move.need_id] = move.after
    return {need: after for need, after in now.items() if after}


some = st.frozensets(st.integers(0, 7), max_size=3)


@settings(max_examples=50, deadline=None)
@given(scored(), some, some, some, some)
def test_follow_ends_as_good_as_a_new_plan_and_tells_how(both, new, changed, gone, new_offers):
    today, scores = both
    today = replace(today, needs=tuple(replace(each, size=1) for each in today.needs), previous=frozenset())
    ids, offer_ids = {each.id for each in today.needs}, {each.id for each in today.offers}
    gone = {f"gone{each}" for each in gone}
    ghosts = tuple(Need(name, "a", "旧需求") for name in sorted(gone))
    lost_offer = Offer("lost", "b", "旧资源", capacity_per_month=1)
    yesterday = replace(
        today,
        needs=(*(each for each in today.needs if each.id not in new), *ghosts),
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
        released=frozenset(gone),
    )
    plan, moves = follow(today, table_of(today, scores), before)
    anew = solve_table(today, table_of(today, scores))[0]
    assert plan.objective == pytest.approx(anew.objective, abs=1e-9)
    assert plan.ratio == pytest.approx(1.0)
    kept = {need: where for need, where in chosen.items() if need in ids}
    told = after_moves(kept, [move for move in moves if move.need_id in ids])
    assert told == {need: (offer,) for need, (offer, _) in chosen_in(plan).items()}


LAW = Offer("law", "a", "普法骨干", capacity_per_month=1)
SHOPS = Need("shops", "b", "零售户不懂法", deadline=TODAY.replace(day=31))
ELDERS = replace(SHOPS, id="elders", title="老年人不懂法")
SCORES = {("shops", "law"): 0.9, ("elders", "law"): 0.8, ("shops", "lawyer"): 0.7, ("elders", "lawyer"): 0.7}


def told(chosen, offers=(LAW,), needs=(SHOPS, ELDERS), scores=SCORES, used=None, since=None, **before):
    problem = MatchProblem(offers, needs, TODAY, used=used or {})
    return follow(problem, table_of(problem, scores), Before(chosen, needs=since or {}, **before))[1]


def test_offer_that_leaves_sends_its_need_to_another_and_names_the_chain():
    """The shops take the lawyer from nobody; were he busy with the elders, they would be told of it too."""
    lawyer = replace(LAW, id="lawyer")
    chosen = {"shops": ("law", MONTHS[0]), "elders": ("lawyer", MONTHS[0])}
    cause = Event("offer_gone", offer_id="law")
    scores = SCORES | {("shops", "lawyer"): 0.85}
    assert told(offers=(lawyer,), scores=scores, chosen=chosen) == [
        Move("elders", ("lawyer",), (), cause),
        Move("shops", ("law",), ("lawyer",), cause),
    ]


def test_visit_of_a_need_that_is_gone_goes_to_one_that_waits():
    chosen = {"shops": ("law", MONTHS[0])}
    moves = told(needs=(ELDERS,), chosen=chosen, released=frozenset({"shops"}))
    assert moves == [Move("elders", (), ("law",), Event("need_gone", need_id="shops"))]


def test_visit_that_became_a_claim_frees_nothing():
    used = {("law", MONTHS[0]): 1}
    assert told({"shops": ("law", MONTHS[0])}, needs=(ELDERS,), used=used) == []


def test_new_need_displaces_a_weaker_one():
    chosen = {"elders": ("law", MONTHS[0])}
    cause = Event("need_added", need_id="shops")
    moves = told(needs=(ELDERS, SHOPS), chosen=chosen, since={"shops": "need_added"})
    assert moves == [Move("elders", ("law",), (), cause), Move("shops", (), ("law",), cause)]


def test_offer_promised_elsewhere_meanwhile_lets_its_need_go():
    moves = told({"shops": ("law", MONTHS[0])}, needs=(SHOPS,), used={("law", MONTHS[0]): 1})
    assert moves == [Move("shops", ("law",), (), Event("offer_full", offer_id="law"))]


def test_pair_that_became_impossible_is_named():
    moves = told({"shops": ("law", MONTHS[0])}, needs=(SHOPS,), scores={})
    assert moves == [Move("shops", ("law",), (), Event("pair_lost", need_id="shops", offer_id="law"))]


def test_another_day_is_a_cause_of_its_own():
    """Nothing happened, but the elders are the better match by today's scores."""
    moves = told(scores=SCORES | {("elders", "law"): 0.95}, chosen={"shops": ("law", MONTHS[0])})
    assert moves == [
        Move("shops", ("law",), (), Event("later")),
        Move("elders", (), ("law",), Event("later")),
    ]
