"""Steps that are blocked on the pages of agreements, demands, the hall and activities; see blocked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from branches.models import User
from ledgers.models import Demand
from ledgers.services import demand_steps, demands, regrouping
from pairing.activities.models import Activity
from pairing.activities.services import activities, leading
from pairing.agreements.services import drafting, signing
from pairing.agreements.services import guards as agreement_guards
from pairing.plans.models import Claim
from pairing.plans.services import (
    claim_guards,
    claims,
    hall,
)
from tests.factories.activities import ActivityFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import (
    AgreementFactory,
    ClaimFactory,
)
from tests.plans.blocked import LIAISON_A, OFFICE, OWN, PAPER, STRANGER, WORDS, A, Blocked, with_branch_b


def step_of(name: str) -> Callable[..., Any]:
    return lambda **terms: demand_steps.demand_take_step(step=demand_steps.STEPS[name], **terms)


def dispatch(demand: Demand, actor: User, now: Any) -> Claim:
    terms = {"by_branch": demand.branch, "proposer": actor, "now": now, "dispatched": True}
    return claims.claim_propose(demand=demand, resource=ResourceFactory(), **terms)


sign, send = agreement_guards.agreement_sign_blockers, agreement_guards.agreement_send_blockers
SIGNED = {"version": 1, "signed_on": timezone.localdate()}
PARTS = [{"title": "培训"}, {"title": "设备"}]


def closed() -> Demand:
    return DemandFactory(closed=True)


def in_hall() -> Demand:
    return DemandFactory(hall_on=timezone.localdate())


def held() -> Activity:
    return ActivityFactory(archived=True)


ELSEWHERE = [
    Blocked(
        agreement_guards.agreement_draft_blockers,
        "agreement_new",
        lambda: AgreementFactory(draft=True).pairing,
        A,
        drafting.agreement_draft,
        {"clauses": []},
    ),
    Blocked(
        agreement_guards.agreement_edit_blockers,
        "agreement_edit",
        AgreementFactory,
        A,
        drafting.agreement_edit,
        {"version": 1, "clauses": []},
    ),
    Blocked(
        agreement_guards.agreement_clauses_blockers,
        "agreement_clauses",
        lambda: AgreementFactory(draft=True),
        A,
        drafting.agreement_clauses_add,
        {"clauses": []},
    ),
    Blocked(
        send,
        "agreement_detail",
        lambda: AgreementFactory(draft=True),
        A,
        signing.agreement_send,
        {"version": 1},
    ),
    Blocked(
        sign,
        "agreement_detail",
        lambda: AgreementFactory(to_sign=True),
        LIAISON_A,
        signing.agreement_sign,
        SIGNED,
    ),
    Blocked(sign, "agreement_sign", AgreementFactory, A, signing.agreement_sign, SIGNED),
    Blocked(
        agreement_guards.agreement_sign_on_behalf_blockers,
        "agreement_sign_on_behalf",
        AgreementFactory,
        OFFICE,
        with_branch_b(signing.agreement_sign_on_behalf),
        SIGNED | PAPER,
    ),
    Blocked(
        agreement_guards.agreement_terminate_blockers,
        "agreement_terminate",
        AgreementFactory,
        A,
        signing.agreement_terminate,
        {"summary": "到期"},
    ),
    *(
        Blocked(
            demand_steps.demand_step_blockers,
            f"demand_{name}",
            closed,
            OFFICE if name == "return" else OWN,
            step_of(name),
            WORDS,
        )
        for name in demand_steps.STEPS
    ),
    Blocked(
        demand_steps.demand_step_blockers,
        "demand_close",
        lambda: ClaimFactory(demand__state="open").demand,
        OWN,
        step_of("close"),
        WORDS,
    ),
    Blocked(demands.demand_edit_blockers, "demand_edit", closed, OWN, demands.demand_update),
    Blocked(
        regrouping.demand_regroup_blockers,
        "demand_split",
        closed,
        OFFICE,
        regrouping.demand_split,
        {"parts": PARTS, **WORDS},
    ),
    Blocked(hall.demand_hall_blockers, "hall_urge", in_hall, STRANGER, hall.demand_urge, WORDS),
    Blocked(hall.demand_hall_blockers, "hall_open", in_hall, STRANGER, hall.demand_open_now, WORDS),
    Blocked(claim_guards.claim_propose_blockers, "hall_assign", in_hall, STRANGER, dispatch),
    Blocked(
        activities.activity_move_blockers,
        "activity_move",
        held,
        A,
        activities.activity_move,
        {"starts_at": timezone.now(), "ends_at": timezone.now(), **WORDS},
    ),
    Blocked(
        leading.activity_lead_blockers,
        "activity_lead",
        held,
        A,
        leading.activity_lead_set,
        {"person": "老李"},
    ),
    Blocked(
        activities.activity_cancel_blockers, "activity_cancel", held, A, activities.activity_cancel, WORDS
    ),
]
