"""Rows of texts are read once, for as long as they are among the last ones."""

import numpy as np
import pytest

from ledgers.reading.bearings import forget_texts, text_scores
from ledgers.reading.remembered import RememberedRows

TEXTS = ["想请人来讲讲防骗", "帮村里看看大棚", "办一场义诊"]


class Reader:
    """Gives the length of each text and a third, and notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), 1 / 3] for text in texts])


@pytest.fixture
def reader() -> Reader:
    return Reader()


def test_text_is_read_once_and_gives_the_same_row(reader: Reader):
    rows = RememberedRows(10)
    first = rows.of(["甲", "乙丙", "甲"], reader)
    again = rows.of(["乙丙", "丁"], reader)
    assert reader.asked == ["甲", "乙丙", "丁"]
    assert first.tolist() == [[1.0, np.float32(1 / 3)], [2.0, np.float32(1 / 3)], [1.0, np.float32(1 / 3)]]
    assert again[0].tolist() == first[1].tolist()


def test_texts_met_longest_ago_are_forgotten_first(reader: Reader):
    rows = RememberedRows(2)
    for texts in (["甲", "乙"], ["甲"], ["丙"], ["甲"], ["乙"]):
        rows.of(texts, reader)
    assert reader.asked == ["甲", "乙", "丙", "乙"]


def test_more_at_once_than_are_kept_leave_the_others_alone(reader: Reader):
    rows = RememberedRows(2)
    rows.of(["甲"], reader)
    found = rows.of(["甲", "乙乙", "丙"], reader)
    rows.of(["甲"], reader)
    assert found[:, 0].tolist() == [1, 2, 1]
    assert reader.asked == ["甲", "甲", "乙乙", "丙"]


def test_scores_of_a_text_are_the_same_to_the_last_bit_in_whatever_company():
    forget_texts()
    together = text_scores(TEXTS)
    forget_texts()
    alone = np.vstack([text_scores([text]) for text in reversed(TEXTS)])[::-1]
    assert np.array_equal(together, alone)
    assert np.array_equal(text_scores(TEXTS[:2]), together[:2])
