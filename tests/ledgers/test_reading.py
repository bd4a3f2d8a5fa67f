"""What is read from a text: on texts held apart, with reasons, and for items no table knows."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ledgers.reading.bearings import spoken
from ledgers.reading.lexicon import Lexicon, LexiconItem
from ledgers.reading.reader import help_named
from ledgers.reading.suggesting import items_suggested, suggestions

TEXTS = Path(__file__).parents[1] / "data" / "reading" / "texts.txt"


@pytest.fixture(scope="module")
def sample():
    lines = TEXTS.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("|")) for line in lines if not line.startswith("#")]


@pytest.fixture(scope="module")
def read(sample):
    """What is suggested for each text of the sample, read once for all tests."""
    lexicon = Lexicon.default()
    return [items_suggested(text, "", lexicon) for text, _ in sample]


def test_sample_speaks_of_every_item_and_repeats_no_phrase(sample):
    lexicon = Lexicon.default()
    taught = {phrase for sides in spoken().values() for side in sides for phrase in side}
    assert len(sample) >= 150
    assert {item for _, item in sample} == {item.name for item in lexicon.items}
    assert {text for text, _ in sample} & taught == set()


def test_right_item_is_read_first_or_among_three(sample, read, capsys):
    names = [[each.name for each in found] for found in read]
    first = sum(item == found[0] for found, (_, item) in zip(names, sample, strict=True) if found)
    three = sum(item in found for found, (_, item) in zip(names, sample, strict=True))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(sample)} texts: accuracy@1 {first / len(sample):.3f}, @3 {three / len(sample):.3f}\n"
        )
    assert first >= 0.58 * len(sample)
    assert three >= 0.72 * len(sample)


def test_confidence_means_what_it_says(sample, read):
    """Of the readings said to be surer than 80 %, at least three quarters are right."""
    sure = [
        (best[0].name, item)
        for best, (_, item) in zip(read, sample, strict=True)
        if best and best[0].confidence >= 0.8
    ]
    assert len(sure) >= 30
    assert sum(name == item for name, item in sure) >= 0.75 * len(sure)


def test_suggestions_name_item_kind_and_audience_with_the_words_that_led_there():
    found = suggestions(
        "零售户法律意识薄弱", "不少店主说不清哪些做法违法，想请人来宣讲", Lexicon.default(), asked=True
    )
    assert found.items[0].name == "普法宣讲"
    assert {"法律意识", "违法"} <= set(found.items[0].words)
    assert found.help_kinds[0].name == "宣讲"
    assert found.audiences[0].name == "商户店主"


def test_nothing_is_suggested_for_a_text_that_says_nothing():
    found = suggestions("  ", "，。", Lexicon.default(), asked=True)
    assert (found.items, found.help_kinds, found.audiences) == ((), (), ())


@pytest.mark.parametrize(
    ("text", "is_labour"),
    [("独居老人手机不会缴费", False), ("请给每人手册一本", False), ("夜里人手不够，想请人帮着看", True)],
)
def test_old_people_and_their_telephones_are_no_hands(text, is_labour):
    kinds = [found.name for found in suggestions(text, "", Lexicon.default(), asked=True).help_kinds]
    assert ("人力" in kinds) == is_labour


def test_negative_cue_takes_an_item_out():
    text = "法治图书采购，给书屋购买图书"
    assert "普法宣讲" not in [each.name for each in items_suggested(text, "", Lexicon.default())]


def test_item_of_a_county_is_read_by_its_words_and_what_they_mean():
    own = LexiconItem("龙舟", "龙舟赛事", ("龙舟", "划龙船", "端午赛龙舟"))
    best = items_suggested("五月初五想办一场划龙船比赛", "", Lexicon.default().plus([own]))
    assert "龙舟" in [each.name for each in best]


def test_renamed_item_is_still_read():
    items = tuple(
        replace(item, code="新名", name="送法下乡讲法") if item.name == "普法宣讲" else item
        for item in Lexicon.default().items
    )
    best = items_suggested("零售户法律意识薄弱", "不少店主说不清哪些做法违法", Lexicon(items))
    assert best[0].name == "新名"


@pytest.mark.parametrize(
    ("text", "is_wanted"),
    [
        ("还缺八十万", True),
        ("想借三千元", True),
        ("有八万元积蓄，想盘下老供销社", False),
        ("老人被骗了三万", False),
        ("买保健品一共花了四万多", False),
        ("攒了五千块的存款", False),
        ("六万斤淮山压在地里", False),
    ],
)
def test_only_a_sum_that_is_lacking_is_a_wish_for_money(text, is_wanted):
    assert ("资金" in help_named("返乡开店", text, asked=True)) is is_wanted
