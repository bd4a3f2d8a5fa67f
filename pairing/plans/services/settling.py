"""Letting a demand follow its claims and orders; see selectors.parts for the rule."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Avg

from branches.models import User
from ledgers.enums import DemandState
from ledgers.models import Demand
from ledgers.services.demands import demand_change_state, demand_close
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import PlanOrder
from pairing.plans.selectors.parts import DERIVED_STATES, demand_parts
from pairing.plans.services.locks import lock_demand


def demand_settle(*, demand: Demand, actor: User | None, now: datetime) -> Demand:
    """Put the demand where the slowest of its parts stands; one whose state people set is left alone.

    Call it in the transaction that has changed a claim or an order, after the change.
    """
    held = lock_demand(demand.pk)
    if held.state not in DERIVED_STATES:
        return held
    due = demand_parts(held).state
    if due == held.state:
        return held
    return demand_change_state(demand=held, to=due, actor=actor, now=now)


def demand_settle_accepted(*, demand: Demand, actor: User, words: str, now: datetime) -> Demand:
    """The same after an order was accepted, which closes the demand when nothing of it is left to do.

    Its satisfaction is the mean of its orders', rounded half up; the words are those of the last acceptance.
    """
    held = lock_demand(demand.pk)
    if held.state != DemandState.AWAITING_ACCEPTANCE or not demand_parts(held).is_done:
        return demand_settle(demand=held, actor=actor, now=now)
    accepted = PlanOrder.objects.filter(demand=held, state=PlanOrderState.COMPLETED)
    mean = accepted.aggregate(mean=Avg("satisfaction"))["mean"]
    return demand_close(demand=held, actor=actor, now=now, satisfaction=int(mean + 0.5), words=words)
