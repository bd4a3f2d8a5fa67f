"""Reads of plans."""

from datetime import date, timedelta

import pytest

from pairing.plans.enums import PlanOrderState
from pairing.plans.models import PlanOrder
from pairing.plans.selectors.orders import BOARD_DEPTH, plan_order_board
from tests.factories.plans import PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db
FIRST = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("trait", "state", "days"),
    [
        ({}, PlanOrderState.DRAFT, [0, 1, 2, 3, 4, 5]),
        ({"completed": True}, PlanOrderState.COMPLETED, [7, 6, 5, 4, 3, 2]),
    ],
)
def test_board_shows_the_soonest_of_each_state_and_the_newest_success(trait, state, days):
    pairing = PairingFactory()
    for day in range(BOARD_DEPTH + 2):
        PlanOrderFactory(pairing=pairing, due_on=FIRST + timedelta(days=day), **trait)
    columns = {column.state: column for column in plan_order_board(PlanOrder.objects.all())}
    assert [(order.due_on - FIRST).days for order in columns[state].orders] == days
    assert columns[state].count == BOARD_DEPTH + 2
    assert sum(column.count for column in columns.values()) == BOARD_DEPTH + 2
