"""Which duties are open: each rule finds its own, and lets go of what is done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from branches.enums import Role
from ledgers.enums import DemandState
from pairing.plans.enums import AgreementState, PairingState
from pairing.reminders import selectors
from tests.factories.activities import ActivityFactory
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.ledgers import DemandFactory
from tests.factories.plans import AgreementFactory, ClaimFactory, PlanOrderFactory, PlanTaskFactory
from tests.factories.reviews import ActionItemFactory, ReviewFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


def summary(duties):
    return [(duty.object_id, duty.due_on, duty.branch_ids, duty.url) for duty in duties]


def both(pairing):
    return pairing.branch_a_id, pairing.branch_b_id


def test_reviews_due_of_active_pairings(today):
    review = ReviewFactory(due_on=today)
    ReviewFactory(due_on=today + timedelta(days=8))
    ReviewFactory(due_on=today, state="held", held_on=today)
    ReviewFactory(due_on=today, series__pairing__state=PairingState.ENDED, series__pairing__end_reason="到期")
    assert summary(selectors.reviews_due(today + timedelta(days=7))) == [
        (review.pk, today, both(review.series.pairing), f"/reviews/{review.pk}/")
    ]


def test_action_items_due_belong_to_their_owner(today):
    item = ActionItemFactory(due_on=today)
    ActionItemFactory(due_on=today, done_on=today)
    assert summary(selectors.action_items_due(today)) == [
        (item.pk, today, (item.owner_id,), f"/reviews/{item.review_id}/")
    ]


def test_plan_orders_due_are_live(today):
    order = PlanOrderFactory(due_on=today)
    PlanOrderFactory(due_on=today, completed=True)
    PlanOrderFactory(due_on=today, cancelled=True)
    assert summary(selectors.plan_orders_due(today)) == [
        (order.pk, today, both(order.pairing), order.get_absolute_url())
    ]


def test_plan_tasks_due_are_open_tasks_of_confirmed_orders(today):
    task = PlanTaskFactory(plan_order__confirmed=True, due_on=today)
    PlanTaskFactory(plan_order__confirmed=True, due_on=today, done_on=today)
    PlanTaskFactory(due_on=today)
    assert summary(selectors.plan_tasks_due(today)) == [
        (task.pk, today, (task.owner_id,), task.plan_order.get_absolute_url())
    ]


@pytest.mark.parametrize(
    ("fields", "is_due"),
    [
        ({"state": DemandState.OPEN}, True),
        ({"state": DemandState.IN_PROGRESS}, True),
        ({"state": DemandState.DRAFT}, False),
        ({"state": DemandState.SUSPENDED, "state_reason": "等资金"}, False),
        ({"state": DemandState.WITHDRAWN, "state_reason": "已解决"}, False),
    ],
)
def test_demands_due_are_those_somebody_works_on(today, fields, is_due):
    demand = DemandFactory(deadline_on=today, **fields)
    DemandFactory(deadline_on=None)
    found = [(demand.pk, today, (demand.branch_id,), f"/demands/{demand.pk}/")]
    assert summary(selectors.demands_due(today)) == (found if is_due else [])


def test_claims_due_concern_the_branch_that_has_to_answer(today):
    claim = ClaimFactory(expires_on=today)
    ClaimFactory(expires_on=today, declined=True)
    assert summary(selectors.claims_due(today)) == [
        (claim.pk, today, (claim.awaiting_id,), claim.get_absolute_url())
    ]


def test_activity_records_are_due_three_days_after_the_activity(today):
    activity = ActivityFactory(to_record=True)
    ActivityFactory(announced=True)
    ActivityFactory(archived=True)
    held_on = timezone.localdate(activity.ends_at)
    due_on = held_on + timedelta(days=3)
    assert summary(selectors.activity_records_due(due_on)) == [
        (activity.pk, due_on, both(activity.pairing), activity.get_absolute_url())
    ]
    assert summary(selectors.activity_records_due(due_on - timedelta(days=1))) == []


def test_agreements_expiring_are_in_force(today):
    signed = AgreementFactory(ends_on=today)
    AgreementFactory(ends_on=today, state=AgreementState.RENEWED)
    AgreementFactory(ends_on=None)
    assert summary(selectors.agreements_expiring(today)) == [
        (signed.pk, today, both(signed.pairing), signed.get_absolute_url())
    ]


def test_holders_are_the_active_people_in_their_seats_today(today):
    branch = BranchFactory()
    secretary = UserFactory(secretary_of=branch)
    UserFactory(secretary_of=branch, is_active=False)
    MembershipFactory(branch=branch, ends_on=today - timedelta(days=1))
    office = [UserFactory(office=True), UserFactory(office=True)]
    assert selectors.holders([Role.SECRETARY, Role.COUNTY_OFFICE], on=today) == {
        (branch.pk, Role.SECRETARY): [secretary],
        (None, Role.COUNTY_OFFICE): office,
    }
