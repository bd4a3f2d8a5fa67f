"""A slip in the record of an activity is put right by its branches, in the open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.audit import entries_of
from core.models import Notification
from pairing.activities.models import Activity
from pairing.plans.models import Pairing
from tests.factories.activities import ActivityFactory, MetricFactory, OutcomeFactory, ParticipationFactory
from tests.factories.branches import UserFactory
from tests.factories.plans import PairingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing() -> Pairing:
    return PairingFactory()


@pytest.fixture
def activity(pairing: Pairing) -> Activity:
    made = ActivityFactory(
        archived=True, pairing=pairing, record="发了资料。", served_count=50, member_count=9
    )
    for branch, role in ((pairing.branch_a, "party_a"), (pairing.branch_b, "party_b")):
        ParticipationFactory(
            activity=made, branch=branch, role=role, expected_count=5, attended_count=None, absence_reason=""
        )
    OutcomeFactory(activity=made, metric=MetricFactory(name="发放宣传资料", unit="份"), value=120)
    return made


@pytest.fixture
def page(client: Client, pairing: Pairing) -> Client:
    client.force_login(UserFactory(secretary_of=pairing.branch_a))
    return client


def url(activity: Activity) -> str:
    return reverse("activity_correct", args=[activity.pk])


def filled(page: Client, activity: Activity, **changes: object) -> dict[str, object]:
    """What the form shows, as a browser would send it back, with some of it typed anew."""
    form = page.get(url(activity)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    kept = {name: value for name, value in shown.items() if value not in (None, "", False)}
    return kept | {"reason": "多打了一个零"} | changes


def test_a_number_is_put_right_and_both_sides_see_old_and_new(page: Client, activity: Activity) -> None:
    other = UserFactory(secretary_of=activity.pairing.branch_b)
    assert filled(page, activity)["value_1"] == "120"
    assert f'href="{url(activity)}"' in page.get(activity.get_absolute_url()).content.decode()
    answer = page.post(url(activity), filled(page, activity, value_1="12"))
    assert answer.headers["Location"] == activity.get_absolute_url()
    assert [outcome.value for outcome in activity.outcomes.all()] == [Decimal(12)]
    entry = entries_of(activity).get(action="activity.correct")
    assert (entry.summary, entry.reason) == ("发放宣传资料：120份 → 12份", "多打了一个零")
    told = Notification.objects.filter(recipient=other).values_list("body", flat=True)
    assert set(told) == {"发放宣传资料：120份 → 12份。理由：多打了一个零"}
    shown = page.get(activity.get_absolute_url()).content.decode()
    assert "更正记录" in shown
    assert "发放宣传资料：120份 → 12份；理由：多打了一个零" in shown


def test_attendance_and_words_are_put_right_and_the_sum_follows(page: Client, activity: Activity) -> None:
    a, b = activity.pairing.branch_a, activity.pairing.branch_b
    data = filled(
        page, activity, record="发了资料，答了问。", **{f"attended_{a.pk}": 4, f"attended_{b.pk}": 3}
    )
    data.pop("uncounted")
    page.post(url(activity), data)
    activity.refresh_from_db()
    assert (activity.record, activity.member_count, activity.served_count) == ("发了资料，答了问。", 7, 50)
    said = entries_of(activity).get(action="activity.correct").summary
    assert said == f"纪实有改动；{a}实到：未填 → 4；{b}实到：未填 → 3"


def test_a_sum_imported_without_its_parts_stands_and_the_form_says_so(
    page: Client, activity: Activity
) -> None:
    assert "参加党员数照原来的" in page.get(url(activity)).content.decode()
    page.post(url(activity), filled(page, activity, value_1="12"))
    activity.refresh_from_db()
    assert (activity.member_count, activity.served_count) == (9, 50)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "没有改动，不用更正。"),
        ({"reason": " ", "value_1": "12"}, "请填写这一项。"),
        ({"value_1": "-1"}, "不能小于 0。"),
        ({"version": 0, "value_1": "12"}, "别人更正过这份记录"),
    ],
)
def test_what_cannot_be_put_right_is_said_and_nothing_changes(
    page: Client, activity: Activity, typed: dict[str, object], sentence: str
) -> None:
    answer = page.post(url(activity), filled(page, activity, **typed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert activity.outcomes.get().value == 120
    assert not entries_of(activity).filter(action="activity.correct").exists()


def test_after_thirty_days_it_leads_back_with_the_way_that_is_left(page: Client, activity: Activity) -> None:
    data = filled(page, activity, value_1="12")
    month = timedelta(days=31)
    Activity.objects.update(
        starts_at=timezone.now() - month, ends_at=timezone.now() - month + timedelta(hours=1)
    )
    assert url(activity) not in page.get(activity.get_absolute_url()).content.decode()
    answer = page.post(url(activity), data, follow=True)
    assert "请县党建办导入活动台账更正" in answer.content.decode()
    assert activity.outcomes.get().value == 120
