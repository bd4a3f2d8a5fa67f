"""A handover beside other steps: whoever waits for it, or it for them, both come to their end."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from branches.models import Membership
from branches.services.users import membership_create
from pairing.activities.models import Activity
from pairing.activities.services.booking import activity_book
from pairing.activities.services.leading import activity_lead_set
from pairing.handovers.enums import HandoverState
from pairing.handovers.models import Handover
from pairing.handovers.services.handovers import handover_execute
from pairing.plans.services.orders import plan_order_cancel
from pairing.plans.services.tasks import plan_task_done
from tests.crowd import queued
from tests.factories.activities import ActivityFactory, local_time
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.handovers import HandoverFactory
from tests.factories.ledgers import DemandFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory, PlanTaskFactory
from tests.security.test_queues import held

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "刘同志", "周同志"


@pytest.fixture
def handover() -> Handover:
    seat = MembershipFactory(branch=BranchFactory(secretary_name=OLD), user=UserFactory(display_name=OLD))
    return HandoverFactory(seat=seat, successor=UserFactory(display_name=NEW), on=timezone.localdate())


def execute(handover: Handover) -> Any:
    return lambda: handover_execute(handover=handover, now=timezone.now())


def led(pairing: Any, **fields: Any) -> Activity:
    """An activity that the leaver is to lead, of an order of its own."""
    order = PlanOrderFactory(pairing=pairing, in_progress=True, resource=None)
    activity = ActivityFactory(pairing=pairing, plan_order=order, person=OLD, announced=True, **fields)
    activity_book(activity=activity)
    return activity


def test_an_order_cancelled_while_its_activity_and_demand_change_hands(handover):
    pair = PairingFactory(branch_b=handover.seat.branch)
    demand = DemandFactory(branch=pair.branch_b, contact_name=OLD, state="in_progress")
    order = PlanOrderFactory(pairing=pair, in_progress=True, demand=demand, resource=None)
    ActivityFactory(pairing=pair, plan_order=order, person=OLD)
    actor, now = UserFactory(secretary_of=pair.branch_a), timezone.now()
    cancelled, done = queued(
        held(order),
        lambda: plan_order_cancel(order=order, actor=actor, reason="条件不具备", now=now),
        execute(handover),
    )
    demand.refresh_from_db()
    assert (cancelled.state, done.state, done.left) == ("cancelled", HandoverState.DONE, [])
    assert (demand.state, demand.contact_name) == ("open", NEW)


def test_an_activity_moved_while_it_and_another_change_hands(handover):
    pair = PairingFactory(branch_b=handover.seat.branch)
    led(pair, venue="一号会议室")
    second = led(pair, venue="二号会议室", starts_at=local_time(8, 9), ends_at=local_time(8, 11))
    actor, now = UserFactory(secretary_of=pair.branch_a), timezone.now()
    named, done = queued(
        held(second.plan_order),
        lambda: activity_lead_set(activity=second, person="吴同志", actor=actor, now=now),
        execute(handover),
    )
    assert (named.person, done.state, done.left) == ("吴同志", HandoverState.DONE, [])
    assert done.moved["要主讲、带队的活动"] == 1
    assert set(Activity.objects.values_list("person", flat=True)) == {NEW, "吴同志"}


def test_a_task_done_while_it_and_its_activity_change_hands(handover):
    pair = PairingFactory(branch_b=handover.seat.branch)
    activity = led(pair)
    order = activity.plan_order
    task = PlanTaskFactory(plan_order=order, owner=pair.branch_b, responsible=OLD, kind="preparation")
    actor, now = UserFactory(secretary_of=pair.branch_a), timezone.now()
    finished, done = queued(
        held(order),
        lambda: plan_task_done(task=task, actor=actor, now=now),
        execute(handover),
    )
    assert (finished.done_on, finished.responsible) == (timezone.localdate(now), OLD)
    assert done.moved == {"要主讲、带队的活动": 1}


def test_a_seat_given_to_the_successor_while_they_take_over_another(handover):
    branch, admin = handover.seat.branch, handover.planned_by
    today = timezone.localdate()
    given, done = queued(
        held(branch),
        execute(handover),
        lambda: membership_create(
            user=handover.successor, branch=branch, role="liaison", starts_on=today, actor=admin
        ),
    )
    assert (given.state, done.role) == (HandoverState.DONE, "liaison")
    assert Membership.objects.filter(user=handover.successor, branch=branch, ends_on=None).count() == 2
