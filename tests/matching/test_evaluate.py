"""The evaluation command, and the figures the development counties must keep."""

import json
from functools import cache
from pathlib import Path

import pytest
from django.core.management import CommandError

from pairing.matching.labelled import compare, confirmed, county_of, predictions
from tests.matching.evaluating import TINY, run

LABELLED = Path(__file__).parents[1] / "data" / "labelled"
COUNTIES = sorted(path.stem for path in LABELLED.glob("*.json"))
TAUGHT = LABELLED / "taught"
SMALLER = sorted(path.stem for path in TAUGHT.glob("*.json"))
KEPT = ("dev", "dev2", "fresh", "heldout", "steppe", "meadow")  # whose figures must stay


def test_evaluate_writes_ranked_lists_and_prints_figures(tiny, tmp_path):
    target = tmp_path / "out.json"
    printed = run(tiny, "--predictions", target)
    assert json.loads(target.read_text(encoding="utf-8")) == {"d1": ["r1"], "d2": []}
    assert [line.split()[0] for line in printed.splitlines()[2:]] == [
        "nDCG@5",
        "recall@5",
        "MRR",
        "无可对接的留空",
        "权重：新装系统的默认权重",
    ]
    assert printed.splitlines()[2].split()[1:] == ["1.000", "1.000", "1.00"]


def test_evaluate_needs_no_labels_and_says_that_nothing_was_judged(tiny, tmp_path):
    tiny.write_text(json.dumps({key: TINY[key] for key in TINY if key != "labels"}), encoding="utf-8")
    target = tmp_path / "out.json"
    assert run(tiny, "--predictions", target).startswith("提示：文件里没有标注（labels），只排了推荐")
    assert json.loads(target.read_text(encoding="utf-8")) == {"d1": ["r1"], "d2": []}


def test_evaluate_leaves_out_labels_on_own_resources_and_says_what_was_not_judged(tiny):
    """Were r2 counted, half of what serves d1 would be missing."""
    tiny.write_text(json.dumps({**TINY, "labels": {"d1": {"r1": 2, "r2": 2}}}), encoding="utf-8")
    printed = run(tiny).splitlines()
    assert printed[3].split() == ["recall@5", "1.000", "1.000", "1.00"]
    assert printed[6:8] == [
        "提示：1 条需求没有标注，没有评分：d2。",
        "提示：d1 标注的 r2 是本支部自己的资源，没有计入。",
    ]


def test_evaluate_reads_whole_numbers_as_ids(tiny, tmp_path):
    """Keys of JSON are text whatever the id, so all ids are."""
    figures = run(tiny, "--confirmed")
    numbered = json.loads(tiny.read_text(encoding="utf-8"))
    for row, number in zip(numbered["demands"] + numbered["resources"], (1, 2, 1, 2), strict=True):
        row["id"] = number
    numbered["labels"] = {"1": {"1": 2}, "2": {}}
    tiny.write_text(json.dumps(numbered), encoding="utf-8")
    target = tmp_path / "out.json"
    assert run(tiny, "--confirmed", "--predictions", target) == figures
    assert json.loads(target.read_text(encoding="utf-8")) == {"1": ["1"], "2": []}


def test_evaluate_says_where_predictions_cannot_be_written(tiny, tmp_path):
    with pytest.raises(CommandError, match=r"写不了 .*out.json：请检查文件夹是否存在"):
        run(tiny, "--predictions", tmp_path / "nowhere" / "out.json")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "请先设置环境变量 RERANK_BASE_URL 和 RERANK_MODEL"),
        ({"RERANK_TIMEOUT": "soon"}, "RERANK_TIMEOUT 和 RERANK_BUDGET 要写成秒数"),
    ],
)
def test_evaluate_refuses_a_second_opinion_that_is_not_set_up(tiny, monkeypatch, settings, sentence):
    monkeypatch.delenv("RERANK_BASE_URL", raising=False)
    if settings:
        settings = {**settings, "RERANK_BASE_URL": "http://127.0.0.1", "RERANK_MODEL": "m"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CommandError, match=sentence):
        run(tiny, "--rerank")


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
        ("dev2", 1.7, 0.8),
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
    assert len(SMALLER) == 68
    assert len(list((LABELLED / "kept").glob("*.json"))) == 10
    assert len(list((LABELLED / "untouched").glob("*.json"))) == 14


@pytest.mark.parametrize("name", [*COUNTIES, *SMALLER])
def test_labelled_county_is_a_fair_one(name):
    """Sizes, and enough demands nothing serves; every label names a known resource of another branch."""
    county = county_of(LABELLED / f"{name}.json" if name in COUNTIES else TAUGHT / f"{name}.json")
    barren = [demand for demand, grades in county.labels.items() if not grades]
    resources, demands = (75, 95) if name in COUNTIES else (60, 70)
    assert len(county.resource_texts) >= resources
    assert len(county.labels) >= demands
    assert len(barren) >= 0.2 * len(county.labels)
    pairs = [(demand, resource) for demand, grades in county.labels.items() for resource in grades]
    assert all(county.resource_branches[r] != county.demand_branches[d] for d, r in pairs)
