"""Texts read in context: what serves lies near, whatever it is read together with; and what is remembered."""

import numpy as np
import pytest

from ledgers.reading import contexts
from ledgers.reading.contexts import context_vectors, forget_contexts, name_of

ASKED = "屋顶漏雨没人会补"


@pytest.fixture(autouse=True)
def nothing_read():
    forget_contexts()
    yield
    forget_contexts()


@pytest.mark.parametrize(
    ("asked", "served", "other"),
    [
        (ASKED, "泥瓦匠志愿队，可上门帮困难户修房子", "老人量血压"),
        ("路灯坏了，半夜路口黑得很", "供电所抢修班，可换灯接线", "文艺队，能排节目"),
        ("合作社的账没人会记", "会计师，可上门教记账", "农技员，教果树剪枝"),
    ],
)
def test_what_serves_lies_nearer_than_what_does_not(asked, served, other):
    [need] = context_vectors([asked], offered=False)
    near, far = context_vectors([served, other], offered=True)
    assert need @ near > need @ far + 0.1


def test_text_reads_the_same_alone_and_in_company():
    company = [f"{ASKED}，{n}" for n in "一二三四五六七"]
    alone = np.vstack([context_vectors([text], offered=False) for text in company])
    forget_contexts()
    assert np.array_equal(context_vectors(company[::-1], offered=False)[::-1], alone)
    assert np.linalg.norm(alone, axis=1) == pytest.approx(1.0, abs=1e-3)


def test_asked_for_and_offered_are_two_readings():
    asked, offered = (context_vectors([ASKED], offered=side)[0] for side in (False, True))
    assert asked @ offered < 0.99


def test_names_tell_sides_and_what_is_chinese_of_a_text():
    asked, offered = (name_of(ASKED, offered=side) for side in (False, True))
    assert asked == name_of(f"{ASKED}!!", offered=False)
    assert len({asked, offered, name_of(f"{ASKED}吗", offered=False)}) == 3


def test_text_without_chinese_is_nothing():
    assert not context_vectors(["", "  ，。", "WiFi 5G"], offered=True).any()
    assert context_vectors([], offered=True).shape == (0, contexts.WIDTH)


@pytest.mark.parametrize("odd", ["屋顶漏雨没人会补𪚥龘", f"{ASKED}，" + "谢谢大家" * 500])
def test_odd_characters_and_endless_texts_are_read(odd):
    read, plain = context_vectors([odd, ASKED], offered=False)
    assert np.isfinite(read).all()
    assert read @ plain > 0.2


def test_what_is_kept_elsewhere_is_asked_for_once_and_not_read():
    half, asked = np.full(contexts.WIDTH, 0.5, np.float16), []

    def kept(texts, offered):
        asked.append((texts, offered))
        return {ASKED: half}

    for _ in range(2):
        rows = context_vectors([ASKED, "", ASKED], offered=False, kept=kept)
        assert [row.tolist() for row in rows] == [half.tolist(), [0.0] * contexts.WIDTH, half.tolist()]
    assert asked == [([ASKED, ""], False)]


def test_what_is_read_anew_is_what_was_kept():
    """To the last digit, or an answer would depend on who gives it."""
    [row] = context_vectors([ASKED], offered=False)
    kept = row.astype(np.float16)
    forget_contexts()
    [again] = context_vectors([ASKED], offered=False, kept=lambda texts, offered: {ASKED: kept})
    assert again.tolist() == row.tolist()
