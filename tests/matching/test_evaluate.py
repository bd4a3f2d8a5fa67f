"""The evaluation command, and the figures the development counties must keep."""

import json
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pairing.matching.labelled import compare, confirmed, county_of, predictions

LABELLED = Path(__file__).parents[1] / "data" / "labelled"
COUNTIES = sorted(path.stem for path in LABELLED.glob("*.json"))
KEPT = ("dev", "dev2", "fresh", "heldout", "steppe", "meadow")  # whose figures must stay
TINY = {
    "county": "小县",
    "as_of": "2026-03-01",
    "branches": [{"id": "A", "name": "甲村", "type": "村"}, {"id": "B", "name": "乙院", "type": "医院"}],
    "pairings": [{"id": "P", "branch_a": "A", "branch_b": "B"}],
    "resources": [
        {
            "id": "r1",
            "owner_branch": "B",
            "category": "人才",
            "name": "义诊队",
            "description": "大夫下乡看病",
        },
        {
            "id": "r2",
            "owner_branch": "A",
            "category": "人才",
            "name": "义诊队",
            "description": "大夫下乡看病",
        },
    ],
    "demands": [
        {"id": "d1", "branch": "A", "aspect": "健康", "name": "老人没处看病", "description": "想请大夫来"},
        {"id": "d2", "branch": "A", "aspect": "交通", "name": "要修一座大桥", "description": "缺三百万"},
    ],
    "labels": {"d1": {"r1": 2}, "d2": {}},
}


@pytest.fixture
def tiny(tmp_path):
    path = tmp_path / "county.json"
    path.write_text(json.dumps(TINY, ensure_ascii=False), encoding="utf-8")
    return path


def run(*arguments):
    out = StringIO()
    call_command("matching_evaluate", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_evaluate_writes_ranked_lists_and_prints_figures(tiny, tmp_path):
    target = tmp_path / "out.json"
    printed = run(tiny, "--predictions", target)
    assert json.loads(target.read_text(encoding="utf-8")) == {"d1": ["r1"], "d2": []}
    assert [line.split()[0] for line in printed.splitlines()[2:]] == [
        "nDCG@5",
        "recall@5",
        "MRR",
        "无可对接的留空",
    ]
    assert printed.splitlines()[2].split()[1:] == ["1.000", "1.000", "1.00"]


def test_evaluate_needs_no_labels(tiny, tmp_path):
    tiny.write_text(json.dumps({key: TINY[key] for key in TINY if key != "labels"}), encoding="utf-8")
    target = tmp_path / "out.json"
    run(tiny, "--predictions", target)
    assert json.loads(target.read_text(encoding="utf-8")) == {"d1": ["r1"], "d2": []}


def test_evaluate_names_what_is_wrong_with_a_file(tiny, tmp_path):
    with pytest.raises(CommandError, match="读不了"):
        run(tmp_path / "nowhere.json")
    tiny.write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match="缺少 'demands'"):
        run(tiny)


def test_confirmed_gives_both_sides_of_a_labelled_pair_one_item(tiny):
    county = confirmed(county_of(tiny))
    needs = {need.id: need.items for need in county.problem.needs}
    offers = {offer.id: offer.items for offer in county.problem.offers}
    assert needs == {"d1": frozenset({"义诊体检"}), "d2": frozenset()}
    assert offers == {"r1": frozenset({"义诊体检"}), "r2": frozenset()}


class Judged:
    """A labelled county with what the engine answers for it."""

    def __init__(self, name):
        self.county = county_of(LABELLED / f"{name}.json")
        self.found = predictions(self.county)


@cache
def judged(name):
    """Read every county once for all tests: its texts cost seconds."""
    return Judged(name)


@pytest.mark.parametrize(
    ("name", "ratio", "empty"),
    [
        ("dev", 1.95, 0.8),
        ("dev2", 1.45, 0.85),
        ("fresh", 1.65, 0.75),
        ("heldout", 1.5, 0.9),
        ("steppe", 1.7, 0.55),
        ("meadow", 1.8, 0.45),
    ],
)
def test_suggestions_beat_the_plain_baseline(name, ratio, empty):
    """The urban district's baseline is high: a perfect answer would be 1.78 times it."""
    ours, plain = compare(judged(name).county, judged(name).found)
    assert ours.ndcg >= ratio * plain.ndcg
    assert ours.empty >= empty


@pytest.mark.parametrize("name", ["dev", "dev2"])
def test_confirmed_items_double_the_baseline(name):
    county = confirmed(judged(name).county)
    ours, plain = compare(county, predictions(county))
    assert ours.ndcg >= 2.0 * plain.ndcg


@pytest.mark.parametrize("name", KEPT)
def test_no_branch_is_suggested_its_own_resource(name):
    county = judged(name).county
    own = [
        (demand, resource)
        for demand, ranked in judged(name).found.items()
        for resource in ranked
        if county.resource_branches[resource] == county.demand_branches[demand]
    ]
    assert own == []


def test_labelled_counties_are_there():
    assert {*KEPT, "harbour", "orchard", "ferry", "quarry", "pass", "canal"} == set(COUNTIES)


@pytest.mark.parametrize("name", COUNTIES)
def test_labelled_county_is_a_fair_one(name):
    """Sizes, and enough demands nothing serves; every label names a known resource of another branch."""
    county = county_of(LABELLED / f"{name}.json")
    barren = [demand for demand, grades in county.labels.items() if not grades]
    assert len(county.resource_texts) >= 75
    assert len(county.labels) >= 95
    assert len(barren) >= 0.2 * len(county.labels)
    pairs = [(demand, resource) for demand, grades in county.labels.items() for resource in grades]
    assert all(county.resource_branches[r] != county.demand_branches[d] for d, r in pairs)
