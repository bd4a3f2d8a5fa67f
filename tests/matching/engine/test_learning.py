"""What decisions teach: taught wording is read better, wording nobody decided about is read as before."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pairing.matching.engine import suggest
from pairing.matching.engine.affinity import points, profiles
from pairing.matching.engine.evaluation import judge
from pairing.matching.engine.learning import Learned, Lesson
from pairing.matching.labelled import county_of, predictions

COUNTY = Path(__file__).parents[2] / "data" / "labelled" / "orchard.json"
POINTS = {"调解": np.array([1.0, 0.0]), "宣讲": np.array([0.0, 1.0])}
FLOORS = {0.0: 0.46, 1.0: 0.6}  # without what other counties teach every fit is lower
EVEN = np.array([[0.6, 0.8]])


def read_with(relevance):
    county = county_of(COUNTY)
    weights = replace(county.problem.weights, relevance=relevance, floor=FLOORS[relevance])
    return replace(county, problem=replace(county.problem, weights=weights))


@pytest.fixture(scope="module")
def county():
    """It taught relevance.npz, hence it is read without: what its own decisions teach is asked here."""
    return read_with(0.0)


def lessons_of(county, demands):
    """Return what accepting every fully serving resource of some demands teaches."""
    where = points(county.problem.lexicon)
    names = list(where)
    needs = {need.id: need for need in county.problem.needs}
    offered = profiles(county.problem.lexicon, county.problem.offers, offered=True).items
    likeness = offered @ np.array(list(where.values())).T
    item = {offer.id: names[row.argmax()] for offer, row in zip(county.problem.offers, likeness, strict=True)}
    return [
        Lesson(needs[demand].title, needs[demand].text, item[resource], accepted=True)
        for demand in demands
        for resource, grade in county.labels[demand].items()
        if grade == 2
    ]


def taught(county, learned):
    problem = replace(county.problem, learned=learned)
    return predictions(replace(county, problem=problem))


def quality(county, demands, found):
    return judge({demand: county.labels[demand] for demand in demands}, found)


@pytest.mark.parametrize(
    ("relevance", "won"),
    [
        (0.0, 0.2),  # what is taught is read at 0.68 before
        (1.0, 0.1),  # at 0.86, as this county has taught relevance.npz: less is left to win
    ],
)
def test_learning_helps_what_was_taught_and_spares_what_was_not(relevance, won):
    """`won` is the share of what is missing that must be won."""
    county = read_with(relevance)
    served = [demand for demand, grades in county.labels.items() if grades]
    barren = [demand for demand, grades in county.labels.items() if not grades]
    told, unseen = served[::2], served[1::2]
    before = taught(county, Learned())
    after = taught(county, Learned.of(lessons_of(county, told)))
    known = quality(county, told, before).ndcg
    assert quality(county, told, after).ndcg > known + won * (1 - known)
    assert quality(county, unseen, after).ndcg >= quality(county, unseen, before).ndcg - 0.005
    assert quality(county, barren, after).empty >= quality(county, barren, before).empty - 0.005


def test_what_was_taught_is_no_matter_where_nobody_asks(county):
    """A branch without a demand read an error page once the county had decided about one."""
    learned = Learned.of(lessons_of(county, list(county.labels)[:5]))
    nobody = replace(county.problem, needs=(), learned=learned)
    assert suggest(nobody, top=3) == {}
    assert suggest(replace(nobody, offers=()), top=3) == {}


def test_adjust_leaves_unknown_wording_exactly_alone():
    learned = Learned.of([Lesson("屋后水沟吵架", "", "调解", accepted=True)])
    assert (learned.adjust(EVEN, POINTS, [("果树生虫", "")]) == EVEN).all()


def test_adjust_believes_more_with_every_decision():
    lesson = Lesson("屋后水沟吵架", "", "调解", accepted=True)
    shares = [
        Learned.of([lesson] * times).adjust(EVEN, POINTS, [("屋后水沟吵架", "")])[0, 0] for times in (1, 3, 9)
    ]
    assert 0.6 < shares[0] < shares[1] < shares[2] <= 1.0


def test_adjust_turns_away_from_what_was_declined():
    learned = Learned.of([Lesson("屋后水沟吵架", "", "宣讲", accepted=False)] * 5)
    assert learned.adjust(EVEN, POINTS, [("屋后水沟吵架", "")])[0, 1] < 0.8


def test_adjust_keeps_rows_of_unit_length():
    learned = Learned.of([Lesson("屋后水沟吵架", "", "调解", accepted=True)] * 3)
    assert np.linalg.norm(learned.adjust(EVEN, POINTS, [("水沟吵架闹矛盾", "")])) == pytest.approx(1.0)


def test_taught_one_by_one_is_taught_at_once():
    first = Lesson("屋后水沟吵架", "", "调解", accepted=True)
    second = Lesson("吵架", "劝不住", "宣讲", accepted=False)
    assert Learned().taught([first]).taught([second]) == Learned.of([second, first])
