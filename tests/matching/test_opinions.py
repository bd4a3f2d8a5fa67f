"""The second opinion on the pages: written down by a page, asked in the background, read by the next page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from pairing.matching.models import SecondOpinion
from pairing.matching.reranker import Question, configured
from pairing.matching.services.opinions import KEPT, PAUSE, opinions_ask, opinions_want
from pairing.matching.tasks import ask_opinions
from tests.factories.branches import UserFactory
from tests.matching.conftest import NOW, speaker_of
from tests.matching.endpoint import saying

pytestmark = pytest.mark.django_db
SAID = "先后次序参考了本县的辅助排序服务"


@pytest.fixture
def endpoint(server, monkeypatch):
    monkeypatch.setenv("RERANK_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("RERANK_MODEL", "small")
    monkeypatch.setenv("RERANK_TIMEOUT", "2")
    server.reply = saying('{"order": [1, 0]}')
    return server


@pytest.fixture
def two_speakers(law_pair):
    """(demand, the better speaker, the other one)"""
    pairing, demand, speaker = law_pair
    return (
        demand,
        speaker,
        speaker_of(pairing.branch_a, title="法律顾问", description="答复合同和借贷的疑问。"),
    )


@pytest.fixture
def mine(client, secretary):
    client.force_login(secretary)
    return client


def shown(client, name="matching", *args):
    """The resources of a page's first list in their order, and whether it tells of the second opinion."""
    answer = client.get(reverse(name, args=args))
    found = answer.context["suggestions"]
    rows = found if name == "hall_matches" else found.received[0].found
    return [row.resource for row in rows], SAID in answer.content.decode()


def test_page_asks_nobody_and_the_next_one_has_the_order(mine, endpoint, two_speakers):
    _, better, other = two_speakers
    assert shown(mine) == ([better, other], False)
    assert endpoint.asked == []
    ask_opinions()
    assert shown(mine) == ([other, better], True)
    ask_opinions()
    assert shown(mine) == ([other, better], True)
    assert len(endpoint.asked) == 1


def test_hall_shows_the_order_too(client, endpoint, two_speakers):
    demand, better, other = two_speakers
    client.force_login(UserFactory(office=True))
    assert shown(client, "hall_matches", demand.pk) == ([better, other], False)
    ask_opinions()
    assert shown(client, "hall_matches", demand.pk) == ([other, better], True)


def test_page_keeps_the_built_in_order_while_the_endpoint_is_down(mine, endpoint, two_speakers, caplog):
    _, better, other = two_speakers
    endpoint.shutdown()
    endpoint.server_close()
    shown(mine)
    ask_opinions()
    assert "the built-in order stands" in caplog.text
    assert shown(mine) == ([better, other], False)


def test_page_writes_and_asks_nothing_without_an_endpoint(mine, two_speakers, monkeypatch):
    monkeypatch.delenv("RERANK_BASE_URL", raising=False)
    _, better, other = two_speakers
    assert shown(mine) == ([better, other], False)
    ask_opinions()
    assert SecondOpinion.objects.count() == 0


def test_wrong_settings_are_logged_and_the_page_is_there(mine, endpoint, two_speakers, monkeypatch, caplog):
    monkeypatch.setenv("RERANK_TIMEOUT", "soon")
    _, better, other = two_speakers
    assert shown(mine) == ([better, other], False)
    assert "re-ranking is off" in caplog.text


def want(*names):
    opinions_want(questions=[Question(name, b"{}", 2) for name in names], now=NOW)


def test_opinions_ask_leaves_a_question_without_answer_alone_for_a_while(endpoint):
    want("a")
    endpoint.reply = saying("好的")
    asked = [opinions_ask(endpoint=configured(), now=NOW + PAUSE * pause) for pause in (0, 0, 1, 2, 3, 4)]
    assert (asked, len(endpoint.asked)) == ([0] * 6, SecondOpinion.ATTEMPTS)


def test_opinions_ask_is_not_held_up_by_one_bad_question(endpoint):
    want("a", "b", "c")
    endpoint.reply = saying("好的")
    opinions_ask(endpoint=configured(), now=NOW)
    endpoint.reply = saying('{"order": [0]}')
    assert opinions_ask(endpoint=configured(), now=NOW) == 2
    assert list(SecondOpinion.objects.filter(order=[0, 1]).values_list("digest", flat=True)) == ["b", "c"]


def test_opinions_ask_keeps_to_its_budget(endpoint, monkeypatch):
    monkeypatch.setenv("RERANK_BUDGET", "0")
    want("a")
    assert opinions_ask(endpoint=configured(), now=NOW) == 0
    assert endpoint.asked == []


def test_opinions_are_forgotten_after_a_week(endpoint):
    want("a")
    opinions_ask(endpoint=configured(), now=NOW)
    opinions_ask(endpoint=configured(), now=NOW + KEPT)
    assert SecondOpinion.objects.count() == 1
    opinions_ask(endpoint=configured(), now=NOW + KEPT + timedelta(seconds=1))
    assert SecondOpinion.objects.count() == 0
