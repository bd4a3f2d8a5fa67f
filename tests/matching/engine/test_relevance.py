"""What labelled counties teach: the table beside the bearings, how it is applied and how it is learned."""

from dataclasses import replace

import numpy as np
import pytest

from ledgers.reading import contexts, sentences
from ledgers.reading.bearings import bearings
from pairing.matching.engine import Weights, relevance, scoring, suggest
from pairing.matching.engine.affinity import Profile
from pairing.matching.engine.relevance import MOST, Projections, adjusted
from scripts.lessons import RANK, Lesson, learn
from tests.matching.engine.hand_made import FARM, LAW, PEST, TALK, problem


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """A table of its own, and afterwards the shipped one again."""
    monkeypatch.setattr(relevance, "TABLE", tmp_path / "relevance.npz")
    relevance.projections.cache_clear()
    yield relevance.TABLE
    relevance.projections.cache_clear()


def test_shipped_table_fits_what_is_read_of_a_text():
    width = len(bearings().items) + len(bearings().sides) + sentences.WIDTH + contexts.WIDTH
    asked, offered, near = relevance.projections()
    assert (asked.shape, offered.shape) == ((width, RANK), (width, RANK))
    assert 0 < near <= MOST * 2


def profile(*rows, offered=False):
    """Texts of which only the bearing is known."""
    bearing = np.array(rows, dtype=float)
    return Profile(("",) * len(rows), offered, np.zeros((len(rows), 0)), bearing, np.zeros(len(rows)))


@pytest.fixture
def contexts_of(monkeypatch: pytest.MonkeyPatch):
    """What is read in context of needs and of offers."""

    def given(asked, offered):
        sides = np.array(asked, dtype=float), np.array(offered, dtype=float)
        monkeypatch.setattr(relevance, "context_vectors", lambda texts, offered: sides[offered])

    return given


def test_pairs_gain_the_product_of_both_sides_within_bounds(table, contexts_of):
    contexts_of(np.zeros((3, 0)), np.zeros((2, 0)))
    relevance.keep(Projections(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.25, 0.0], [0.0, -3.0]]), 0.5))
    asked, offered = profile([1, 0], [0, 1], [0, 0]), profile([1, 0], [0, 1], offered=True)
    pairs = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1])
    added = relevance.relevance(asked, offered, *pairs)
    assert added.tolist() == [0.25, 0, 0, -MOST, 0, 0]


def test_pairs_gain_by_how_near_they_lie_in_context(table, contexts_of):
    nothing = np.zeros((3, 1))
    relevance.keep(Projections(nothing, nothing, 0.25))
    contexts_of([[1, 0], [0, 0]], [[1, 0], [0.6, 0.8]])
    asked, offered = profile([1], [1]), profile([1], [1], offered=True)
    added = relevance.relevance(asked, offered, np.array([0, 0, 1]), np.array([0, 1, 1]))
    assert added.tolist() == [0.25, 0.15, 0]


def test_table_belongs_to_the_network_it_was_learned_beside():
    with np.load(relevance.TABLE) as stored:
        assert str(stored["contexts"]) == contexts.version()


def test_what_is_added_never_makes_certain_nor_lowers_and_keeps_the_order():
    values = np.linspace(0, 1, 41)
    for added in (0.0, 0.1, 0.3, MOST):
        raised = adjusted(values, np.full(41, added))
        assert (raised >= values).all()
        assert (np.diff(raised) > 0).all()
        assert raised[:-1].max() < 1
    assert adjusted(np.array([0.3, 0.3, 0.1]), np.array([0.2, -0.2, -0.2])) == pytest.approx([0.5, 0.1, 0])
    assert adjusted(values, np.zeros(41)).tolist() == values.tolist()


def test_without_a_say_nothing_is_added_and_the_table_is_not_asked_for(table):
    silent = problem(weights=replace(Weights.default(), relevance=0.0, floor=0.3))
    [best, *_] = suggest(silent)["law"]
    assert "relevance" not in {term.name for term in best.terms}
    assert not table.exists()


def test_what_has_nothing_to_do_with_a_need_or_rules_it_out_gains_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scoring, "relevance", lambda asked, offered, need, offer: np.full(need.size, 0.3))
    offers = (TALK, FARM, replace(FARM, id="careful", text="懂选种，可到田间手把手示范。病虫不管。"))
    with_say = problem(offers=offers, needs=(LAW, PEST))
    silent = replace(with_say, weights=replace(Weights.default(), relevance=0.0))
    plain, table = scoring.score_pairs(silent), scoring.score_pairs(with_say)
    ids = [
        (with_say.needs[need].id, offers[offer].id)
        for need, offer in zip(table.need, table.offer, strict=True)
    ]
    gained = {pair for pair, before, after in zip(ids, plain.fit, table.fit, strict=True) if after > before}
    strangers = {pair for pair, before in zip(ids, plain.fit, strict=True) if before == 0}
    assert ("law", "farm") in strangers
    assert ("pest", "farm") in gained
    assert gained.isdisjoint({*strangers, ("pest", "careful")})


def test_score_is_what_its_terms_come_to_and_what_is_added():
    floor = {"floor": 0.0}
    with_say = suggest(problem(weights=replace(Weights.default(), **floor)))
    without = suggest(problem(weights=replace(Weights.default(), relevance=0.0, **floor)))
    plain = {(each.need_id, each.offer_id): each.value for found in without.values() for each in found}
    checked = 0
    for score in (each for found in with_say.values() for each in found):
        added = sum(term.value for term in score.terms if term.name == "relevance")
        assert score.value - added == pytest.approx(plain.get((score.need_id, score.offer_id), 0.0))
        checked += bool(added)
    assert checked >= 2


def lesson(right, own=None):
    """Two needs of two kinds; the fit says nothing."""
    fit = np.full((2, 2), 0.5)
    return Lesson(np.array(right), fit, np.zeros((2, 2), bool) if own is None else own, np.eye(2), np.eye(2))


def product(lessons):
    asked, offered = learn(lessons, rank=2)
    return asked @ offered.T


def test_kinds_that_serve_each_other_come_to_belong_together():
    """The first kind of need is served by the second kind of offer and the other way round."""
    crossed = product([lesson([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])])
    assert crossed[0, 1] > 0.5 > -0.5 > crossed[0, 0]
    assert crossed[1, 0] > 0.5 > -0.5 > crossed[1, 1]


def test_a_kind_that_nothing_serves_loses():
    barren = product([lesson([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])])
    assert barren[0].max() < 0.0 < barren[1, 1]


def test_offers_of_the_own_branch_teach_nothing():
    own = np.array([[True, True], [True, True]])
    nothing = product([lesson([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]], own)])
    assert nothing == pytest.approx(np.zeros((2, 2)), abs=0.02)


def test_the_same_lessons_give_the_same_table():
    lessons = [lesson([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])]
    assert product(lessons).tolist() == product(lessons).tolist()
