"""The optional second opinion, asked of a real HTTP server on this machine."""

import json
from datetime import date
from threading import Event

import pytest
from django.core.cache.backends.locmem import LocMemCache

from pairing.matching.engine import MatchProblem, Need, Offer, suggest
from pairing.matching.reranker import Endpoint, rerank, without_personal_data
from tests.matching.endpoint import saying

OFFERS = (
    Offer("a", "giver", "调解员", "擅长邻里纠纷调解，可以上门"),
    Offer("b", "giver", "法官调解室", "邻里、借贷纠纷都能调解"),
    Offer("c", "giver", "公益律师", "解答法律问题，调解邻里矛盾"),
)
NEED = Need("n", "taker", "两家邻里纠纷劝不下来", "王同志（13812345678）请人来调解")
OTHER = Need("o", "taker", "邻里矛盾要调解", "两家为排水闹纠纷")


@pytest.fixture
def cache():
    kept = LocMemCache("rerank-test", {})
    kept.clear()
    return kept


@pytest.fixture
def problem():
    return MatchProblem(OFFERS, (NEED,), date(2026, 3, 2))


def endpoint_of(server, **changes):
    return Endpoint(f"http://127.0.0.1:{server.server_port}/v1", "small", "secret", **changes)


def ids(found, need="n"):
    return [score.offer_id for score in found[need]]


def test_rerank_puts_suggestions_in_the_order_of_the_answer(server, cache, problem):
    found = suggest(problem)
    server.reply = saying('{"order": [2, 0, 1]}')
    first, second, third = ids(found)
    assert ids(rerank(problem, found, endpoint_of(server), cache)) == [third, first, second]
    path, key, _body = server.asked[0]
    assert (path, key) == ("/v1/chat/completions", "Bearer secret")


def test_rerank_sends_running_numbers_and_no_personal_data(server, cache, problem):
    server.reply = saying('{"order": [0]}')
    rerank(problem, suggest(problem), endpoint_of(server), cache)
    asked = json.loads(server.asked[0][2]["messages"][1]["content"])
    assert [row["id"] for row in asked["资源"]] == [0, 1, 2]
    assert "138" not in json.dumps(asked) and "王同志" not in asked["需求"]


def test_rerank_keeps_what_the_answer_leaves_out_and_ignores_what_it_invents(server, cache, problem):
    found = suggest(problem)
    server.reply = saying('{"order": [9, "x", 1, 1]}')
    first, second, third = ids(found)
    assert ids(rerank(problem, found, endpoint_of(server), cache)) == [second, first, third]


def test_rerank_asks_once_for_the_same_texts(server, cache, problem):
    server.reply = saying('{"order": [1, 0, 2]}')
    found = suggest(problem)
    once = rerank(problem, found, endpoint_of(server), cache)
    assert rerank(problem, found, endpoint_of(server), cache) == once
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [saying("好的"), saying('{"order": []}'), saying('["a"]'), saying("{}", status=500), saying("null")],
    ids=["prose", "empty", "no-object", "fault", "null"],
)
def test_rerank_falls_back_and_says_so(server, cache, problem, caplog, reply):
    server.reply = reply
    found = suggest(problem)
    assert rerank(problem, found, endpoint_of(server), cache) == found
    assert "the built-in order stands" in caplog.text
    assert "secret" not in caplog.text


@pytest.fixture
def given_up():
    """Set once nobody waits for the answer any more."""
    event = Event()
    yield event
    event.set()


def test_rerank_waits_no_longer_than_its_time_out(server, cache, problem, given_up):
    server.reply = lambda handler: given_up.wait(120)
    found = suggest(problem)
    assert rerank(problem, found, endpoint_of(server, timeout=0.3), cache) == found


def test_rerank_is_not_held_up_by_a_trickle(server, cache, problem, given_up):
    def trickle(handler):
        handler.send_response(200)
        handler.end_headers()
        while not given_up.wait(0.1):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    server.reply = trickle
    found = suggest(problem)
    assert rerank(problem, found, endpoint_of(server, timeout=0.3), cache) == found


def test_rerank_asks_nobody_after_a_fault(server, cache):
    server.reply = saying("好的")
    problem = MatchProblem(OFFERS, (NEED, OTHER), date(2026, 3, 2))
    rerank(problem, suggest(problem), endpoint_of(server), cache)
    assert len(server.asked) == 1


def test_rerank_follows_no_redirect(server, cache, problem):
    def away(handler):
        handler.send_response(302)
        handler.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
        handler.end_headers()

    server.reply = away
    found = suggest(problem)
    assert rerank(problem, found, endpoint_of(server), cache) == found
    assert len(server.asked) == 1


def test_rerank_is_off_without_an_endpoint(cache, problem):
    found = suggest(problem)
    assert rerank(problem, found, None, cache) == found


def test_endpoint_from_environment():
    assert Endpoint.from_environment({}) is None
    assert Endpoint.from_environment(
        {"RERANK_BASE_URL": "http://llm.local/v1/", "RERANK_MODEL": "m", "RERANK_TIMEOUT": "2"}
    ) == Endpoint("http://llm.local/v1", "m", timeout=2.0)
    with pytest.raises(ValueError, match="http"):
        Endpoint.from_environment({"RERANK_BASE_URL": "file:///etc/passwd", "RERANK_MODEL": "m"})


def test_without_personal_data_cuts_names_numbers_and_addresses():
    assert (
        without_personal_data("李同志，电话 0738-6812345，身份证 43010119900101123X，a.b@c.cn")
        == "电话 身份证"
    )
