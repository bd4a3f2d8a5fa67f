"""What a match is said to lack: on which side, and only what changes its fit when it is filled in."""

from dataclasses import replace

import pytest

from pairing.matching.engine import Missing, Weights, suggest
from tests.matching.engine.test_suggest import FARM, PEST, problem

FILLED = {
    "items": frozenset({"农技指导"}),
    "aspect": "乡村振兴与产业发展",
    "aspects": frozenset({"乡村振兴与产业发展"}),
    "help_kinds": frozenset({"培训"}),
    "audiences": frozenset({"农户"}),
}
ASKING = replace(PEST, aspect="乡村振兴与产业发展")
SILENT = replace(PEST, title="果树病虫多", text="叶子发黄。")
CASES = {
    "items on both sides, aspect on neither": (PEST, FARM),
    "the offer names no aspect": (ASKING, FARM),
    "the offer does not say for whom": (replace(PEST, audiences=FILLED["audiences"]), FARM),
    "the need does not say for whom": (PEST, replace(FARM, audiences=FILLED["audiences"])),
    "the need does not say what kind of help": (SILENT, replace(FARM, help_kinds=FILLED["help_kinds"])),
}


def best(need, offer, **weights):
    """The only score of two rows, whatever it is worth."""
    weights = replace(Weights.default(), floor=0.0, **weights)
    [score] = suggest(problem(offers=(offer,), needs=(need,), weights=weights))[need.id]
    return score


def filled(need, offer, fact):
    """Both rows with one fact filled in."""
    change = {fact.field: FILLED[fact.field]}
    return (replace(need, **change), offer) if fact.side == "need" else (need, replace(offer, **change))


def test_missing_says_which_side_is_silent():
    assert best(PEST, FARM).missing == (
        Missing("need", "items"),
        Missing("offer", "items"),
        Missing("need", "aspect"),
    )
    told = best(*CASES["the offer does not say for whom"]).missing
    assert (Missing("offer", "audiences") in told, Missing("need", "audiences") in told) == (True, False)
    told = best(*CASES["the need does not say for whom"]).missing
    assert (Missing("offer", "audiences") in told, Missing("need", "audiences") in told) == (False, True)
    assert Missing("need", "help_kinds") in best(*CASES["the need does not say what kind of help"]).missing


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_changes_the_fit_when_it_is_filled_in(case):
    before = best(*CASES[case])
    for fact in before.missing:
        after = best(*filled(*CASES[case], fact))
        assert after.fit != before.fit, fact
        assert fact not in after.missing


def test_while_both_sides_are_silent_one_alone_changes_nothing_and_is_not_asked_for():
    before = best(PEST, FARM)
    for side in ("need", "offer"):
        fact = Missing(side, "audiences")
        assert fact not in before.missing
        assert best(*filled(PEST, FARM, fact)).fit == before.fit


def test_a_term_without_weight_lacks_nothing():
    assert best(PEST, FARM, item=0.0, text=0.5).missing == (Missing("need", "aspect"),)
    assert best(PEST, FARM, aspect=0.0).missing == (Missing("need", "items"), Missing("offer", "items"))


def test_an_aspect_that_is_plainly_met_is_not_missing():
    """An offer that names no aspect may point straight at it; naming it would add nothing."""
    met, fact = replace(PEST, aspect="病虫防治"), Missing("offer", "aspects")
    before = best(met, FARM)
    assert fact not in before.missing
    assert best(met, replace(FARM, aspects=frozenset({"病虫防治"}))).fit == before.fit
