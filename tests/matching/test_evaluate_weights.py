"""matching_evaluate --weights: judging by the saved weights, or by some that are only thought of."""

import json
from dataclasses import replace
from datetime import datetime

import pytest
from django.core.management import CommandError
from django.utils import timezone

from pairing.matching.engine import Weights
from pairing.matching.services.weights import weights_change
from tests.factories.branches import UserFactory
from tests.matching.evaluating import run

NOW = datetime(2026, 3, 2, 9, tzinfo=timezone.get_current_timezone())


def found(printed):
    """The engine's recall and the line on weights."""
    lines = printed.splitlines()
    return lines[3].split()[1], lines[-1]


def test_evaluate_uses_the_default_weights_unasked(tiny):
    assert found(run(tiny)) == ("1.000", "权重：新装系统的默认权重")


def test_evaluate_judges_by_the_weights_of_a_file(tiny, tmp_path):
    """A floor of 1 leaves every list empty. No test here but those marked may touch a database."""
    file = tmp_path / "weights.json"
    file.write_text(json.dumps({"floor": 1, "text": 0.2}), encoding="utf-8")
    assert found(run(tiny, "--weights", file)) == ("0.000", f"权重：{file}；与默认不同：text 0.2、floor 1")


@pytest.mark.django_db
def test_evaluate_judges_by_the_weights_in_force(tiny):
    assert found(run(tiny, "--weights", "current")) == ("1.000", "权重：本系统现行（没有改过）")
    weights = replace(Weights.default(), floor=1.0)
    version = weights_change(
        weights=weights, reason="试用", base=None, actor=UserFactory(admin=True), now=NOW
    )
    assert found(run(tiny, "--weights", "current")) == (
        "0.000",
        f"权重：本系统现行（第 {version.pk} 版匹配权重）；与默认不同：floor 1",
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[]", '权重须是一个对象，例如 {"item": 0.5, "floor": 0.6}。'),
        ("{", "不是完整的 JSON，第 1 行第 2 个字符处读不下去。请检查那里的逗号、引号和括号。"),
        (
            '{"item": "高", "aspect": null, "text": NaN, "help": -1}',
            '“item”是 "高"，须是数字，不能是负数；“aspect”是 null，须是数字，不能是负数；'
            "“text”是 NaN，须是数字，不能是负数；“help”是 -1，须是数字，不能是负数。",
        ),
        ('{"item": 50}', "每个数字都须在 0 到 1 之间。"),
        (
            '{"flor": 0.4}',
            "没有叫“flor”的权重，可写的是 item、aspect、help、audience、text、pair、distance、window、"
            "capacity、urgency、relevance、floor、inferred、keep_bonus。",
        ),
    ],
)
def test_evaluate_refuses_weights_it_cannot_use(tiny, tmp_path, content, sentence):
    file, target = tmp_path / "weights.json", tmp_path / "out.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        run(tiny, "--weights", file, "--predictions", target)
    assert str(refused.value) == f"weights.json：{sentence}"
    assert not target.exists()
