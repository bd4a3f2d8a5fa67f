"""The quarterly confirmation: who is asked, what leaves the matching and comes back, and who is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from core.models import Notification
from ledgers.models import Resource
from ledgers.services.freshness import resources_ask, resources_tell_lapsed
from pairing.matching.adapter import pose
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import ResourceFactory

pytestmark = pytest.mark.django_db
ZONE = timezone.get_default_timezone()


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZONE)


def tick(day: date) -> tuple[int, int]:
    return resources_ask(now=noon(day)), resources_tell_lapsed(now=noon(day))


def matched(day: date) -> list[str]:
    from ledgers.models import Demand

    posed = pose(demands=Demand.objects.none(), resources=Resource.objects.published(), as_of=day)
    return sorted(row.title for row in posed.resources.values())


@pytest.fixture
def branch():
    return BranchFactory()


@pytest.fixture
def person(branch):
    return UserFactory(liaison_of=branch)


def test_unconfirmed_resource_is_asked_for_once_leaves_after_a_quarter_and_comes_back(branch, person, client):
    old = ResourceFactory(branch=branch, title="普法讲座", confirmed_on=date(2026, 2, 10))
    ResourceFactory(branch=branch, title="新登记", confirmed_on=date(2026, 4, 2))

    asked = [tick(date(2026, 3, 31)), tick(date(2026, 4, 3)), tick(date(2026, 4, 3)), tick(date(2026, 5, 1))]

    assert asked == [(0, 0), (1, 0), (0, 0), (0, 0)]
    assert [note.subject for note in Notification.objects.filter(recipient=person)] == [
        "2026年第2季度资源确认：1 项请确认是否还能用"
    ]
    assert matched(date(2026, 7, 2)) == ["新登记", "普法讲座"]
    assert matched(date(2026, 7, 3)) == ["新登记"]
    assert [tick(date(2026, 7, 3)), tick(date(2026, 7, 4)), tick(date(2026, 10, 5))] == [
        (1, 1),
        (0, 0),
        (0, 2),
    ]

    with time_machine.travel(noon(date(2026, 10, 6))):
        client.force_login(person)
        client.post(reverse("resource_confirm", args=[old.pk]))
    assert matched(date(2026, 10, 6)) == ["普法讲座"]
    assert tick(date(2026, 10, 7)) == (0, 0)


def test_expired_resource_is_told_of_and_only_a_new_validity_helps(branch, person, client):
    today = timezone.localdate()
    row = ResourceFactory(branch=branch, title="政策汇编", valid_to=today - timedelta(days=1))

    assert tick(today) == (0, 1)
    assert matched(today) == []
    client.force_login(person)
    response = client.post(reverse("resource_confirm", args=[row.pk]), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "有效期已过，请先修改有效期，再确认。"
    ]


def test_branch_without_staff_is_asked_when_somebody_takes_a_seat(branch):
    ResourceFactory(branch=branch, confirmed_on=date(2026, 1, 5))

    assert tick(date(2026, 4, 1)) == (0, 0)
    UserFactory(secretary_of=branch)
    assert tick(timezone.localdate()) == (1, 0)


def test_round_lists_what_is_due_and_confirms_in_one_go(
    branch, person, client, django_assert_max_num_queries
):
    long_ago = timezone.localdate() - timedelta(days=200)
    due = ResourceFactory.create_batch(3, branch=branch, confirmed_on=long_ago)
    ResourceFactory(branch=branch, title="刚确认")
    ResourceFactory(title="别家的", confirmed_on=long_ago)
    client.force_login(person)
    url = reverse("resource_round")

    with django_assert_max_num_queries(12):
        response = client.get(url)
    assert [row.title for row in response.context["rows"]] == [row.title for row in due]
    todos = client.get(reverse("workbench")).context["todos"]
    assert [todo.title for todo in todos] == [
        "3 项资源请确认是否还能用",
        "4 条资源和需求待确认服务事项",
    ]

    response = client.post(url, {"row": [row.pk for row in due]}, follow=True)

    assert [str(message) for message in response.context["messages"]] == ["已确认 3 项资源。"]
    assert response.context["rows"] == []
    assert set(Resource.objects.filter(branch=branch).values_list("confirmed_on", flat=True)) == {
        timezone.localdate()
    }


def test_republishing_confirms(branch, person, client):
    row = ResourceFactory(branch=branch, state="withdrawn", confirmed_on=date(2020, 1, 1))
    client.force_login(person)

    client.post(reverse("resource_publish", args=[row.pk]))

    row.refresh_from_db()
    assert (row.state, row.confirmed_on) == ("published", timezone.localdate())
