"""Suggestions on two small hand-made ledgers: the right offer first, reasons in words, honest silence."""

from dataclasses import replace
from datetime import date

import pytest

from pairing.matching.engine import (
    Lexicon,
    LexiconItem,
    MatchProblem,
    Need,
    Offer,
    Weights,
    explain,
    pair_of,
    suggest,
    suggest_for_offers,
)
from pairing.matching.engine.scoring import score_pairs
from tests.matching.engine.hand_made import BOOKS, FARM, LAW, PEST, TALK, TODAY, problem


def offers_of(found):
    return [score.offer_id for score in found]


def test_suggest_ranks_the_service_that_is_asked_for_first():
    found = suggest(problem())
    assert offers_of(found["law"])[:1] == ["talk"]
    assert offers_of(found["pest"])[:1] == ["farm"]


def test_suggest_is_empty_when_nothing_reaches_the_floor():
    assert suggest(problem())["river"] == []


def test_suggest_answers_only_the_needs_asked_for():
    assert list(suggest(problem(), ["pest"])) == ["pest"]


def test_suggest_obeys_the_floor():
    strict = problem(weights=replace(Weights.default(), floor=1.0))
    assert suggest(strict) == {"law": [], "pest": [], "river": []}


def test_suggest_does_not_take_buying_law_books_for_legal_advice():
    """The negative cue rules the topic out although the word 法律 stands in both texts."""
    with_cue = suggest(problem(offers=(BOOKS,)))["law"]
    blunt = Lexicon((LexiconItem("law", "普法宣讲", ("法律", "法治", "宣讲")),))
    without_cue = suggest(problem(offers=(BOOKS,), lexicon=blunt))["law"]
    assert (offers_of(with_cue), offers_of(without_cue)) == ([], ["books"])


def test_a_resource_is_no_nearer_for_naming_what_it_does_not_do():
    limited = replace(FARM, id="limited", text=f"{FARM.text}水稻和果树不归我们。")
    table = score_pairs(problem(offers=(FARM, limited), needs=(PEST,)))
    assert table.fit[1] < 0.5 * table.fit[0]


def test_suggest_ranks_the_kind_of_help_asked_for_above_another():
    law = replace(LAW, items=frozenset({"普法宣讲"}), help_kinds=frozenset({"宣讲"}))
    same = {"items": frozenset({"普法宣讲"}), "title": "普法", "text": ""}
    lecture = replace(TALK, id="a", help_kinds=frozenset({"宣讲"}), **same)
    venue = replace(TALK, id="b", help_kinds=frozenset({"场地"}), **same)
    no_floor = replace(Weights.default(), floor=0.0)
    first, second = suggest(problem(offers=(lecture, venue), needs=(law,), weights=no_floor))["law"]
    assert (first.offer_id, second.offer_id) == ("a", "b")
    assert second.fit < 0.7 * first.fit


@pytest.mark.parametrize("kinds", [frozenset(), frozenset({"宣讲"})])
def test_kind_of_help_counts_against_a_match_only_where_both_sides_chose_theirs(kinds):
    """Where one side is silent the same texts gain what labelled counties teach."""
    hall = replace(TALK, id="hall", help_kinds=frozenset({"场地"}))
    [best] = suggest(problem(offers=(hall,), needs=(replace(LAW, help_kinds=kinds),), weights=NO_FLOOR))[
        "law"
    ]
    assert any(term.name == "relevance" for term in best.terms) is not bool(kinds)


@pytest.mark.parametrize("word", ["病虫", "果树"])
def test_a_word_or_two_reach_no_floor_unless_a_person_said_what_they_are_about(word):
    curt = replace(FARM, title=word, text="")
    assert suggest(problem(offers=(curt,)))["pest"] == []
    chosen = frozenset({"农技指导"})
    told = problem(offers=(replace(curt, items=chosen),), needs=(replace(PEST, items=chosen),))
    assert offers_of(suggest(told)["pest"]) == ["farm"]


def test_samples_speak_for_a_match_only_above_the_floor():
    given = problem(offers=(FARM, DRONE), needs=(PEST,), weights=STRICT)
    good, poor = suggest(given)["pest"]
    assert ("按样例看" in explain(good), "按样例看" in explain(poor)) == (True, False)
    assert any(term.name == "relevance" and term.value > 0.1 for term in poor.terms)


def test_suggest_never_offers_a_branch_its_own_resource():
    own = replace(FARM, branch_id="village")
    assert suggest(problem(offers=(own,)))["pest"] == []


def test_suggest_keeps_a_pair_only_resource_from_strangers():
    kept = replace(FARM, pair_only=True)
    assert suggest(problem(offers=(kept,)))["pest"] == []
    partners = frozenset({pair_of("station", "village")})
    assert offers_of(suggest(problem(offers=(kept,), pairs=partners))["pest"]) == ["farm"]


def test_suggest_leaves_out_what_is_booked_up_or_expired():
    due = replace(PEST, deadline=date(2026, 3, 31))
    full = problem(needs=(due,), used={("farm", date(2026, 3, 1)): 4})
    expired = problem(needs=(due,), offers=(replace(FARM, valid_to=date(2026, 3, 1)),))
    assert (suggest(full)["pest"], suggest(expired)["pest"]) == ([], [])


def test_suggest_skips_forbidden_pairs():
    assert suggest(problem(forbidden=frozenset({("pest", "farm")})))["pest"] == []


def test_scores_do_not_depend_on_the_order_of_the_ledgers():
    given = problem()
    turned = replace(given, offers=given.offers[::-1], needs=given.needs[::-1])
    assert suggest(given) == suggest(turned)


def test_suggest_for_offers_gives_the_same_scores_the_other_way():
    by_need, by_offer = suggest(problem()), suggest_for_offers(problem())
    assert by_offer["talk"] == [score for score in by_need["law"] if score.offer_id == "talk"]
    assert by_offer["farm"] == by_need["pest"]


DRONE = Offer("drone", "station", "植保无人机", "可以给成片果树打药。")
SEEDS = Offer("seeds", "station", "水稻育种员", "指导水稻品种选择和育秧。")
RICE = Need("rice", "village", "水稻品种退化", "不知道换哪种好。")
NO_FLOOR = replace(Weights.default(), floor=0.0)
STRICT = replace(Weights.default(), floor=0.8)


def test_suggest_for_offers_is_empty_for_what_only_stands_behind_another():
    """A resource that shows below one that reaches the floor is no answer to what it could do itself."""
    given = problem(offers=(FARM, DRONE), needs=(PEST,), weights=STRICT)
    assert offers_of(suggest(given)["pest"]) == ["farm", "drone"]
    found = suggest_for_offers(given)
    assert (offers_of(found["farm"]), found["drone"]) == (["farm"], [])


def test_suggest_puts_what_stays_below_the_floor_behind():
    """Even where it is worth more in all, for being near."""
    here, far = {"latitude": 27.0, "longitude": 112.0}, {"latitude": 29.0, "longitude": 112.0}
    weights = replace(STRICT, distance=0.5)
    offers = replace(FARM, **far), replace(DRONE, **here)
    given = problem(offers=offers, needs=(replace(PEST, **here),), weights=weights)
    first, behind = suggest(given)["pest"]
    assert (first.offer_id, behind.offer_id) == ("farm", "drone")
    assert first.fit >= weights.floor > behind.fit
    assert first.value < behind.value


def test_suggest_for_offers_puts_what_stays_below_the_floor_behind():
    """Even where it is worth more in all, for being near."""
    far, near = replace(PEST, latitude=29.0, longitude=112.0), replace(RICE, latitude=27.0, longitude=112.0)
    farm = replace(FARM, latitude=27.0, longitude=112.0)
    weights = replace(STRICT, distance=0.5)
    given = problem(offers=(farm, SEEDS), needs=(far, near), weights=weights)
    first, behind = suggest_for_offers(given)["farm"]
    assert (first.need_id, behind.need_id) == ("pest", "rice")
    assert first.fit >= weights.floor > behind.fit
    assert first.value < behind.value


def test_explain_names_pair_item_words_and_capacity():
    best = suggest(problem())["law"][0]
    assert explain(best) == (
        "都像是“普法宣讲”事项；要的和能给的都是宣讲；都提到“后果”“宣讲”“法律”；"
        "按样例看，这样的资源多能办这样的事；3 月还可承接 3 次；同一结对"
    )


def test_terms_absent_on_one_side_are_left_out_and_the_rest_reweighted():
    best = suggest(problem())["pest"][0]
    assert {term.name for term in best.terms} == {"item", "help", "text", "pair", "capacity", "relevance"}
    assert 0 < best.value <= 1
    assert all(0 <= term.value <= 1 for term in best.terms if term.weight)


def test_confirmed_items_score_higher_than_items_read_from_the_text():
    item = frozenset({"农技指导"})
    confirmed = problem(offers=(replace(FARM, items=item),), needs=(replace(PEST, items=item),))
    read = problem(offers=(FARM,), needs=(PEST,))
    assert suggest(confirmed)["pest"][0].fit > suggest(read)["pest"][0].fit


def test_person_names_are_no_common_ground():
    """Two people called 李 have nothing to do with each other."""
    plain = replace(FARM, title="王同志（农技员）")
    namesake = replace(FARM, title="李同志（农技员）")
    need = replace(PEST, title="李同志（村民）说果树病虫多")
    first, second = (suggest(problem(offers=(o,), needs=(need,)))["pest"][0] for o in (plain, namesake))
    assert first.value == pytest.approx(second.value)


def test_weights_survive_a_round_trip_and_refuse_nonsense():
    weights = replace(Weights.default(), floor=0.4)
    assert Weights.from_dict(weights.as_dict()) == weights
    with pytest.raises(ValueError, match="flor"):
        Weights.from_dict({"flor": 0.4})
    with pytest.raises(ValueError, match="负数"):
        Weights.from_dict({"item": -1})


def test_lexicon_plus_lets_a_county_add_words_to_a_known_item():
    county = Lexicon.default().plus(
        [LexiconItem("i7", "农技指导", ("土专家",)), LexiconItem("i8", "龙舟", ("划船",))]
    )
    grown = next(item for item in county.items if item.code == "i7")
    assert {"土专家", "病虫"} <= set(grown.terms)
    assert [item.name for item in county.items].count("农技指导") == 1
    assert len(county.items) == len(Lexicon.default().items) + 1


def test_suggest_finds_the_law_speaker_for_shopkeepers_who_do_not_know_the_law():
    """The case the product was built on: community and bureau are paired, the list has one speaker on law."""
    need = Need(
        "shops",
        "community",
        "社区零售户法律意识薄弱",
        "走访中不少店主说不清哪些做法违法，希望分批上门讲一讲。",
        aspect="普法宣传与基层治理",
        urgency=1,
    )
    law, market = frozenset({"普法宣传与基层治理"}), frozenset({"市场监管"})
    offers = (
        Offer(
            "speaker",
            "bureau",
            "李同志（法规员、普法宣讲骨干）",
            "能结合身边案例讲清违规后果。",
            "专业人才",
            law,
        ),
        Offer("binder", "bureau", "法律法规汇编", "含条例和办法，可索取电子版。", "政策信息", law),
        Offer("checker", "bureau", "周同志（卷烟鉴别员）", "教人看喷码、辨真伪。", "专业人才", market),
        Offer(
            "window",
            "bureau",
            "办证窗口",
            "受理新办、延续和歇业申请。",
            "党员服务站",
            frozenset({"客户服务"}),
        ),
        Offer("hall", "bureau", "文化活动室", "可容纳五十人，有投影。", "党建阵地", frozenset({"队伍建设"})),
    )
    pairs = frozenset({pair_of("bureau", "community")})
    best = suggest(MatchProblem(offers, (need,), TODAY, pairs))["shops"]
    assert best[0].offer_id == "speaker"
    said = "都像是“普法宣讲”事项；要的和能给的都是宣讲；按样例看，这样的资源多能办这样的事；"
    assert explain(best[0]).startswith(f"{said}同属普法宣传与基层治理")
    assert [each.offer_id for each in best if each.fit >= Weights.default().floor] == ["speaker", "binder"]
    assert {"window", "hall"}.isdisjoint(offers_of(best))
