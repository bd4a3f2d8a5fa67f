"""The sentence encoder: what is alike lies near, whatever it is read together with."""

import numpy as np
import pytest

from ledgers.reading.sentences import sentence_vectors

ASKED = "屋顶漏雨没人会补"


@pytest.mark.parametrize(
    ("near", "far"),
    [("请泥瓦匠上门修补漏水的房顶", "给老人量血压"), ("房子漏水要维修", "教老人用微信视频")],
)
def test_texts_on_one_matter_lie_nearer_than_others(near, far):
    asked, alike, other = sentence_vectors([ASKED, near, far])
    assert asked @ alike > asked @ other + 0.1


def test_text_reads_the_same_alone_and_in_company():
    company = [f"{ASKED}，{n}" for n in "一二三四五六七"]
    alone = np.vstack([sentence_vectors([text]) for text in company])
    assert np.array_equal(sentence_vectors(company[::-1])[::-1], alone)
    assert np.linalg.norm(alone, axis=1) == pytest.approx(1.0, abs=1e-3)


def test_text_without_chinese_is_nothing():
    assert not sentence_vectors(["", "  ，。", "WiFi 5G"]).any()
    assert sentence_vectors([]).shape[0] == 0


def test_character_nobody_has_seen_does_not_silence_the_text():
    odd, plain = sentence_vectors(["屋顶漏雨没人会补𪚥龘", ASKED])
    assert odd @ plain > 0.5
