"""The only writers of the demand ledger."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.changes import changes_of, links_of
from core.errors import DomainError, refuse
from core.transitions import check_transition
from ledgers.enums import DEMAND_TRANSITIONS, DemandState
from ledgers.models import Demand
from ledgers.services.serials import next_serial
from ledgers.services.stamps import refuse_newer

NEEDS_REASON = frozenset({DemandState.RETURNED, DemandState.SUSPENDED, DemandState.WITHDRAWN})
UNDECIDED_CLAIM = ("proposed", "countered", "agreed")
LIVE_ORDER = ("draft", "to_confirm", "confirmed", "in_progress", "awaiting_acceptance")
RAISED_AHEAD = "提出日期不能晚于今天，请核对。"
EDITABLE = frozenset({DemandState.DRAFT, DemandState.OPEN, DemandState.RETURNED})


def demand_edit_blockers(demand: Demand) -> list[str]:
    """Why this demand cannot be edited now; empty when it can."""
    if demand.state in EDITABLE and not is_committed(demand):
        return []
    if demand.state in EDITABLE:
        return ["这条需求已有一部分被认领或正在办理，内容已由双方商定；请在认领或计划定单里改。"]
    return [f"需求现在是“{demand.get_state_display()}”，内容已由双方商定，不能单方修改；请在计划定单里改。"]


@transaction.atomic
def demand_create(*, branch: Branch, actor: User, publish: bool, now: datetime, **fields: Any) -> Demand:
    """Enter one demand of `branch`, open to claims when `publish` is true, else as a draft.

    Raises:
        DomainError: when it is said to be raised on a day to come.
    """
    _refuse_raised_ahead(fields, now)
    relations = {name: fields.pop(name, ()) for name in ("items",)}
    state = DemandState.OPEN if publish else DemandState.DRAFT
    with audit.action("demand.create", actor=actor) as entry:
        demand = Demand(branch=branch, serial=next_serial(Demand, branch), state=state, **fields)
        demand.full_clean(exclude=["serial"])
        demand.save(force_insert=True)
        demand.items.set(relations["items"])
        entry.target = demand
    return demand


@transaction.atomic
def demand_update(*, demand: Demand, actor: User, now: datetime, seen: str = "", **fields: Any) -> Demand:
    """Change what a demand says while nobody has agreed on it yet.

    Args:
        seen: the stamp of the row the editor saw; blank writes over any.

    Raises:
        DomainError: when it is claimed or further on, or said to be raised on a day to come.
        StaleVersionError: when it was written since.
    """
    _refuse_raised_ahead(fields, now)
    demand = locked(demand)
    refuse_newer(demand, seen)
    refuse(demand_edit_blockers(demand))
    links = {"items": fields.pop("items")} if "items" in fields else {}
    changes = changes_of(demand, fields) | links_of(demand, links)
    with audit.action("demand.update", actor=actor, target=demand) as entry:
        for name, value in fields.items():
            setattr(demand, name, value)
        demand.full_clean()
        demand.save()
        for name, rows in links.items():
            getattr(demand, name).set(rows)
        entry.changes = changes
    return demand


@transaction.atomic
def demand_change_state(
    *, demand: Demand, to: str, actor: User | None, now: datetime, reason: str = ""
) -> Demand:
    """Move a demand along DEMAND_TRANSITIONS, except to closed.

    Raises:
        TransitionError: when the step is not listed.
        DomainError: when a return, suspension or withdrawal has no reason.
    """
    demand = locked(demand)
    check_transition(DEMAND_TRANSITIONS, DemandState, demand.state, to, "这条需求")
    if to in NEEDS_REASON and not reason.strip():
        raise DomainError(f"请写明{DemandState(to).label}的理由。", field="reason")
    with audit.action(f"demand.{to}", actor=actor, target=demand, reason=reason) as entry:
        entry.changes = {"state": [demand.state, str(to)]}
        demand.state = to
        demand.state_reason = reason[:300]
        demand.save(update_fields=["state", "state_reason", "updated_at"])
    return demand


@transaction.atomic
def demand_close(
    *,
    demand: Demand,
    actor: User,
    now: datetime,
    satisfaction: int | None = None,
    words: str = "",
    reason: str = "",
) -> Demand:
    """销号: close a demand, with the satisfaction (1–5) of the branch that raised it or a stated reason.

    Raises:
        TransitionError: when the demand is not in a state that can be closed.
        DomainError: when neither satisfaction nor reason is given.
    """
    demand = locked(demand)
    check_transition(DEMAND_TRANSITIONS, DemandState, demand.state, DemandState.CLOSED, "这条需求")
    if satisfaction is None and not reason.strip():
        raise DomainError("销号需要满意度评分；没有经过定单办结的，请写明理由。", field="satisfaction")
    with audit.action("demand.close", actor=actor, target=demand, reason=reason) as entry:
        entry.changes = {"state": [demand.state, str(DemandState.CLOSED)]}
        demand.state = DemandState.CLOSED
        demand.state_reason = reason[:300]
        demand.closed_on = timezone.localdate(now)
        demand.satisfaction = satisfaction
        demand.acceptance_words = words[:300]
        demand.full_clean(exclude=["branch", "aspect"])
        demand.save()
    return demand


@transaction.atomic
def demand_open_to_county(*, demand: Demand, on: date, now: datetime) -> Demand:
    """Set the day from which an open demand stands in the 认领大厅; an earlier day than `on` stays."""
    demand = locked(demand)
    if demand.state == DemandState.OPEN and (demand.hall_on is None or demand.hall_on > on):
        demand.hall_on = on
        demand.save(update_fields=["hall_on"])
    return demand


def _refuse_raised_ahead(fields: dict[str, Any], now: datetime) -> None:
    raised_on = fields.get("raised_on")
    if raised_on is not None and raised_on > timezone.localdate(now):
        raise DomainError(RAISED_AHEAD, field="raised_on")


def is_committed(demand: Demand) -> bool:
    """Whether somebody has promised a part of the demand: a claim not yet decided, or an order under way.

    Claims and orders sit in a layer above; only their relation names and state words are used here.
    """
    undecided = Q(claims__state__in=UNDECIDED_CLAIM)
    return Demand.objects.filter(undecided | Q(plan_orders__state__in=LIVE_ORDER), pk=demand.pk).exists()


def locked(demand: Demand) -> Demand:
    """The row as it is now, held until the transaction ends."""
    return (
        Demand.objects.select_for_update(of=("self",), no_key=True).select_related("branch").get(pk=demand.pk)
    )
