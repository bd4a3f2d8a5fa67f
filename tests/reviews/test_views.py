"""The rhythm pages through HTTP: happy path, stranger, refusal, constant queries."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.wording import cn_date
from pairing.reviews.enums import ReviewKind, ReviewState
from pairing.reviews.models import ActionItem
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.reviews import ActionItemFactory, ReviewFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def review():
    return ReviewFactory(due_on=timezone.localdate())


@pytest.fixture
def secretary(client, review):
    user = UserFactory(secretary_of=review.series.pairing.branch_a)
    client.force_login(user)
    return user


def posted(**changes):
    today = timezone.localdate().isoformat()
    return {
        "held_on": today,
        "held_by": "meeting",
        "minutes": "商定下月安排。",
        "decisions-TOTAL_FORMS": "1",
        "decisions-INITIAL_FORMS": "0",
    } | changes


def test_review_list_shows_what_is_due(client, review, secretary):
    response = client.get(reverse("review_list"))
    assert list(response.context["page"]) == [review]
    assert f"/reviews/{review.pk}/" in response.content.decode()


def test_review_list_missed_of_one_pairing(client, secretary, review):
    yesterday = timezone.localdate() - timedelta(days=1)
    missed = ReviewFactory(
        series__kind=ReviewKind.DISPATCH, series__pairing=review.series.pairing, due_on=yesterday
    )
    other = ReviewFactory(series__pairing__branch_a=review.series.pairing.branch_a, due_on=yesterday)
    pages = [
        client.get(reverse("review_list"), {"show": "missed"} | query).context
        for query in ({}, {"pairing": other.series.pairing_id}, {"pairing": "x"})
    ]
    assert [page["missed_count"] for page in pages] == [2, 2, 2]
    assert [list(page["page"]) for page in pages] == [[missed, other], [other], [missed, other]]


def test_review_list_held(client, review, secretary):
    client.post(reverse("review_record", args=[review.pk]), posted())
    response = client.get(reverse("review_list"), {"show": "held"})
    assert list(response.context["page"]) == [review]


def test_review_list_needs_the_same_queries_for_one_and_three_rows(
    client, secretary, review, django_assert_num_queries
):
    ActionItemFactory(review=review)
    with django_assert_num_queries(11):
        client.get(reverse("review_list"))
    for kind in (ReviewKind.DISPATCH, ReviewKind.SEMINAR):
        ReviewFactory(series__kind=kind, series__pairing=review.series.pairing, due_on=review.due_on)
    ActionItemFactory(review=review)
    with django_assert_num_queries(11):
        client.get(reverse("review_list"))


def test_review_detail_of_a_stranger_is_not_found(client, review):
    client.force_login(UserFactory())
    assert client.get(reverse("review_detail", args=[review.pk])).status_code == 404
    assert client.post(reverse("review_record", args=[review.pk]), posted()).status_code == 404


def test_review_of_a_pairing_that_has_ended_tells_nothing_of_the_former_partner(client, review, secretary):
    pairing = review.series.pairing
    late = DemandFactory(branch=pairing.branch_b, deadline_on=timezone.localdate() - timedelta(days=3))
    idle = ResourceFactory(branch=pairing.branch_b)
    page = client.get(review.get_absolute_url()).content.decode()
    assert all(str(row) in page for row in (late, idle))
    pairing.state, pairing.ends_on = "ended", timezone.localdate()
    pairing.save()
    response = client.get(review.get_absolute_url())
    page = response.content.decode()
    assert not any(str(row) in page for row in (late, idle))
    assert (response.context["forms"], "结对已经结束，这一期不用再开。" in page) == (None, True)
    assert "逾期未开" not in page


def test_review_record_by_the_county_office_is_forbidden(client, review):
    client.force_login(UserFactory(office=True))
    response = client.get(reverse("review_detail", args=[review.pk]))
    assert response.context["forms"] is None
    assert client.post(reverse("review_record", args=[review.pk]), posted()).status_code == 403


def test_review_record_with_decisions_and_companions(client, review, secretary):
    pairing = review.series.pairing
    other = ReviewFactory(series__kind=ReviewKind.DISPATCH, series__pairing=pairing, due_on=review.due_on)
    due_on = timezone.localdate() + timedelta(days=14)
    response = client.post(
        reverse("review_record", args=[review.pk]),
        posted(
            companions=[other.pk],
            **{
                "decisions-0-title": "补齐台账",
                "decisions-0-owner": pairing.branch_b_id,
                "decisions-0-due_on": due_on.isoformat(),
            },
        ),
    )
    assert response.status_code == 302
    for each in (review, other):
        each.refresh_from_db()
        assert each.state == ReviewState.HELD
    item = ActionItem.objects.get()
    assert (item.title, item.owner_id, item.due_on) == ("补齐台账", pairing.branch_b_id, due_on)
    page = client.get(reverse("review_detail", args=[review.pk])).content.decode()
    assert "商定下月安排。" in page
    assert reverse("action_item_done", args=[item.pk]) in page


def test_review_record_refused_keeps_what_was_typed(client, review, secretary):
    pairing = review.series.pairing
    seminar = ReviewFactory(series__kind=ReviewKind.SEMINAR, series__pairing=pairing, due_on=review.due_on)
    response = client.post(
        reverse("review_record", args=[review.pk]), posted(held_by="call", companions=[seminar.pk])
    )
    assert response.status_code == 409
    assert response.context["forms"].form["minutes"].value() == "商定下月安排。"
    assert list(response.context["forms"].form.errors) == ["held_by"]


def test_review_record_with_a_decision_of_nobody_is_refused(client, review, secretary):
    url = reverse("review_record", args=[review.pk])
    for owner in ("x", "0", str(BranchFactory().pk)):
        response = client.post(url, posted(**{"decisions-0-owner": owner}))
        assert response.status_code == 422
        assert response.context["forms"].decisions[0].errors["owner"] == [
            f"没有“{owner}”这个选项，请从列出的选项里选一个。"
        ]


def test_review_record_with_half_a_decision_is_refused(client, review, secretary):
    response = client.post(
        reverse("review_record", args=[review.pk]), posted(**{"decisions-0-title": "补齐台账"})
    )
    assert response.status_code == 422
    assert response.context["forms"].decisions[0].errors == {
        "owner": ["请选择负责支部。"],
        "due_on": ["请填写完成时限。"],
    }


def test_review_record_with_a_decision_due_before_the_meeting_says_so_at_its_row(client, review, secretary):
    today = timezone.localdate()
    typed = {
        "decisions-0-title": "补齐台账",
        "decisions-0-owner": review.series.pairing.branch_b_id,
        "decisions-0-due_on": (today - timedelta(days=1)).isoformat(),
    }

    response = client.post(reverse("review_record", args=[review.pk]), posted(**typed))

    sentence = f"完成时限早于召开日期，请改为{cn_date(today)}或以后。"
    forms = response.context["forms"]
    assert (response.status_code, forms.decisions[0].errors) == (422, {"due_on": [sentence]})
    assert [fault.words for fault in forms.row_faults] == [f"第 1 项督办事项，完成时限：{sentence}"]


def test_review_record_with_a_companion_of_strangers_is_refused(client, review, secretary):
    other = ReviewFactory(due_on=review.due_on)
    response = client.post(reverse("review_record", args=[review.pk]), posted(companions=[other.pk]))
    assert response.status_code == 422
    other.refresh_from_db()
    assert other.state == ReviewState.DUE


def test_fault_of_a_decision_stands_in_the_summary_with_its_row(client, review, secretary):
    sent = posted(**{"decisions-TOTAL_FORMS": "2", "decisions-1-title": "修路灯"})
    page = client.post(reverse("review_record", args=[review.pk]), sent).content.decode()
    assert '<a href="#id_decisions-1-owner">第 2 项督办事项，负责支部：请选择负责支部。</a>' in page


def test_review_record_by_get_is_not_allowed(client, review, secretary):
    assert client.get(reverse("review_record", args=[review.pk])).status_code == 405


def test_action_item_done(client, review, secretary):
    item = ActionItemFactory(review=review)
    client.post(reverse("action_item_done", args=[item.pk]))
    item.refresh_from_db()
    assert item.done_on == timezone.localdate()


def test_action_item_done_by_a_stranger_is_not_found(client, review):
    item = ActionItemFactory(review=review)
    client.force_login(UserFactory())
    assert client.post(reverse("action_item_done", args=[item.pk])).status_code == 404
    client.force_login(UserFactory(office=True))
    assert client.post(reverse("action_item_done", args=[item.pk])).status_code == 403
