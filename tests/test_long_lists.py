"""No page of the county draws a list whole: whatever a list has too many of is on its next page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEntry
from core.pages import PAGE_SIZE
from pairing.handovers.enums import HandoverState
from pairing.plans.models import Claim
from tests.factories.activities import ActivityFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.handovers import HandoverFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import AgreementFactory, ClaimFactory, PairingFactory, PlanOrderFactory
from tests.factories.reviews import ActionItemFactory, ReviewFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
MORE = PAGE_SIZE + 1


def pairings_with_reviews(count: int) -> list[Any]:
    return [ReviewFactory(series__pairing=pair) for pair in PairingFactory.create_batch(count)]


def claims(count: int) -> list[Any]:
    return ClaimFactory.create_batch(count, pairing=PairingFactory())


def demands_to_come(count: int) -> list[Any]:
    return DemandFactory.create_batch(count, branch=BranchFactory(), hall_on=TODAY + timedelta(days=5))


def held_this_morning(count: int) -> list[Any]:
    return ActivityFactory.create_batch(count, announced=True, pairing=PairingFactory())


# url name, what to make, the list in the page's context, the parameter that turns it
LISTS: list[tuple[str, Callable[[int], Any], str, str]] = [
    ("pairing_list", PairingFactory.create_batch, "page", "page"),
    ("claim_list", claims, "waiting", "waiting"),
    ("hall_list", demands_to_come, "upcoming", "upcoming"),
    ("handover_list", HandoverFactory.create_batch, "planned", "planned"),
    ("branch_list", BranchFactory.create_batch, "page", "page"),
    ("dashboard_pairings", PairingFactory.create_batch, "page", "page"),
    ("workbench_pairings", PairingFactory.create_batch, "page", "page"),
    ("review_list", pairings_with_reviews, "pairs", "pairs"),
    ("review_list", ActionItemFactory.create_batch, "items", "items"),
    ("calendar", ActivityFactory.create_batch, "unscheduled", "unscheduled"),
    ("repairing_detail", PairingFactory.create_batch, "kept", "page"),
]


@pytest.fixture
def office(client):
    client.force_login(UserFactory(office=True, admin=True))
    return client


def page_of(client, url: str, name: str, query: dict[str, Any] | None = None) -> tuple[Any, str]:
    answer = client.get(url, query or {})
    assert answer.status_code == 200
    return answer.context[name], answer.content.decode()


@pytest.mark.parametrize(("url_name", "make", "name", "param"), LISTS)
def test_long_list_of_the_county_is_turned_page_by_page(office, url_name, make, name, param):
    make(MORE)
    url = reverse(url_name)
    first, body = page_of(office, url, name)
    second, _ = page_of(office, url, name, {param: 2})
    assert (len(first), first.paginator.num_pages) == (PAGE_SIZE, 2)
    assert f"{param}=2" in body
    assert not set(map(str, first)) & set(map(str, second))
    assert len(first) + len(second) == first.paginator.count


def test_claims_to_answer_and_handovers_of_the_past_have_pages_of_their_own(client):
    pair = PairingFactory()
    ClaimFactory.create_batch(MORE, pairing=pair)
    client.force_login(UserFactory(secretary_of=pair.branch_a, admin=True))
    claims_page = client.get(reverse("claim_list")).context
    to_answer, waiting = claims_page["to_answer"], claims_page["waiting"]
    assert sorted([to_answer.paginator.count, waiting.paginator.count]) == [0, MORE]
    HandoverFactory.create_batch(MORE, state=HandoverState.CANCELLED, state_reason="不换了")
    answer = client.get(reverse("handover_list"), {"page": 2}).context
    assert (len(answer["past"]), len(answer["planned"])) == (1, 0)


def test_agenda_of_a_full_month_is_turned_within_the_month(office):
    activity = held_this_morning(MORE)[0]
    month = f"{timezone.localtime(activity.starts_at):%Y-%m}"
    agenda, body = page_of(office, reverse("calendar"), "agenda", {"month": month, "page": 2})
    assert (len(agenda), agenda.paginator.count) == (1, MORE)
    assert f"month={month}&amp;page=1#calendar-panel" in body


def test_branches_below_another_are_turned_and_a_page_says_whose_branches_it_begins_with(office):
    parent = BranchFactory(name="双峰县委", serial=1)
    for number in range(MORE):
        BranchFactory(parent=parent, serial=number + 2)
    children, _ = page_of(office, reverse("branch_detail", args=[parent.pk]), "children")
    assert (len(children), children.paginator.count) == (PAGE_SIZE, MORE)
    rows, body = page_of(office, reverse("branch_list"), "rows", {"page": 2})
    assert [row.place.above for row in rows[:2]] == [("双峰县委",)] * 2
    assert body.count('<div class="muted">双峰县委</div>') == 1


def test_fragment_of_the_lights_leads_to_the_page_with_all_of_them(office):
    PairingFactory.create_batch(MORE)
    for url_name in ("dashboard_pairings", "workbench_pairings"):
        url = reverse(url_name)
        part = office.get(url, headers={"HX-Request": "true"}).content.decode()
        assert f"看全部 {MORE} 对" in part
        assert "page=2" not in part


def test_resources_to_ask_jointly_are_ticked_or_where_they_are_the_county_s_searched(client):
    pair = PairingFactory()
    client.force_login(UserFactory(secretary_of=pair.branch_b))
    demand = DemandFactory(branch=pair.branch_b, hall_on=TODAY)
    url = f"{reverse('claim_joint')}?demand={demand.pk}"
    partner = ResourceFactory(branch=pair.branch_a)
    box, search = r'<input type="checkbox"[^>]* name="resources"', r'<select name="resources"[^>]* data-pick'
    few = client.get(url).content.decode()
    assert (len(re.findall(box, few)), re.findall(search, few)) == (1, [])

    county = ResourceFactory.create_batch(PAGE_SIZE, sharing="county")
    many = client.get(url).content.decode()
    assert (re.findall(box, many), len(re.findall(search, many))) == ([], 1)
    chosen = [partner.pk, county[0].pk]
    sent = client.post(url, {"resources": chosen, "visit_count": 1})
    assert sent.status_code == 302
    assert set(Claim.objects.values_list("resource", flat=True)) == set(chosen)


def told_of(row: Any, count: int) -> None:
    about = {"target_type": row._meta.label_lower, "target_id": row.pk, "target_label": "这一行"}
    AuditEntry.objects.bulk_create(
        AuditEntry(action="thing.edit", summary=f"第 {n} 次", **about) for n in range(count)
    )


@pytest.mark.parametrize(
    ("factory", "page", "query", "name"),
    [
        (PlanOrderFactory, "plan_order_detail", {}, "timeline"),
        (ClaimFactory, "claim_detail", {}, "timeline"),
        (AgreementFactory, "agreement_detail", {}, "timeline"),
        (ActivityFactory, "activity_detail", {}, "timeline"),
        (HandoverFactory, "handover_detail", {}, "timeline"),
        (PairingFactory, "pairing_detail", {"tab": "archive"}, "timeline"),
        (DemandFactory, "demand_detail", {}, "trail"),
        (ResourceFactory, "resource_detail", {}, "trail"),
    ],
)
def test_long_history_of_a_row_shows_the_newest_and_the_way_to_the_rest(office, factory, page, query, name):
    row = factory()
    told_of(row, MORE)
    url = reverse(page, args=[row.pk])
    newest, body = page_of(office, url, name, query)
    oldest, _ = page_of(office, url, name, query | {"history": 2})
    assert (len(newest), len(oldest)) == (PAGE_SIZE, 1)
    assert "history=2#history" in body
    assert "第 0 次" in str(oldest[0])
