"""The measures of a ranking, on lists small enough to work out by hand."""

import math

import pytest

from pairing.matching.engine.evaluation import (
    Quality,
    baseline,
    judge,
    ndcg,
    recall,
    reciprocal_rank,
)


def test_ndcg_is_one_for_the_best_order_and_counts_grades():
    assert ndcg({"a": 2, "b": 1}, ["a", "b", "c"]) == 1.0
    best = 3 + 1 / math.log2(3)
    assert ndcg({"a": 2, "b": 1}, ["b", "a"]) == pytest.approx((1 + 3 / math.log2(3)) / best)
    assert ndcg({"a": 2}, ["x", "y"]) == 0.0


def test_ndcg_looks_at_the_first_five_only():
    assert ndcg({"a": 2}, ["1", "2", "3", "4", "5", "a"]) == 0.0
    assert ndcg({str(i): 1 for i in range(7)}, [str(i) for i in range(5)]) == pytest.approx(1.0)


def test_recall_and_reciprocal_rank():
    assert recall({"a": 2, "b": 1}, ["x", "a"]) == 0.5
    assert reciprocal_rank({"a": 2, "b": 1}, ["x", "b", "a"]) == 0.5
    assert reciprocal_rank({"a": 2}, []) == 0.0


def test_judge_keeps_demands_nothing_serves_apart():
    labels = {"d1": {"a": 2}, "d2": {}, "d3": {}}
    assert judge(labels, {"d1": ["a"], "d2": ["a"]}) == Quality(ndcg=1.0, recall=1.0, mrr=1.0, empty=0.5)


def test_judge_counts_a_missing_list_as_an_empty_one():
    assert judge({"d1": {"a": 2}}, {}) == Quality(ndcg=0.0, recall=0.0, mrr=0.0, empty=1.0)


def test_baseline_ranks_by_shared_characters_and_skips_own_resources():
    demands, resources = {"d": "果树生虫"}, {"a": "果树治虫", "b": "果园", "c": "果树生虫", "e": "电脑"}
    found = baseline(demands, resources, {"d": "x"}, {"a": "y", "b": "y", "c": "x", "e": "y"})
    assert found == {"d": ["a", "b"]}
