"""The product's story, told through HTTP: two ledgers in, a demand closed, the dashboard moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches.enums import Role
from branches.models import Branch
from core.models import AuditEntry, Notification
from ledgers.models import Demand
from pairing.activities.enums import ActivityState
from pairing.activities.models import Activity, Booking
from pairing.activities.tasks import schedule
from pairing.imports.registry import BOOKS
from pairing.imports.services.intake import ledger_import
from pairing.plans.enums import ClaimState, PlanOrderState
from pairing.plans.models import Claim, Metric, PlanOrder
from pairing.reminders.tasks import dispatch, tick
from pairing.reviews.models import Review
from tests.factories.branches import MembershipFactory, UserFactory
from tests.imports.workbooks import TERMS, demo_book

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
MONDAY = datetime(2025, 12, 1, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai, three days after the ledgers' own day
DEMAND = "独自开店的残疾店主续期快到，出门不方便"


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY) as traveller:
        yield traveller


@pytest.fixture
def county(clock) -> None:
    for kind in BOOKS:
        content = demo_book(kind).read_bytes()
        ledger_import(kind=kind, file_name=f"{kind}.xlsx", content=content, actor=None, terms=TERMS)


def signed_in(branch: str, role: Role, name: str) -> Client:
    user = UserFactory(username=name, email=f"{name}@example.invalid")
    MembershipFactory(user=user, branch=Branch.objects.get(name=branch), role=role)
    client = Client()
    client.person = user
    client.force_login(user)
    return client


def step(client: Client, name: str, *args: int, **data: object) -> None:
    """Post one step of the story; it must be accepted."""
    response = client.post(reverse(name, args=args), data)
    assert response.status_code == 302, (name, response.status_code, response.content.decode()[-2000:])


def figure(office: Client, key: str) -> int:
    return office.get(reverse("figure_detail", args=[key])).context["reading"].value


def titles(client: Client) -> list[str]:
    return [todo.action for todo in client.get(reverse("workbench")).context["todos"]]


def test_story_from_two_ledgers_to_a_closed_demand(county, clock):
    asking = signed_in("城北社区党支部", Role.SECRETARY, "chengbei")
    giving = signed_in("专卖党支部", Role.SECRETARY, "zhuanmai")
    office = signed_in("双峰县烟草专卖局（分公司）党总支", Role.COUNTY_OFFICE, "office")
    demand = Demand.objects.get(title=DEMAND)
    assert figure(office, "problems_solved") == 32

    # The clock has ticked: every pair owes its rhythm, and what is near was reminded of once.
    tick()
    tick()
    assert Review.objects.filter(series__pairing__branch_b=demand.branch).count() > 10
    assert Notification.objects.count() == Notification.objects.values("dedupe_key").distinct().count() > 0

    # Ranked matches with reasons; the best one is claimed.
    panels = asking.get(reverse("matching")).context["suggestions"].received
    found = {panel.row: panel.found for panel in panels}
    best = found[demand][0]
    assert best.resource.branch.name == "专卖党支部"
    assert best.explanation.startswith("都像是“") and best.explanation.endswith("同一结对")
    step(asking, "match_claim", demand.pk, best.resource.pk, visit_count=1, words="请派人上门")
    claim = Claim.objects.get(demand=demand)
    assert (claim.state, claim.explanation, claim.awaiting) == (
        ClaimState.PROPOSED,
        best.explanation,
        best.resource.branch,
    )

    # The partner's secretary finds it on the workbench and accepts; a draft order stands.
    assert "去答复" in titles(giving)
    step(giving, "claim_accept", claim.pk)
    order = PlanOrder.objects.get(claim=claim)
    assert order.state == PlanOrderState.DRAFT
    assert order.responsible_a and order.responsible_b
    tasks = list(order.tasks.all())
    assert len(tasks) >= 3
    assert all(MONDAY.date() <= task.due_on <= order.due_on for task in tasks)

    # Both confirm the same version; the service schedules, books and announces.
    for client in (asking, giving):
        assert "去确认" in titles(client)
        step(client, "plan_order_confirm", order.pk, version=order.version)
    schedule()
    activity = Activity.objects.get(plan_order=order)
    assert activity.state == ActivityState.ANNOUNCED
    assert activity.starts_at > timezone.now()
    assert Booking.objects.filter(activity=activity).count() >= 3
    span = {
        "start": activity.starts_at.isoformat(),
        "end": (activity.ends_at + timedelta(days=1)).isoformat(),
    }
    events = asking.get(reverse("calendar_events"), span).json()
    assert str(activity.pk) in {str(event["id"]) for event in events}

    # It is held; attendance and results are recorded, and the last record hands the order in.
    clock.move_to(activity.ends_at + timedelta(hours=1))
    schedule()
    for client in (asking, giving, office):  # nobody stays signed in for days
        client.force_login(client.person)
    assert "补记录" in titles(giving)
    step(giving, "activity_record", activity.pk, **record_of(activity))
    order.refresh_from_db()
    assert order.state == PlanOrderState.AWAITING_ACCEPTANCE

    # Accepted and closed; the county's figures have moved.
    assert "验收" in titles(asking)
    step(asking, "plan_order_accept", order.pk, satisfaction=5, words="当天就办好了")
    demand.refresh_from_db()
    assert (demand.get_state_display(), demand.satisfaction) == ("已办结", 5)
    assert figure(office, "problems_solved") == 33
    assert figure(office, "problems_solved") == figure(office, "demands_closed")

    # Every step was told in the app and by e-mail, once, and is on record with its actor.
    dispatch()
    sent = Notification.objects.filter(channel="email", state="sent").count()
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == sent > 4
    assert Notification.objects.filter(channel="email").exclude(state="sent").count() == 0
    done = set(AuditEntry.objects.filter(actor__username="zhuanmai").values_list("action", flat=True))
    assert {"claim.accept", "plan_order.confirm", "activity.record"} <= done


def record_of(activity: Activity) -> dict[str, object]:
    """What a secretary types after the activity."""
    start, end = timezone.localtime(activity.starts_at), timezone.localtime(activity.ends_at)
    typed: dict[str, object] = {
        "held_on": start.date().isoformat(),
        "held_from": f"{start:%H:%M}",
        "held_to": f"{end:%H:%M}",
        "served_count": 3,
        "record": "窗口党员上门受理，当场拍照录入，两天后送证到店。",
        "metric_1": Metric.objects.get(name="解决问题").pk,
        "value_1": 1,
    }
    for row in activity.participations.all():
        typed |= {f"expected_{row.branch_id}": 5, f"attended_{row.branch_id}": 4}
    return typed
