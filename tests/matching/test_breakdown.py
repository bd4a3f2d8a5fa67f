"""Why a match is worth what it is, as the pages say it."""

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains

from ledgers.models import Demand, Resource
from pairing.matching.engine import Term
from pairing.matching.selectors.breakdown import TermLine, breakdown
from pairing.matching.selectors.suggestions import branch_suggestions
from pairing.matching.weight_words import LABELS
from tests.factories.branches import UserFactory
from tests.matching.conftest import TODAY, law_demand, planned, speaker_of

TERMS = (
    Term("text", 0.2, 0.1, ""),
    Term("item", 1.0, 0.3, "都像是“普法宣讲”事项"),
)


def test_breakdown_names_what_has_most_say_first_and_never_leaves_a_reason_out():
    found = breakdown(TERMS, 0.8)
    assert found.lines == [
        TermLine("服务事项", 100, 75, "都像是“普法宣讲”事项"),
        TermLine("文字说法", 20, 25, "没有相同的关键词，按意思比"),
    ]
    assert (found.percent, found.mean, found.is_lowered) == (80, 80, False)


def test_breakdown_says_when_the_whole_is_less_than_its_parts():
    found = breakdown(TERMS, 0.4)
    assert (found.percent, found.mean, found.is_lowered) == (40, 80, True)


@pytest.mark.parametrize(
    ("added", "value", "kept", "taken", "is_lowered"),
    [(0.15, 0.95, 80, -15, False), (-0.2, 0.6, 80, 20, False), (0.1, 0.4, 30, -10, True)],
)
def test_breakdown_keeps_what_labelled_counties_add_apart(added, value, kept, taken, is_lowered):
    found = breakdown((*TERMS, Term("relevance", added, 0.0, "按样例看，这样的资源多能办这样的事")), value)
    assert [line.label for line in found.lines] == ["服务事项", "文字说法"]
    assert (found.mean, found.kept, found.taken, found.is_lowered) == (80, kept, taken, is_lowered)


@pytest.mark.parametrize(
    ("sentence", "added", "said"),
    [
        (
            "按样例看，这样的资源多办不了这样的事",
            -0.2,
            "按样例看，这样的资源多办不了这样的事，减 20 个百分点。",
        ),
        ("", -0.01, "照样例略作调整，减 1 个百分点。"),
        ("", 0.03, "照样例略作调整，加 3 个百分点。"),
    ],
)
def test_why_calls_no_resource_unfit_for_a_point_or_two(sentence, added, said):
    why = breakdown((*TERMS, Term("relevance", added, 0.0, sentence)), 0.7)
    page = render_to_string("matching/why.html", {"why": why})
    assert said in page
    assert ("多办不了" in page) == bool(sentence)


def test_breakdown_of_what_was_never_scored_is_none():
    assert breakdown((), 0.0) is None


@pytest.mark.django_db
def test_every_term_of_a_suggestion_has_a_name_and_a_reason(law_pair):
    [panel] = branch_suggestions(frozenset({law_pair[0].branch_b_id}), today=TODAY).received
    lines = panel.found[0].why.lines
    assert {line.label for line in lines} <= set(LABELS.values())
    assert all(line.sentence for line in lines)
    assert sum(line.share for line in lines) == pytest.approx(100, abs=len(lines) / 2)


@pytest.fixture
def draft(law_pair, secretary):
    return planned(secretary, pairing=law_pair[0])


@pytest.mark.django_db
def test_suggestions_hall_and_plan_say_why(client, law_pair, secretary, draft):
    [match] = draft.matches.all()
    summary = f"<summary>为什么是 {round(100 * match.score)}%？</summary>"
    client.force_login(secretary)
    assertContains(client.get(reverse("matching")), summary, html=True)
    assertContains(client.get(draft.get_absolute_url()), summary, html=True)
    client.force_login(UserFactory(office=True))
    hall = client.get(reverse("hall_matches", args=[law_pair[1].pk]))
    for name in ("服务事项", "需求方面", "文字说法"):
        assertContains(hall, f"<strong>{name}</strong>", html=True)


@pytest.mark.django_db
def test_reasons_and_hints_cost_no_query_each(client, law_pair, secretary, django_assert_num_queries):
    pairing, _, _ = law_pair
    client.force_login(secretary)
    client.get(reverse("matching"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("matching"))
    for i in range(3):
        law_demand(pairing.branch_b, title=f"零售户想听法律课{i}")
        speaker_of(pairing.branch_a, title=f"普法能手{i}")
    with django_assert_num_queries(len(few)):
        words = client.get(reverse("matching")).content.decode()
    assert words.count("为什么是") > 4


@pytest.mark.django_db
def test_an_old_plan_says_what_its_rows_were_called(client, law_pair, secretary, draft):
    client.force_login(secretary)
    before = client.get(draft.get_absolute_url())
    assert "当时：" not in before.content.decode()
    Demand.objects.update(title="店主不懂法")
    Resource.objects.update(title="讲法律的人")
    after = client.get(draft.get_absolute_url())
    for now, then in (("店主不懂法", "社区零售户法律意识薄弱"), ("讲法律的人", "普法宣讲骨干")):
        assertContains(after, f"当时：{then}")
        assertContains(after, now)


@pytest.mark.django_db
def test_an_old_plan_says_what_an_open_demand_was_called(client, law_pair, secretary):
    Resource.objects.all().delete()
    draft = planned(secretary, pairing=law_pair[0])
    assert (draft.matches.count(), draft.gaps.count()) == (0, 1)
    Demand.objects.update(title="店主不懂法")
    client.force_login(secretary)
    assertContains(client.get(draft.get_absolute_url()), "当时：社区零售户法律意识薄弱")
