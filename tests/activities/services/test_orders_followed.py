"""An order is never left without the activity it promised: imported, sent back, cancelled, recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from core.models import Notification
from pairing.activities.enums import ActivityState
from pairing.activities.models import Activity
from pairing.activities.services.activities import activity_cancel
from pairing.activities.services.records import activity_record
from pairing.activities.services.scheduling import activities_schedule
from pairing.plans.enums import PlanOrderState, TaskKind
from pairing.plans.models import PlanOrder
from tests.factories.activities import ActivityKindFactory
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday 10:00 in Shanghai
LATER = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)
BEGUN = {"pairing__starts_on": date(2026, 1, 12), "demand__raised_on": date(2026, 2, 2)}


@pytest.fixture(autouse=True)
def kind() -> None:
    ActivityKindFactory(name="三送", position=1)


def held(order: PlanOrder) -> Activity:
    """The order's activity, scheduled and put on record."""
    activities_schedule(now=NOW)
    activity = order.activities.get()
    activity_record(
        activity=activity,
        actor=UserFactory(secretary_of=order.pairing.branch_a),
        now=LATER,
        held_from=activity.starts_at,
        held_to=activity.ends_at,
        attendance={},
        served_count=None,
        record="办成了",
        outcomes=[],
    )
    order.refresh_from_db()
    return activity


def test_order_from_a_workbook_gets_one_activity_unless_it_is_late() -> None:
    order = PlanOrderFactory(in_progress=True, due_on=date(2026, 3, 20))
    PlanOrderFactory(in_progress=True, due_on=date(2026, 3, 1))

    for _ in range(2):
        activities_schedule(now=NOW)

    activity = Activity.objects.get()
    assert (activity.plan_order, activity.title) == (order, str(order.demand))
    assert activity.state == ActivityState.ANNOUNCED


def test_last_record_leaves_preparation_and_follow_up_open() -> None:
    order = PlanOrderFactory(confirmed=True, due_on=date(2026, 3, 20), **BEGUN)
    kinds = (TaskKind.PREPARATION, TaskKind.ACTIVITY, TaskKind.FOLLOW_UP)
    for position, task_kind in enumerate(kinds, start=1):
        PlanTaskFactory(plan_order=order, position=position, kind=task_kind, due_on=order.due_on)

    held(order)

    assert order.state == PlanOrderState.AWAITING_ACCEPTANCE
    open_ = order.tasks.filter(done_on=None).values_list("kind", flat=True)
    assert list(open_) == [TaskKind.PREPARATION, TaskKind.FOLLOW_UP]


def test_order_sent_back_gets_another_activity_once() -> None:
    order = PlanOrderFactory(confirmed=True, due_on=date(2026, 3, 20), **BEGUN)
    PlanTaskFactory(plan_order=order, due_on=order.due_on)
    first = held(order)
    PlanOrder.objects.filter(pk=order.pk).update(
        state=PlanOrderState.IN_PROGRESS, state_reason="还有两户没去"
    )

    for _ in range(2):
        activities_schedule(now=LATER)

    second = order.activities.exclude(pk=first.pk).get()
    assert second.title == f"再次办理：{order.demand}"
    assert second.state == ActivityState.ANNOUNCED


@pytest.mark.parametrize("asks", ["a", "b"])
@pytest.mark.parametrize("has_resource", [True, False])
def test_activity_of_an_order_without_tasks_is_carried_out_and_led_by_the_side_that_serves(
    asks: str, has_resource: bool
) -> None:
    pairing = PairingFactory(starts_on=BEGUN["pairing__starts_on"])
    asking, serving = pairing.branches if asks == "a" else pairing.branches[::-1]
    order = PlanOrderFactory(
        in_progress=True,
        pairing=pairing,
        demand=DemandFactory(branch=asking, raised_on=BEGUN["demand__raised_on"]),
        resource=ResourceFactory(branch=serving) if has_resource else None,
        responsible_a="甲方的人",
        responsible_b="乙方的人",
        due_on=date(2026, 3, 20),
    )

    activities_schedule(now=NOW)

    task = order.tasks.get()
    leads = "乙方的人" if asks == "a" else "甲方的人"
    activity = order.activities.get()
    assert (task.owner, task.responsible, activity.person) == (serving, leads, leads)
    booked = activity.bookings.get(subject__kind="person").subject
    assert booked.key == f"person:{serving.pk}/{leads}"


@pytest.mark.parametrize("again", [True, False])
def test_only_activity_cancelled_is_arranged_again_or_said_to_be_missing(again: bool) -> None:
    order = PlanOrderFactory(confirmed=True, due_on=date(2026, 3, 20), **BEGUN)
    PlanTaskFactory(plan_order=order, due_on=order.due_on)
    partner = UserFactory(secretary_of=order.pairing.branch_b)
    activities_schedule(now=NOW)
    cancelled = order.activities.get()

    activity_cancel(activity=cancelled, actor=None, now=NOW, reason="汛期", again=again)
    activities_schedule(now=NOW)

    states = list(order.activities.exclude(pk=cancelled.pk).values_list("state", flat=True))
    assert states == ([ActivityState.ANNOUNCED] if again else [])
    told = Notification.objects.filter(recipient=partner, dedupe_key__contains=":nothing_left")
    assert told.count() == (0 if again else 1)
