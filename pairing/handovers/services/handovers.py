"""交接: a seat and everything open in it move together on a day; every app hands over its own rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches.enums import BRANCH_STAFF
from branches.models import Membership, User
from branches.services.handover import Leaving, Preview, preview, seat_hand_over
from core import audit
from core.errors import DomainError, refuse
from core.notifications import notify
from core.wording import cn_date
from ledgers.services.handover import ledger_shares, ledgers_hand_over
from pairing.activities.models import Activity
from pairing.activities.services.handover import (
    activities_hand_over,
    activities_led,
    activity_leftovers,
    activity_shares,
)
from pairing.handovers.enums import HandoverState
from pairing.handovers.models import Handover
from pairing.plans.models import Pairing
from pairing.plans.services.handover import plan_shares, plans_hand_over
from pairing.reviews.services.handover import review_shares, reviews_hand_over


def handover_preview(leaving: Leaving) -> list[Preview]:
    """What would move with the seat, kind by kind, in two queries."""
    return preview(
        [
            *plan_shares(leaving),
            *activity_shares(leaving),
            *review_shares(leaving),
            *ledger_shares(leaving),
        ]
    )


def handover_leftovers(leaving: Leaving) -> list[Activity]:
    """Activities to come that carry the leaver's name and do not follow the seat."""
    return activity_leftovers(leaving)


def handover_plan_blockers(seat: Membership, actor: User, *, today: date) -> list[str]:
    """Why this seat cannot be handed over; empty when it can."""
    blockers = []
    if not actor.has_perm("handovers.manage_handover", seat):
        blockers.append("交接由系统管理员办理，请联系县党建办的系统管理员。")
    if seat.role not in BRANCH_STAFF:
        blockers.append("只有书记和联络员的岗位需要交接，其他任职请直接结束。")
    if seat.branch.dissolved_on:
        blockers.append(f"{seat.branch} 已在{cn_date(seat.branch.dissolved_on)}撤销，不能再交接。")
    if seat.ends_on is not None and seat.ends_on < today:
        blockers.append(f"{seat.user}的任职到{cn_date(seat.ends_on)}已结束，不能再交接。")
    if planned := seat.handovers.filter(state=HandoverState.PLANNED).first():
        blockers.append(f"已定于{cn_date(planned.on)}交接，请先取消，再重新办理。")
    return blockers


@transaction.atomic
def handover_plan(
    *, seat: Membership, successor: User, on: date, actor: User, now: datetime, note: str = ""
) -> Handover:
    """Plan the handover of a seat; on today's date it is carried out at once.

    Args:
        on: the successor's first day, not before today; the leaver's last day is the one before.

    Raises:
        DomainError: see `handover_plan_blockers`; also for a day in the past or before the seat began, or a
            successor who has left, is the leaver, or holds the seat already.
    """
    seat = _locked_seat(seat.pk)
    today = timezone.localdate(now)
    refuse(handover_plan_blockers(seat, actor, today=today))
    if on < today:
        raise DomainError("交接日期已经过去，请选今天或以后的日期。", field="on")
    if on <= seat.starts_on:
        raise DomainError(f"{seat.user}从{cn_date(seat.starts_on)}起任职，请选更晚的交接日期。", field="on")
    if refusal := _successor_refusal(seat, successor, on):
        raise DomainError(refusal, field="successor")
    with audit.action("handover.plan", actor=actor) as entry:
        handover = Handover.objects.create(
            seat=seat, successor=successor, on=on, note=note.strip(), planned_by=actor
        )
        entry.target, entry.summary = handover, f"定于{cn_date(on)}交接"
        if on > today:
            _tell(handover, "plan", f"定于{cn_date(on)}交接", now)
    return handover_execute(handover=handover, now=now) if on == today else handover


@transaction.atomic
def handover_execute(*, handover: Handover, now: datetime) -> Handover:
    """Carry a due handover out, exactly once: one that is done or cancelled is left as it is.

    One that has become impossible meanwhile is cancelled with the reason, and its planner is told.
    """
    handover = _locked(handover.pk)
    if not handover.is_planned or handover.on > timezone.localdate(now):
        return handover
    seat = _locked_seat(handover.seat_id)
    if refusal := _execute_refusal(handover, seat):
        return _cancel(handover, refusal, None, now)
    leaving = Leaving.of(seat, on=handover.on)
    people: dict[str, Any] = {"leaving": leaving, "successor": handover.successor}
    with audit.action(
        "handover.execute", actor=handover.planned_by, target=handover, reason=handover.note
    ) as entry:
        led = activities_led(leaving)
        moved = plans_hand_over(orders={order for order in led.values() if order}, **people)
        leads, handover.left = activities_hand_over(activities=led, now=now, **people)
        moved |= leads | reviews_hand_over(**people) | ledgers_hand_over(**people)
        seat_hand_over(seat=seat, successor=handover.successor, on=handover.on, actor=handover.planned_by)
        handover.moved = {label: count for label, count in moved.items() if count}
        handover.state, handover.done_at = HandoverState.DONE, now
        handover.save()
        entry.summary = _moved_words(handover)
        _tell(handover, "done", f"从{cn_date(handover.on)}起由{handover.successor}接任", now)
    return handover


def handovers_execute(*, now: datetime) -> int:
    """Carry every due handover out, one transaction each; gives how many were looked at.

    One that a service refuses is cancelled with its sentence: tried again, it would hold up those behind it.
    """
    due = list(Handover.objects.due(on=timezone.localdate(now)).order_by("pk"))
    for handover in due:
        try:
            handover_execute(handover=handover, now=now)
        except DomainError as refusal:
            _give_up(handover, refusal.message, now)
    return len(due)


@transaction.atomic
def _give_up(handover: Handover, refusal: str, now: datetime) -> None:
    handover = _locked(handover.pk)
    if handover.is_planned:
        _cancel(handover, refusal, None, now)


@transaction.atomic
def handover_cancel(*, handover: Handover, actor: User, reason: str, now: datetime) -> Handover:
    """Give up a handover that has not been carried out.

    Raises:
        DomainError: when it is done or cancelled, the actor may not, or the reason is blank.
    """
    handover = _locked(handover.pk)
    if not actor.has_perm("handovers.manage_handover", handover):
        raise DomainError("交接由系统管理员办理，请联系县党建办的系统管理员。")
    if not handover.is_planned:
        raise DomainError(f"交接现在是“{handover.get_state_display()}”，不能再取消。")
    if not reason.strip():
        raise DomainError("请写明取消的理由。", field="reason")
    return _cancel(handover, reason.strip(), actor, now)


def _cancel(handover: Handover, reason: str, actor: User | None, now: datetime) -> Handover:
    with audit.action("handover.cancel", actor=actor, target=handover, reason=reason) as entry:
        handover.state, handover.state_reason = HandoverState.CANCELLED, reason[:300]
        handover.save()
        entry.summary = "取消交接"
        _tell(handover, "cancel", "的交接已取消", now, body=f"理由：{reason}")
    return handover


def _successor_refusal(seat: Membership, successor: User, on: date) -> str:
    if successor.pk == seat.user_id:
        return "接任人不能是原任本人，请另选一位。"
    if not successor.is_active:
        return f"{successor}的账号已停用，请先启用或另选一位。"
    same = Membership.objects.filter(user=successor, branch=seat.branch_id, role=seat.role)
    if same.filter(ends_on=None).exists() or same.in_force(on=on).exists():
        return f"{successor}已在{seat.branch}担任{seat.get_role_display()}，不需要交接。"
    return ""


def _execute_refusal(handover: Handover, seat: Membership) -> str:
    if seat.branch.dissolved_on:
        return f"{seat.branch} 已在{cn_date(seat.branch.dissolved_on)}撤销。"
    if seat.ends_on is not None and seat.ends_on < handover.on:
        return f"{seat.user}的任职到{cn_date(seat.ends_on)}已结束。"
    return _successor_refusal(seat, handover.successor, handover.on)


def _moved_words(handover: Handover) -> str:
    found = "、".join(f"{label} {count}" for label, count in handover.moved.items())
    words = f"岗位和权限移交，另有：{found}" if found else "岗位和权限移交，没有在办的事"
    return "；".join([words, *(f"没有移交：{sentence}" for sentence in handover.left)])


def _tell(handover: Handover, event: str, what: str, now: datetime, body: str = "") -> None:
    """Tell both sides of every pair, the two people themselves, and whoever planned it."""
    branch = handover.branch
    sides = {branch.pk}
    for pair in Pairing.objects.active().of_branches([branch.pk]).values_list("branch_a", "branch_b"):
        sides |= set(pair)
    staff = Membership.objects.staff_of(sides, on=timezone.localdate(now))
    people = [*(seat.user for seat in staff), handover.leaver, handover.successor, handover.planned_by]
    role = handover.seat.get_role_display()
    notify(
        people,
        key=f"handover:{handover.pk}:{event}",
        subject=f"{branch}{role}{handover.leaver}{what}",
        body=body or (_moved_words(handover) if event == "done" else f"接任人：{handover.successor}。"),
        url=reverse("branch_detail", args=[branch.pk]),  # the page that both sides can open
        now=now,
    )


def _locked(pk: int) -> Handover:
    return (
        Handover.objects.select_for_update(of=("self",), no_key=True)
        .select_related("seat__user", "seat__branch", "successor", "planned_by")
        .get(pk=pk)
    )


def _locked_seat(pk: int) -> Membership:
    seats = Membership.objects.select_for_update(of=("self",), no_key=True)
    return seats.select_related("user", "branch").get(pk=pk)
