"""计划定单: versions, confirmations, acceptance – demand and order in step."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.audit import entries_of
from core.errors import DomainError, StaleVersionError, TransitionError
from core.models import Notification
from ledgers.enums import DemandState
from pairing.plans.enums import PlanOrderState, TaskKind
from pairing.plans.services import order_contents, orders
from pairing.plans.services.tasks import plan_task_done
from tests.factories.branches import UserFactory
from tests.factories.plans import PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db


def secretaries(order):
    return UserFactory(secretary_of=order.pairing.branch_a), UserFactory(secretary_of=order.pairing.branch_b)


def demand_state(order):
    order.demand.refresh_from_db()
    return order.demand.state


def test_plan_order_confirm_by_both_sides_confirms_the_order():
    order = PlanOrderFactory()
    ours, theirs = secretaries(order)
    order = orders.plan_order_confirm(order=order, version=1, actor=theirs, now=timezone.now())
    assert (order.state, order.is_confirmed_a, order.is_confirmed_b) == ("to_confirm", False, True)
    order = orders.plan_order_confirm(order=order, version=1, actor=ours, now=timezone.now())
    assert (order.state, order.is_confirmed_a, order.is_confirmed_b) == ("confirmed", True, True)
    assert [entry.summary for entry in entries_of(order)] == [
        f"{order.pairing.branch_a}确认第 1 版",
        f"{order.pairing.branch_b}确认第 1 版",
    ]
    assert Notification.objects.count() == 2


def test_plan_order_confirm_twice_has_one_effect_and_says_so():
    order = PlanOrderFactory()
    ours, _ = secretaries(order)
    orders.plan_order_confirm(order=order, version=1, actor=ours, now=timezone.now())
    with pytest.raises(DomainError) as refusal:
        orders.plan_order_confirm(order=order, version=1, actor=ours, now=timezone.now())
    assert refusal.value.message == "本支部已确认过第 1 版，不必重复确认，正在等对方。"
    assert entries_of(order).count() == 1


def test_plan_order_confirm_by_liaison_and_stranger_is_refused():
    order = PlanOrderFactory()
    for actor, words in (
        (
            UserFactory(liaison_of=order.pairing.branch_a),
            "确认定单要由支部书记操作，请提醒本支部书记登录确认。",
        ),
        (
            UserFactory(secretary_of=PlanOrderFactory().pairing.branch_a),
            "只有结对双方的支部书记能确认这张定单。",
        ),
    ):
        with pytest.raises(DomainError) as refusal:
            orders.plan_order_confirm(order=order, version=1, actor=actor, now=timezone.now())
        assert refusal.value.message == words


def test_plan_order_confirm_of_an_old_version_is_refused():
    order = PlanOrderFactory(version=3)
    ours, _ = secretaries(order)
    with pytest.raises(StaleVersionError) as refusal:
        orders.plan_order_confirm(order=order, version=2, actor=ours, now=timezone.now())
    assert refusal.value.message == "您看的是第 2 版，对方已改到第 3 版。请核对新内容后再办理。"


def test_plan_order_confirm_without_responsible_person_is_refused():
    order = PlanOrderFactory(responsible_b="")
    ours, _ = secretaries(order)
    with pytest.raises(DomainError) as refusal:
        orders.plan_order_confirm(order=order, version=1, actor=ours, now=timezone.now())
    assert refusal.value.message == "双方责任人还没有填全，请先修改定单补上。"


def test_plan_order_edit_makes_a_version_nobody_has_confirmed():
    order = PlanOrderFactory(to_confirm=True)
    task = PlanTaskFactory(plan_order=order, responsible="张同志", position=1)
    liaison = UserFactory(liaison_of=order.pairing.branch_b)
    due_on = timezone.localdate() + timedelta(days=30)
    order = order_contents.plan_order_edit(
        order=order,
        version=1,
        actor=liaison,
        now=timezone.now(),
        responsible_a="赵同志",
        due_on=due_on,
        place=order.place,
    )
    task.refresh_from_db()
    assert (order.version, order.state) == (2, PlanOrderState.DRAFT)
    assert (order.confirmed_version_a, order.confirmed_version_b) == (None, None)
    assert set(entries_of(order).get().changes) == {"responsible_a", "due_on"}
    assert task.responsible == "赵同志"
    assert task.due_on <= due_on


def test_plan_order_edit_of_a_stale_version_changes_nothing():
    order = PlanOrderFactory(version=2)
    ours, _ = secretaries(order)
    with pytest.raises(StaleVersionError):
        order_contents.plan_order_edit(order=order, version=1, actor=ours, now=timezone.now(), place="别处")
    order.refresh_from_db()
    assert (order.version, order.place) == (2, "党群服务中心")


def test_plan_order_edit_without_a_difference_keeps_version_and_confirmation():
    order = PlanOrderFactory(to_confirm=True)
    ours, _ = secretaries(order)
    order = order_contents.plan_order_edit(
        order=order, version=1, actor=ours, now=timezone.now(), place=order.place
    )
    assert (order.version, order.confirmed_version_a) == (1, 1)


def test_plan_order_edit_after_both_confirmed_is_refused():
    order = PlanOrderFactory(confirmed=True)
    ours, _ = secretaries(order)
    with pytest.raises(DomainError) as refusal:
        order_contents.plan_order_edit(order=order, version=1, actor=ours, now=timezone.now(), place="别处")
    assert refusal.value.message.startswith("定单现在是“已确认”")


def test_plan_order_edit_to_a_past_deadline_is_refused():
    order = PlanOrderFactory()
    ours, _ = secretaries(order)
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(DomainError) as refusal:
        order_contents.plan_order_edit(
            order=order, version=1, actor=ours, now=timezone.now(), due_on=yesterday
        )
    assert refusal.value.field == "due_on"


def test_plan_order_cancel_needs_a_reason_and_opens_the_demand():
    order = PlanOrderFactory(in_progress=True)
    ours, theirs = secretaries(order)
    with pytest.raises(DomainError):
        orders.plan_order_cancel(order=order, actor=ours, reason="", now=timezone.now())
    order = orders.plan_order_cancel(order=order, actor=ours, reason="条件不具备", now=timezone.now())
    assert (order.state, order.state_reason) == (PlanOrderState.CANCELLED, "条件不具备")
    assert demand_state(order) == DemandState.OPEN
    assert [note.recipient for note in Notification.objects.all()] == [theirs]


def test_plan_order_cancel_keeps_a_demand_that_another_order_serves():
    order = PlanOrderFactory(confirmed=True)
    PlanOrderFactory(pairing=order.pairing, demand=order.demand, in_progress=True)
    ours, _ = secretaries(order)
    orders.plan_order_cancel(order=order, actor=ours, reason="合并办理", now=timezone.now())
    assert demand_state(order) == DemandState.IN_PROGRESS


def test_plan_order_cancel_by_admin_is_allowed_and_by_stranger_refused():
    order = PlanOrderFactory(confirmed=True)
    with pytest.raises(DomainError):
        orders.plan_order_cancel(order=order, actor=UserFactory(office=True), reason="否", now=timezone.now())
    order = orders.plan_order_cancel(
        order=order, actor=UserFactory(admin=True), reason="组织调整", now=timezone.now()
    )
    assert order.state == PlanOrderState.CANCELLED


def test_plan_order_start_is_repeatable_and_refuses_a_draft():
    order = PlanOrderFactory(confirmed=True)
    for _ in range(2):
        order = orders.plan_order_start(order=order, now=timezone.now())
        assert order.state == PlanOrderState.IN_PROGRESS
    assert entries_of(order).count() == 1
    with pytest.raises(TransitionError):
        orders.plan_order_start(order=PlanOrderFactory(), now=timezone.now())


def test_plan_order_hand_in_takes_the_demand_along_and_ticks_off_the_tasks():
    order = PlanOrderFactory(in_progress=True)
    task = PlanTaskFactory(plan_order=order)
    order = orders.plan_order_hand_in(order=order, now=timezone.now(), result="办成了")
    task.refresh_from_db()
    assert order.state == PlanOrderState.AWAITING_ACCEPTANCE
    assert demand_state(order) == DemandState.AWAITING_ACCEPTANCE
    assert task.done_on == timezone.localdate()


def test_plan_order_accept_completes_the_order_and_closes_the_demand():
    order = PlanOrderFactory(awaiting_acceptance=True)
    _, theirs = secretaries(order)
    order = orders.plan_order_accept(
        order=order, actor=theirs, satisfaction=5, words="办得好", now=timezone.now()
    )
    assert (order.state, order.completed_on) == (PlanOrderState.COMPLETED, timezone.localdate())
    assert demand_state(order) == DemandState.CLOSED
    assert (order.demand.satisfaction, order.demand.acceptance_words) == (5, "办得好")


def test_plan_order_accept_by_the_helping_side_is_refused():
    order = PlanOrderFactory(awaiting_acceptance=True)
    ours, _ = secretaries(order)
    with pytest.raises(DomainError) as refusal:
        orders.plan_order_accept(order=order, actor=ours, satisfaction=5, now=timezone.now())
    assert refusal.value.message == f"验收要由提出需求的{order.demand.branch}书记操作。"


@pytest.mark.parametrize("satisfaction", [0, 6])
def test_plan_order_accept_with_satisfaction_out_of_range_is_refused(satisfaction):
    order = PlanOrderFactory(awaiting_acceptance=True)
    _, theirs = secretaries(order)
    with pytest.raises(DomainError) as refusal:
        orders.plan_order_accept(order=order, actor=theirs, satisfaction=satisfaction, now=timezone.now())
    assert refusal.value.field == "satisfaction"
    assert demand_state(order) == DemandState.AWAITING_ACCEPTANCE


def test_plan_order_return_and_second_hand_in_are_both_told():
    order = PlanOrderFactory(awaiting_acceptance=True)
    ours, theirs = secretaries(order)
    order = orders.plan_order_return(order=order, actor=theirs, reason="缺回访", now=timezone.now())
    assert (order.state, order.state_reason) == (PlanOrderState.IN_PROGRESS, "缺回访")
    assert demand_state(order) == DemandState.IN_PROGRESS
    orders.plan_order_hand_in(order=order, actor=ours, now=timezone.now(), result="办成了")
    orders.plan_order_return(order=order, actor=theirs, reason="仍缺", now=timezone.now())
    assert Notification.objects.filter(recipient=ours).count() == 2
    assert Notification.objects.filter(recipient=theirs).count() == 1


def test_plan_task_done_is_repeatable_and_waits_for_both_confirmations():
    order = PlanOrderFactory(in_progress=True)
    task = PlanTaskFactory(plan_order=order, kind=TaskKind.PREPARATION)
    ours, _ = secretaries(order)
    for _ in range(2):
        assert plan_task_done(task=task, actor=ours, now=timezone.now()).done_on == timezone.localdate()
    assert entries_of(order).count() == 1
    early = PlanTaskFactory(plan_order=PlanOrderFactory(pairing=order.pairing))
    with pytest.raises(DomainError) as refusal:
        plan_task_done(task=early, actor=ours, now=timezone.now())
    assert refusal.value.message == "双方确认定单以后、验收以前，才能登记任务完成。"
