"""Where each route is attacked and with which form: the smallest body that has an effect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from ledgers.models import ServiceItem
from pairing.activities.selectors import activity_coming
from pairing.activities.services.rescheduling import reschedule_proposals, seal_of
from pairing.matching.engine import Weights
from tests.factories.plans import scan
from tests.security.world import World

Body = dict[str, Any]
REASON = {"reason": "核对后决定"}

# The row that each route with ids in its address acts on.
ROWS: dict[str, tuple[str, ...]] = {
    "notification_open": ("message",),
    "delivery_resend": ("failed_mail",),
    "delivery_settle": ("failed_mail",),
    "attachment_add": ("demand",),
    "attachment_file": ("attachment",),
    "attachment_picture": ("attachment",),
    "attachment_thumbnail": ("attachment",),
    "attachment_remove": ("attachment",),
    "branch_detail": ("branch_a",),
    "branch_edit": ("branch_a",),
    "branch_dissolve": ("closing_branch",),
    "user_edit": ("person",),
    "user_deactivate": ("person",),
    "user_activate": ("inactive_person",),
    "user_reset_password": ("person",),
    "membership_new": ("person",),
    "membership_end": ("seat",),
    "working_day_remove": ("holiday",),
    "resource_detail": ("resource",),
    "resource_edit": ("resource",),
    "resource_confirm": ("resource",),
    "resource_publish": ("draft_resource",),
    "saved_view_remove": ("view",),
    "resource_withdraw": ("resource",),
    "demand_detail": ("demand",),
    "demand_edit": ("demand",),
    "demand_publish": ("draft_demand",),
    "demand_reopen": ("suspended_demand",),
    "demand_suspend": ("demand",),
    "demand_close": ("demand",),
    "demand_withdraw": ("demand",),
    "demand_split": ("returned_demand",),
    "demand_merge": ("demand",),
    "demand_return": ("demand",),
    "service_item_edit": ("service_item",),
    "service_item_retire": ("service_item",),
    "service_item_restore": ("retired_service_item",),
    "service_item_delete": ("service_item",),
    "service_aspect_edit": ("service_aspect",),
    "service_aspect_retire": ("service_aspect",),
    "service_aspect_restore": ("retired_service_aspect",),
    "service_aspect_delete": ("service_aspect",),
    "pairing_detail": ("pairing",),
    "pairing_edit": ("pairing",),
    "pairing_end": ("quiet_pairing",),
    "agreement_new": ("quiet_pairing",),
    "agreement_detail": ("agreement",),
    "agreement_edit": ("draft_agreement",),
    "agreement_clauses": ("agreement",),
    "agreement_word": ("agreement",),
    "agreement_send": ("draft_agreement",),
    "agreement_sign": ("sent_agreement",),
    "agreement_sign_on_behalf": ("sent_agreement",),
    "agreement_terminate": ("agreement",),
    "handover_new": ("seat",),
    "handover_detail": ("handover",),
    "handover_cancel": ("handover",),
    "claim_detail": ("claim",),
    "claim_accept": ("claim",),
    "claim_accept_on_behalf": ("claim",),
    "claim_counter": ("claim",),
    "claim_decline": ("claim",),
    "claim_withdraw": ("claim",),
    "hall_detail": ("hall_demand",),
    "hall_matches": ("hall_demand",),
    "hall_assign": ("hall_demand",),
    "hall_urge": ("hall_demand",),
    "hall_open": ("demand",),
    "plan_order_detail": ("order",),
    "plan_order_edit": ("order",),
    "change_request_new": ("running_order",),
    "change_request_accept": ("changing_order", "change"),
    "change_request_decline": ("changing_order", "change"),
    "change_request_withdraw": ("changing_order", "change"),
    "change_request_answer_on_behalf": ("changing_order", "change"),
    "plan_order_confirm": ("order",),
    "plan_order_confirm_on_behalf": ("order",),
    "plan_order_accept_on_behalf": ("handed_in_order",),
    "on_behalf_scan": ("on_behalf",),
    "plan_order_hand_in": ("running_order",),
    "plan_order_accept": ("handed_in_order",),
    "plan_order_return": ("handed_in_order",),
    "plan_order_cancel": ("order",),
    "plan_task_done": ("running_order", "task"),
    "closure_remove": ("closure",),
    "activity_detail": ("activity",),
    "activity_move": ("activity",),
    "activity_cancel": ("activity",),
    "activity_lead": ("activity",),
    "activity_record": ("past_activity",),
    "activity_correct": ("archived_activity",),
    "match_claim": ("demand", "resource"),
    "match_run_detail": ("run",),
    "match_run_edit": ("run",),
    "match_run_pin": ("run", "demand"),
    "match_run_resolve": ("run",),
    "match_run_update": ("run",),
    "match_run_retry": ("run",),
    "match_run_accept": ("run",),
    "review_detail": ("review",),
    "review_record": ("review",),
    "action_item_done": ("item",),
    "import_undo": ("batch",),
}
WORDS: dict[str, list[str]] = {"figure_detail": ["demands"], "attachment_add": ["demand"]} | {
    f"import_{step}": ["branches"]
    for step in ("upload", "preview", "columns", "errors", "confirm", "template")
}


def address(name: str, world: World) -> str:
    """The address of a route, with the world's rows in it."""
    args = [*WORDS.get(name, ()), *(world.rows[row].pk for row in ROWS.get(name, ()))]
    return reverse(name, args=args) + QUERIES.get(name, lambda world: "")(world)


def _claim_query(world: World) -> str:
    return f"?demand={world.rows['demand'].pk}&resource={world.rows['resource'].pk}"


def _calendar_query(_world: World) -> str:
    return "?start=2026-01-01&end=2026-02-01"


QUERIES: dict[str, Callable[[World], str]] = {
    "claim_new": _claim_query,
    "claim_joint": _claim_query,
    "calendar_events": _calendar_query,
    "plan_order_new": lambda world: f"?pairing={world.rows['pairing'].pk}",
}


def body(name: str, world: World) -> Body:
    """A form that the route takes; empty where a click is enough."""
    return BODIES[name](world) if name in BODIES else {}


def _resource(_world: World) -> Body:
    return {"title": "公职律师普法", "kind": "professional", "sharing": "pair"}


def _item(world: World) -> dict[str, Any]:
    demand, item = world.rows["demand"].pk, ServiceItem.objects.earliest("pk").pk
    return {"row": f"demand-{demand}", f"demand-{demand}": item}


def _demand(world: World) -> Body:
    return {
        "title": "门前路面破损",
        "aspect": world.rows["aspect"].pk,
        "urgency": 0,
        "nature": "problem",
        "source": "other",
        "raised_on": timezone.localdate().isoformat(),
    }


def _split(_world: World) -> Body:
    parts = {f"parts-{number}-title": f"第{number}件" for number in range(2)}
    return REASON | parts | {"parts-TOTAL_FORMS": 2, "parts-INITIAL_FORMS": 0}


def _order(world: World) -> Body:
    order = world.rows["order"]
    return {
        "version": order.version,
        "task": "改过的任务",
        "line": "work",
        "due_on": order.due_on.isoformat(),
        "responsible_a": "甲同志",
        "responsible_b": "乙同志",
        "place": "会议室",
    }


def next_working_morning() -> dict[str, str]:
    """A Wednesday far enough ahead that no holiday, no other test and no booking is in the way."""
    today = timezone.localdate()
    day = today + timedelta(days=21 + (2 - today.weekday()) % 7)
    starts, ends = (datetime.combine(day, time(hour)) for hour in (9, 11))
    return {"day": day.isoformat(), "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}


def _activity(world: World) -> Body:
    kind = world.rows["activity"].kind_id
    return {"pairing": world.rows["pairing"].pk, "kind": kind, "title": "联办活动", **next_working_morning()}


def _reschedule(world: World) -> Body:
    now = timezone.now()
    coming = activity_coming(world.people["secretary_a"], now=now)
    return {
        "seen": seal_of(reschedule_proposals(coming, now=now)),
        "chosen": world.rows["activity"].pk,
    }


def _closure(world: World) -> Body:
    day = timezone.localdate() + timedelta(days=7)
    key = f"branch:{world.rows['branch_a'].pk}"
    return {"subject": key, "first_day": day.isoformat(), "last_day": day.isoformat(), **REASON}


def _record(_world: World) -> Body:
    day = timezone.localdate() - timedelta(days=7)
    return {
        "held_on": day.isoformat(),
        "held_from": "09:00",
        "held_to": "11:00",
        "record": "办得很好",
        "uncounted": "on",
    }


def _review(_world: World) -> Body:
    rows = {"decisions-TOTAL_FORMS": 0, "decisions-INITIAL_FORMS": 0}
    return {
        "held_on": timezone.localdate().isoformat(),
        "held_by": "meeting",
        "minutes": "商定三件事",
        **rows,
    }


def _edit(world: World) -> Body:
    return {"edit": f"forbid:{world.rows['demand'].pk}:{world.rows['resource'].pk}"}


def _pairing(world: World) -> Body:
    sides = {"branch_a": world.rows["branch_a"].pk, "branch_b": world.rows["closing_branch"].pk}
    return {**sides, "starts_on": timezone.localdate().isoformat(), "number": "2026-结对-99"}


def _on_behalf(world: World) -> Body:
    order = world.rows["order"]
    return {"branch": order.pairing.branch_b_id, "version": order.version, "scan": scan(), **REASON}


CLAUSES = {
    "clauses-TOTAL_FORMS": 1,
    "clauses-INITIAL_FORMS": 0,
    "clauses-0-line": "activity",
    "clauses-0-words": "联合开展主题党日",
}


def _agreement(number: str, version: int = 1) -> Body:
    start = timezone.localdate().isoformat()
    return {"number": number, "starts_on": start, "version": version, **CLAUSES}


def _attachment(_world: World) -> Body:
    return {"file": SimpleUploadedFile("说明.txt", "现场情况".encode())}


BODIES: dict[str, Callable[[World], Body]] = {
    "attachment_add": _attachment,
    "branch_new": lambda world: {"name": "新党支部", "kind": "station", "member_count": 3},
    "branch_edit": lambda world: {"name": "甲党支部改", "kind": "station", "member_count": 3},
    "branch_dissolve": lambda world: REASON,
    "user_new": lambda world: {"display_name": "新同志", "username": "newcomer"},
    "user_edit": lambda world: {"display_name": "改名同志", "username": world.rows["person"].username},
    "user_deactivate": lambda world: REASON,
    "membership_new": lambda world: {
        "role": "liaison",
        "branch": world.rows["branch_a"].pk,
        "starts_on": timezone.localdate().isoformat(),
    },
    "membership_end": lambda world: {"ends_on": timezone.localdate().isoformat()},
    "working_day_list": lambda world: {"day": "2031-02-03", "is_working": "no"},
    "resource_new": _resource,
    "resource_edit": _resource,
    "resource_withdraw": lambda world: REASON,
    "resource_bulk": lambda world: {"action": "withdraw", "row": world.rows["resource"].pk} | REASON,
    "resource_round": lambda world: {"row": world.rows["resource"].pk},
    "resource_view_save": lambda world: {"name": "可用的", "query": "state=published"},
    "demand_view_save": lambda world: {"name": "紧急的", "query": "urgency=2"},
    "duplicate_settle": lambda world: {
        "page": "resource_list",
        "first": world.rows["resource"].pk,
        "second": world.rows["draft_resource"].pk,
        "action": "apart",
    },
    "demand_bulk": lambda world: {"action": "suspend", "row": world.rows["demand"].pk} | REASON,
    "item_confirm": _item,
    "service_item_new": lambda world: {"aspect": world.rows["aspect"].pk, "name": "龙舟赛事"},
    "service_item_edit": lambda world: {
        "aspect": world.rows["aspect"].pk,
        "name": "龙舟赛事改",
        "version": world.rows["service_item"].version,
        "synonym": "划龙船、龙舟赛",
    },
    "service_item_retire": lambda world: REASON,
    "service_aspect_new": lambda world: {"name": "水上活动"},
    "service_aspect_edit": lambda world: {
        "name": "水上活动改",
        "version": world.rows["service_aspect"].version,
    },
    "service_aspect_retire": lambda world: REASON,
    "demand_new": _demand,
    "demand_edit": _demand,
    "demand_suspend": lambda world: REASON,
    "demand_close": lambda world: REASON,
    "demand_withdraw": lambda world: REASON,
    "demand_split": _split,
    "demand_merge": lambda world: REASON | {"demands": [world.rows["returned_demand"].pk]},
    "demand_return": lambda world: REASON,
    "pairing_new": _pairing,
    "pairing_edit": lambda world: {
        "starts_on": world.rows["pairing"].starts_on.isoformat(),
        "ends_on": world.rows["pairing"].ends_on.isoformat(),
        "aims": "改过的目标",
    },
    "pairing_end": lambda world: REASON | {"summary": "办成三件实事"},
    "agreement_new": lambda world: _agreement("2026-共建-98"),
    "agreement_edit": lambda world: _agreement("2026-共建-97"),
    "agreement_clauses": lambda world: CLAUSES,
    "agreement_send": lambda world: {"version": 1},
    "agreement_sign": lambda world: {"version": 1, "signed_on": timezone.localdate().isoformat()},
    "agreement_sign_on_behalf": lambda world: {
        "branch": world.rows["sent_agreement"].pairing.branch_b_id,
        "version": 1,
        "signed_on": timezone.localdate().isoformat(),
        "scan": scan(),
        **REASON,
    },
    "agreement_terminate": lambda world: {"summary": "执行完毕"},
    "handover_new": lambda world: {
        "successor": world.rows["person"].pk,
        "on": timezone.localdate().isoformat(),
    },
    "handover_cancel": lambda world: REASON,
    "claim_new": lambda world: {"visit_count": 1},
    "claim_accept_on_behalf": lambda world: REASON | {"scan": scan()},
    "claim_counter": lambda world: {"visit_count": 2},
    "claim_decline": lambda world: REASON,
    "claim_withdraw": lambda world: REASON,
    "claim_joint": lambda world: {
        "resources": [world.rows["resource"].pk, world.rows["second_resource"].pk],
        "visit_count": 1,
    },
    "hall_assign": lambda world: {
        "resource": world.rows["second_resource"].pk,
        "visit_count": 1,
        "words": "县里统筹",
    },
    "hall_urge": lambda world: REASON,
    "hall_open": lambda world: REASON,
    "plan_order_new": lambda world: {"demand": world.rows["demand"].pk, "visit_count": 1},
    "change_request_new": lambda world: _order(world) | REASON,
    "change_request_decline": lambda world: REASON,
    "change_request_withdraw": lambda world: REASON,
    "change_request_answer_on_behalf": lambda world: {"is_accepted": "yes", "scan": scan(), **REASON},
    "plan_order_edit": _order,
    "plan_order_confirm": lambda world: {"version": world.rows["order"].version},
    "plan_order_confirm_on_behalf": _on_behalf,
    "plan_order_accept_on_behalf": lambda world: {"satisfaction": 5, "scan": scan(), **REASON},
    "plan_order_hand_in": lambda world: {"result": "办成了"},
    "solved_problem_new": lambda world: {
        "title": "顺手修好路灯",
        "how": "联络员当天找来电工",
        "solved_on": timezone.localdate().isoformat(),
    },
    "plan_order_accept": lambda world: {"satisfaction": 5},
    "plan_order_return": lambda world: REASON,
    "plan_order_cancel": lambda world: REASON,
    "activity_new": _activity,
    "activity_reschedule": _reschedule,
    "closure_new": _closure,
    "activity_move": lambda world: next_working_morning() | REASON | {"version": 1},
    "activity_lead": lambda world: {"person": "王同志", "version": 1},
    "activity_cancel": lambda world: REASON,
    "activity_record": _record,
    "activity_correct": lambda world: REASON | {"version": 1, "record": "办得更好", "uncounted": "on"},
    "match_claim": lambda world: {"visit_count": 1},
    "match_run_new": lambda world: {"pairing": world.rows["pairing"].pk},
    "match_run_edit": _edit,
    "match_run_pin": lambda world: {"resource": world.rows["resource"].pk},
    "match_run_accept": lambda world: {"match": world.rows["match"].pk},
    "review_record": _review,
    "weights_edit": lambda world: Weights.default().as_dict() | {"item": 0.9} | REASON,
}
