"""Who may do what: one row for each route of the product. A new route needs a row, or the tests fail.

`get` see the page; `post` have an effect; None: the method is refused with 405. Everybody outside `sees` is
told 404, as for a row that does not exist; who sees a row without having the right is refused in another way
(403, a form with the reason, or a message), and nothing is written. 甲 owns the resources, 乙 the demands;
`secretary_a` and `secretary_b` are a pair, `stranger` is the secretary of a third branch.
"""

from __future__ import annotations

from dataclasses import dataclass

ACTORS = ("member", "secretary_a", "secretary_b", "stranger", "office", "admin", "auditor", "seatless")


def only(names: str) -> frozenset[str]:
    return frozenset(names.split())


ALL = frozenset(ACTORS)
NOBODY = only("")
SEATED = ALL - only("seatless")
A, B = only("secretary_a"), only("secretary_b")
SECRETARIES = A | B
STAFF = SECRETARIES | only("stranger")  # of whatever branch
OFFICE = only("office admin")
ADMIN = only("admin")
COUNTY = only("office admin auditor")
PAIR = only("member secretary_a secretary_b")
PAIR_OR_COUNTY = PAIR | COUNTY
DEMAND_SIDE = B | COUNTY  # of a row that only its own branch sees
RESOURCE_SIDE = only("member secretary_a") | COUNTY


@dataclass(frozen=True)
class Rule:
    get: frozenset[str] | None = None
    post: frozenset[str] | None = None
    sees: frozenset[str] = ALL


def page(get: frozenset[str], sees: frozenset[str] = ALL) -> Rule:
    """A page that is only looked at."""
    return Rule(get=get, sees=sees)


def button(post: frozenset[str], sees: frozenset[str] = ALL) -> Rule:
    """An address that is only posted to."""
    return Rule(post=post, sees=sees)


PUBLIC = only("login healthz readyz")  # reached without a login, so without a row below
SESSION = only("logout password_change")  # everybody's own, tested in test_headers

PERMISSIONS: dict[str, Rule] = {
    # core
    "notification_list": page(ALL),
    "notification_read_all": button(A),  # only secretary_a has a message
    "notification_open": button(A, sees=A),
    "delivery_list": page(OFFICE),
    "delivery_resend": button(OFFICE),
    "delivery_settle": button(OFFICE),
    "audit_list": page(COUNTY),
    "attachment_add": button(B, sees=PAIR_OR_COUNTY),
    "attachment_file": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "attachment_picture": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "attachment_thumbnail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "attachment_remove": button(B, sees=PAIR_OR_COUNTY),
    # branches
    "account": page(ALL),
    "branch_detail": page(ALL),
    "branch_list": page(COUNTY),
    "branch_new": Rule(ADMIN, ADMIN),
    "branch_edit": Rule(ADMIN, ADMIN),
    "branch_dissolve": Rule(ADMIN, ADMIN),
    "user_list": page(ADMIN),
    "user_new": Rule(ADMIN, ADMIN),
    "user_edit": Rule(ADMIN, ADMIN),
    "user_deactivate": Rule(ADMIN, ADMIN),
    "user_activate": button(ADMIN),
    "user_reset_password": Rule(ADMIN, ADMIN),
    "membership_new": Rule(ADMIN, ADMIN),
    "membership_end": Rule(ADMIN, ADMIN),
    "working_day_list": Rule(ADMIN, ADMIN),
    "working_day_remove": button(ADMIN),
    # ledgers
    "resource_list": page(ALL),
    "resource_export": page(ALL),
    "resource_bulk": button(A),
    "resource_round": Rule(ALL, A),
    "resource_view_save": button(ALL),
    "resource_confirm": button(A, sees=PAIR_OR_COUNTY),
    "resource_new": Rule(STAFF, STAFF),
    "resource_detail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "resource_edit": Rule(A, A, sees=PAIR_OR_COUNTY),
    "resource_publish": button(A, sees=RESOURCE_SIDE),
    "resource_withdraw": Rule(A, A, sees=PAIR_OR_COUNTY),
    "demand_list": page(ALL),
    "demand_export": page(ALL),
    "closure_export": page(ALL),
    "demand_bulk": button(B),
    "duplicate_list": page(ALL),
    "duplicate_settle": button(A),
    "demand_view_save": button(ALL),
    "saved_view_remove": button(A, sees=A),
    "item_confirm": Rule(STAFF, only("secretary_b")),
    "demand_new": Rule(STAFF, STAFF),
    "demand_detail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "demand_edit": Rule(B, B, sees=PAIR_OR_COUNTY),
    "demand_publish": Rule(B, B, sees=DEMAND_SIDE),
    "demand_reopen": Rule(B, B, sees=PAIR_OR_COUNTY),
    "demand_suspend": Rule(B, B, sees=PAIR_OR_COUNTY),
    "demand_close": Rule(B, B, sees=PAIR_OR_COUNTY),
    "demand_withdraw": Rule(B, B, sees=PAIR_OR_COUNTY),
    "demand_split": Rule(B | OFFICE, B | OFFICE, sees=PAIR_OR_COUNTY),
    "demand_merge": Rule(B | OFFICE, B | OFFICE, sees=PAIR_OR_COUNTY),
    "demand_return": Rule(OFFICE, OFFICE, sees=PAIR_OR_COUNTY),
    "service_item_list": page(ALL),
    "service_item_try": page(ALL),
    "service_item_export": page(ALL),
    "service_item_new": Rule(ADMIN, ADMIN),
    "service_item_edit": Rule(ADMIN, ADMIN),
    "service_item_retire": Rule(ADMIN, ADMIN),
    "service_item_restore": button(ADMIN),
    "service_item_delete": Rule(ADMIN, ADMIN),
    "service_aspect_new": Rule(ADMIN, ADMIN),
    "service_aspect_edit": Rule(ADMIN, ADMIN),
    "service_aspect_retire": Rule(ADMIN, ADMIN),
    "service_aspect_restore": button(ADMIN),
    "service_aspect_delete": Rule(ADMIN, ADMIN),
    # plans
    "pairing_list": page(ALL),
    "pairing_new": Rule(ADMIN, ADMIN),
    "pairing_detail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "pairing_edit": Rule(PAIR_OR_COUNTY, ADMIN, sees=PAIR_OR_COUNTY),
    "pairing_end": Rule(RESOURCE_SIDE, ADMIN, sees=RESOURCE_SIDE),  # a pairing of 甲 with somebody else
    # agreements; the drafts are those of pairings of 甲 with somebody else
    "agreement_new": Rule(A | OFFICE, A | OFFICE, sees=RESOURCE_SIDE),
    "agreement_detail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "agreement_edit": Rule(A | OFFICE, A | OFFICE, sees=RESOURCE_SIDE),
    "agreement_clauses": Rule(SECRETARIES | OFFICE, SECRETARIES | OFFICE, sees=PAIR_OR_COUNTY),
    "agreement_word": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "agreement_send": button(A | OFFICE, sees=RESOURCE_SIDE),
    "agreement_sign": Rule(RESOURCE_SIDE, A, sees=RESOURCE_SIDE),
    "agreement_sign_on_behalf": Rule(OFFICE, OFFICE, sees=RESOURCE_SIDE),
    "agreement_terminate": Rule(PAIR_OR_COUNTY, ADMIN, sees=PAIR_OR_COUNTY),
    # handovers
    "handover_list": page(ADMIN),
    "handover_new": Rule(ADMIN, ADMIN),
    "handover_detail": page(ADMIN),
    "handover_cancel": Rule(ADMIN, ADMIN),
    "claim_list": page(ALL),
    "claim_new": Rule(PAIR_OR_COUNTY, SECRETARIES, sees=PAIR_OR_COUNTY),
    "claim_joint": Rule(PAIR_OR_COUNTY, B | OFFICE, sees=PAIR_OR_COUNTY),
    "claim_detail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "claim_accept": button(B, sees=PAIR_OR_COUNTY),
    "claim_accept_on_behalf": Rule(OFFICE, OFFICE, sees=PAIR_OR_COUNTY),
    "claim_counter": Rule(PAIR_OR_COUNTY, B, sees=PAIR_OR_COUNTY),
    "claim_decline": Rule(PAIR_OR_COUNTY, B, sees=PAIR_OR_COUNTY),
    "claim_withdraw": Rule(PAIR_OR_COUNTY, A | OFFICE, sees=PAIR_OR_COUNTY),
    "hall_list": page(ALL),
    "hall_detail": page(SEATED, sees=SEATED),
    "hall_matches": page(SEATED, sees=SEATED),
    "hall_assign": Rule(SEATED, OFFICE, sees=SEATED),
    "hall_urge": Rule(SEATED, OFFICE, sees=SEATED),
    "hall_open": Rule(COUNTY, OFFICE, sees=COUNTY),  # a demand that is not in the hall yet
    "plan_order_list": page(ALL),
    "plan_order_detail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "plan_order_new": Rule(ALL, SECRETARIES),
    "change_request_new": Rule(PAIR_OR_COUNTY, SECRETARIES, sees=PAIR_OR_COUNTY),
    "change_request_accept": button(B, sees=PAIR_OR_COUNTY),  # 甲 has asked
    "change_request_decline": Rule(PAIR_OR_COUNTY, B, sees=PAIR_OR_COUNTY),
    "change_request_withdraw": Rule(PAIR_OR_COUNTY, A, sees=PAIR_OR_COUNTY),
    "plan_order_edit": Rule(PAIR_OR_COUNTY, SECRETARIES, sees=PAIR_OR_COUNTY),
    "solved_problem_list": page(ALL),
    "solved_problem_new": Rule(STAFF, STAFF),
    "plan_order_confirm": button(SECRETARIES, sees=PAIR_OR_COUNTY),
    "change_request_answer_on_behalf": Rule(OFFICE, OFFICE, sees=PAIR_OR_COUNTY),
    "plan_order_confirm_on_behalf": Rule(OFFICE, OFFICE, sees=PAIR_OR_COUNTY),
    "plan_order_accept_on_behalf": Rule(OFFICE, OFFICE, sees=PAIR_OR_COUNTY),
    "on_behalf_scan": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "plan_order_hand_in": Rule(PAIR_OR_COUNTY, SECRETARIES, sees=PAIR_OR_COUNTY),
    "plan_order_accept": Rule(PAIR_OR_COUNTY, B, sees=PAIR_OR_COUNTY),
    "plan_order_return": Rule(PAIR_OR_COUNTY, B, sees=PAIR_OR_COUNTY),
    "plan_order_cancel": Rule(PAIR_OR_COUNTY, SECRETARIES | ADMIN, sees=PAIR_OR_COUNTY),
    "plan_task_done": button(SECRETARIES, sees=PAIR_OR_COUNTY),
    # activities
    "calendar": page(ALL),
    "calendar_events": page(ALL),
    "activity_list": page(ALL),
    "activity_new": Rule(STAFF, SECRETARIES),  # the stranger is no party to the pairing that is posted
    "activity_detail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "activity_reschedule": Rule(STAFF, SECRETARIES),
    "closure_new": Rule(STAFF, A),
    "closure_remove": button(A, sees=A),
    "activity_move": Rule(SECRETARIES, SECRETARIES, sees=PAIR_OR_COUNTY),
    "activity_lead": Rule(SECRETARIES, SECRETARIES, sees=PAIR_OR_COUNTY),
    "activity_cancel": Rule(SECRETARIES, SECRETARIES, sees=PAIR_OR_COUNTY),
    "activity_record": Rule(SECRETARIES, SECRETARIES, sees=PAIR_OR_COUNTY),
    "activity_correct": Rule(SECRETARIES, SECRETARIES, sees=PAIR_OR_COUNTY),
    # matching
    "matching": page(ALL),
    "match_claim": Rule(PAIR_OR_COUNTY, SECRETARIES, sees=PAIR_OR_COUNTY),
    "match_run_list": page(ALL),
    "match_run_new": button(SECRETARIES | OFFICE),
    "match_run_detail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "match_run_edit": button(SECRETARIES | OFFICE, sees=PAIR_OR_COUNTY),
    "match_run_pin": Rule(SECRETARIES | OFFICE, SECRETARIES | OFFICE, sees=PAIR_OR_COUNTY),
    "match_run_resolve": button(SECRETARIES | OFFICE, sees=PAIR_OR_COUNTY),
    "match_run_update": button(SECRETARIES | OFFICE, sees=PAIR_OR_COUNTY),
    "match_run_retry": button(SECRETARIES | OFFICE, sees=PAIR_OR_COUNTY),
    "match_run_accept": button(SECRETARIES | OFFICE, sees=PAIR_OR_COUNTY),
    "gap_list": page(COUNTY),
    "idle_list": page(COUNTY),
    "repairing_detail": page(COUNTY),
    "weights_edit": Rule(ADMIN, ADMIN),
    # reviews
    "review_list": page(ALL),
    "review_detail": page(PAIR_OR_COUNTY, sees=PAIR_OR_COUNTY),
    "review_record": button(SECRETARIES, sees=PAIR_OR_COUNTY),
    "action_item_done": button(SECRETARIES, sees=PAIR_OR_COUNTY),
    # reports
    "dashboard": page(COUNTY),
    "dashboard_pairings": page(COUNTY),
    "figure_detail": page(COUNTY),
    # imports; the kind in the address is the branches' ledger, which only the office writes
    "import_list": page(STAFF | OFFICE),
    "import_upload": Rule(OFFICE, NOBODY),  # stores a file for preview and writes no row
    "import_preview": page(NOBODY),  # needs one's own upload; see tests/imports
    "import_columns": Rule(NOBODY, NOBODY),
    "import_errors": page(NOBODY),
    "import_confirm": button(NOBODY),
    "import_history": page(STAFF | OFFICE),
    "import_undo": Rule(OFFICE, OFFICE, sees=COUNTY),
    "import_template": page(OFFICE),
    # workbench
    "search": page(ALL),
    "workbench": page(ALL),
    "workbench_pairings": page(ALL),
}
