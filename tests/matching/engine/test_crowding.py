"""A likeness tells less where much is said; the office behind an offer tells a little."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ledgers.reading.bearings import directions
from ledgers.reading.crowding import crowding
from pairing.matching.engine import MatchProblem, Need, Offer
from pairing.matching.engine.scoring import TERMS, score_pairs

TODAY = date(2026, 3, 2)
FARMING, RARE = "果树得了病不会治，叶子长斑", "大家心里都没底"


@pytest.mark.parametrize("offered", [False, True])
def test_it_is_crowded_where_much_is_said(offered):
    much, little = crowding(directions([FARMING, RARE], offered=offered), offered=offered)
    assert much > 0 > little


def test_a_text_is_as_crowded_in_any_company():
    rows = directions([FARMING, RARE], offered=False)
    alone = [crowding(row[None, :], offered=False)[0] for row in rows]
    assert crowding(rows, offered=False).tolist() == alone


def test_a_text_that_says_nothing_is_not_crowded():
    assert crowding(directions([""], offered=False), offered=False).tolist() == [0.0]


def test_the_name_of_its_branch_puts_an_offer_first_among_equals():
    offers = (Offer(1, 1, "业务骨干上门讲解"), Offer(2, 2, "业务骨干上门讲解"))
    need = Need(3, 3, "想量血压看看身体")
    names = {1: "县医院党支部", 2: "县人民法院党支部"}
    problem = MatchProblem(offers, (need,), TODAY, branch_names=names)
    hospital, court = items_of(problem)
    assert hospital > court
    hospital, court = items_of(replace(problem, branch_names={}))
    assert court == hospital


def items_of(problem):
    table = score_pairs(problem)
    values = table.values[:, TERMS.index("item")]
    return values[np.argsort(table.offer)].tolist()
