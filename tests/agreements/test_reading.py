"""What an agreement's text promises is proposed as countable clauses."""

import pytest

from pairing.activities.dictionary import KIND_CUES, KINDS
from pairing.agreements.reading import clauses_read

LINES = {name: line for line, names in KINDS.items() for name in names}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("每季度至少开展一次普法进社区活动", ("activity", 1, "quarter", "三送", "activity")),
        ("每年联合开展主题党日不少于4次", ("activity", 4, "year", "主题党日", "activity")),
        ("网格员与专卖片管员按月互通门店动态", ("communication", 1, "month", "", "organisation")),
        ("每季度走访两次困难零售户", ("visit", 2, "quarter", "", "work")),
        ("每月一次联合清扫", ("activity", 1, "month", "", "activity")),
        ("联合处置社区涉烟投诉", (None, None, None, "", "work")),
        ("共享党群服务中心与公职律师", (None, None, None, "", "organisation")),
    ],
)
def test_a_sentence_is_read_with_its_count_period_and_kind(text, expected):
    (found,) = clauses_read(text, KIND_CUES, LINES)
    assert (found.kind, found.target, found.period, found.activity_kind, found.line) == expected
    assert found.words == text


def test_sentences_become_clauses_in_order_and_empty_text_none():
    found = clauses_read("每月沟通；\n\n每年研讨一次。 ；共享阵地", KIND_CUES, LINES)
    assert [clause.words for clause in found] == ["每月沟通", "每年研讨一次", "共享阵地"]
    assert clauses_read(" ；。\n", KIND_CUES, LINES) == []
