"""The shipped service catalogue is data: its shape, codes and limits are checked here without a database."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from ledgers.enums import Audience, HelpKind, Relation
from ledgers.reading.lexicon import SEED

ASPECTS: list[dict[str, Any]] = json.loads(SEED.read_text(encoding="utf-8"))
ITEMS: list[dict[str, Any]] = [item for aspect in ASPECTS for item in aspect["items"]]
MAX_LENGTH = 40


def texts_of(item: dict[str, Any]) -> list[str]:
    return [text for texts in item["terms"].values() for text in texts]


def own_words(item: dict[str, Any]) -> list[str]:
    """Everything that speaks for the item: its name and its terms but the negative ones."""
    terms = [
        text for relation, texts in item["terms"].items() if relation != Relation.NEGATIVE for text in texts
    ]
    return [item["name"], *terms]


def are_distinct_codes(codes: list[str], known: list[str]) -> bool:
    """Whether the list is not empty, says nothing twice and holds only known codes."""
    return bool(codes) and len(set(codes)) == len(codes) and set(codes) <= set(known)


def repeated(values: list[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def test_catalogue_size_covers_the_county() -> None:
    assert len(ASPECTS) >= 15
    assert len(ITEMS) >= 110


def test_first_aspects_are_those_the_demo_county_writes() -> None:
    assert [aspect["name"] for aspect in ASPECTS[:5]] == [
        "市场监管",
        "客户服务",
        "乡村振兴",
        "普法宣传与基层治理",
        "队伍建设与人才培养",
    ]


def test_aspect_keys_are_exactly_those_loaded() -> None:
    assert {frozenset(aspect) for aspect in ASPECTS} == {frozenset({"name", "items"})}


def test_aspect_names_are_unique() -> None:
    assert repeated([aspect["name"] for aspect in ASPECTS]) == []


def test_item_names_are_unique_over_all_aspects() -> None:
    assert repeated([item["name"] for item in ITEMS]) == []


def test_every_aspect_has_enough_items_to_choose_from() -> None:
    assert [aspect["name"] for aspect in ASPECTS if len(aspect["items"]) < 5] == []


def test_every_help_kind_and_audience_is_served_by_some_item() -> None:
    assert {kind for item in ITEMS for kind in item["help_kinds"]} == set(HelpKind.values)
    assert {audience for item in ITEMS for audience in item["audiences"]} == set(Audience.values)


def test_names_fit_the_column() -> None:
    names = [row["name"] for row in [*ASPECTS, *ITEMS]]
    assert [name for name in names if not 2 <= len(name) <= MAX_LENGTH] == []


def test_item_keys_are_exactly_those_loaded() -> None:
    assert {frozenset(item) for item in ITEMS} == {frozenset({"name", "help_kinds", "audiences", "terms"})}


def test_item_help_kinds_are_known_and_distinct() -> None:
    assert [
        item["name"] for item in ITEMS if not are_distinct_codes(item["help_kinds"], HelpKind.values)
    ] == []


def test_item_audiences_are_known_and_distinct() -> None:
    assert [
        item["name"] for item in ITEMS if not are_distinct_codes(item["audiences"], Audience.values)
    ] == []


def test_item_relations_are_known_and_filled() -> None:
    assert {relation for item in ITEMS for relation in item["terms"]} == set(Relation.values)
    assert [item["name"] for item in ITEMS if not all(item["terms"].values())] == []


def test_item_says_each_term_once() -> None:
    assert {item["name"]: twice for item in ITEMS if (twice := repeated(texts_of(item)))} == {}


def test_item_terms_fit_the_column_and_are_words() -> None:
    texts = [text for item in ITEMS for text in texts_of(item)]
    assert [text for text in texts if not 2 <= len(text) <= MAX_LENGTH or "".join(text.split()) != text] == []


def test_item_has_enough_terms_but_not_a_flood() -> None:
    counts = {item["name"]: len(texts_of(item)) for item in ITEMS}
    assert {name: count for name, count in counts.items() if not 8 <= count <= 80} == {}


def test_item_negative_cues_do_not_cancel_its_own_words() -> None:
    """A cue inside one of the item's own words would take back the point that the word gives."""
    cancelled = [
        (item["name"], cue, text)
        for item in ITEMS
        for cue in item["terms"].get(Relation.NEGATIVE, [])
        for text in own_words(item)
        if cue in text
    ]
    assert cancelled == []
