"""Steps that are blocked on the pages of claims, orders and change requests: a row, a person, the step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils import timezone

from pairing.plans.models import ChangeRequest, Claim, PlanOrder
from pairing.plans.services import (
    change_requests,
    claim_answers,
    claim_guards,
    claims,
    on_behalf,
    order_contents,
    order_guards,
    orders,
)
from tests.factories.plans import (
    ChangeRequestFactory,
    ClaimFactory,
    PlanOrderFactory,
    days_ahead,
)

WORDS = {"reason": "情况有变"}
PAPER = {"reason": "对方没有账号", "scan": None}
OFFICE, A, B = "office", "secretary_of branch_a", "secretary_of branch_b"
LIAISON_A, LIAISON_B = "liaison_of branch_a", "liaison_of branch_b"
OWN, STRANGER = "secretary_of branch", "secretary_of stranger"


class Blocked(NamedTuple):
    """A row in a state, or in front of a person, where a step of it is blocked."""

    guard: Callable[..., list[str]]
    page: str
    row: Callable[[], Model]
    who: str
    service: Callable[..., Any]
    terms: dict[str, Any] = {}


def with_branch_b(service: Callable[..., Any]) -> Callable[..., Any]:
    return lambda **terms: service(branch=terms[next(iter(terms))].pairing.branch_b, **terms)


answer, withdraw = claim_guards.claim_answer_blockers, claim_guards.claim_withdraw_blockers
confirm, accept = order_guards.plan_order_confirm_blockers, order_guards.plan_order_accept_blockers
change, reply = order_guards.change_request_blockers, order_guards.change_request_answer_blockers
ANOTHER = {"visit_count": 2, "wanted_on": None}
GOOD = {"satisfaction": 5}


def declined() -> Claim:
    return ClaimFactory(declined=True)


def working() -> PlanOrder:
    return PlanOrderFactory(in_progress=True)


def taken_back() -> ChangeRequest:
    return ChangeRequestFactory(state="withdrawn", answer="不用了", answered_at=timezone.now())


CHAIN = [
    Blocked(
        answer, "claim_detail", lambda: ClaimFactory(expires_on=days_ahead(-1)), B, claim_answers.claim_accept
    ),
    Blocked(answer, "claim_detail", ClaimFactory, LIAISON_B, claim_answers.claim_accept),
    Blocked(answer, "claim_counter", declined, B, claims.claim_counter, ANOTHER),
    Blocked(answer, "claim_counter", ClaimFactory, A, claims.claim_counter, ANOTHER),
    Blocked(answer, "claim_decline", declined, B, claim_answers.claim_decline, WORDS),
    Blocked(answer, "claim_accept_on_behalf", declined, OFFICE, on_behalf.claim_accept_on_behalf, PAPER),
    Blocked(withdraw, "claim_withdraw", declined, A, claim_answers.claim_withdraw, WORDS),
    Blocked(withdraw, "claim_withdraw", ClaimFactory, B, claim_answers.claim_withdraw, WORDS),
    Blocked(
        confirm,
        "plan_order_detail",
        lambda: PlanOrderFactory(to_confirm=True),
        A,
        orders.plan_order_confirm,
        {"version": 1},
    ),
    Blocked(
        confirm, "plan_order_detail", PlanOrderFactory, LIAISON_A, orders.plan_order_confirm, {"version": 1}
    ),
    Blocked(
        confirm,
        "plan_order_detail",
        lambda: PlanOrderFactory(responsible_b=""),
        A,
        orders.plan_order_confirm,
        {"version": 1},
    ),
    Blocked(
        order_guards.plan_order_confirm_on_behalf_blockers,
        "plan_order_confirm_on_behalf",
        working,
        OFFICE,
        with_branch_b(on_behalf.plan_order_confirm_on_behalf),
        {"version": 1, **PAPER},
    ),
    Blocked(
        order_guards.plan_order_edit_blockers,
        "plan_order_edit",
        working,
        A,
        order_contents.plan_order_edit,
        {"version": 1},
    ),
    Blocked(
        order_guards.plan_order_hand_in_blockers,
        "plan_order_hand_in",
        PlanOrderFactory,
        A,
        orders.plan_order_hand_in,
    ),
    Blocked(
        accept,
        "plan_order_detail",
        lambda: PlanOrderFactory(awaiting_acceptance=True),
        A,
        orders.plan_order_accept,
        GOOD,
    ),
    Blocked(accept, "plan_order_accept", working, B, orders.plan_order_accept, GOOD),
    Blocked(accept, "plan_order_return", working, B, orders.plan_order_return, WORDS),
    Blocked(
        accept,
        "plan_order_accept_on_behalf",
        working,
        OFFICE,
        on_behalf.plan_order_accept_on_behalf,
        GOOD | PAPER,
    ),
    Blocked(
        order_guards.plan_order_cancel_blockers,
        "plan_order_cancel",
        lambda: PlanOrderFactory(completed=True),
        A,
        orders.plan_order_cancel,
        WORDS,
    ),
    Blocked(
        change,
        "change_request_new",
        PlanOrderFactory,
        A,
        change_requests.change_request_propose,
        {"version": 1, **WORDS},
    ),
    Blocked(
        change,
        "change_request_new",
        lambda: ChangeRequestFactory().plan_order,
        B,
        change_requests.change_request_propose,
        {"version": 1, **WORDS},
    ),
    Blocked(reply, "change_request_decline", taken_back, B, change_requests.change_request_decline, WORDS),
    Blocked(
        reply,
        "change_request_decline",
        ChangeRequestFactory,
        A,
        change_requests.change_request_decline,
        WORDS,
    ),
    Blocked(
        reply,
        "change_request_answer_on_behalf",
        taken_back,
        OFFICE,
        on_behalf.change_request_answer_on_behalf,
        {"is_accepted": True, **PAPER},
    ),
    Blocked(
        order_guards.change_request_withdraw_blockers,
        "change_request_withdraw",
        ChangeRequestFactory,
        B,
        change_requests.change_request_withdraw,
        WORDS,
    ),
]
