"""认领大厅: opening what nobody has claimed to the whole county, and urging those it is up to."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch, Membership, User
from core import audit
from core.errors import DomainError, refuse
from core.models import AuditEntry
from core.notifications import notify
from core.wording import cn_date
from ledgers.enums import DemandState
from ledgers.models import Demand
from ledgers.services.demands import demand_open_to_county
from pairing.plans.services.deadlines import working_day_after
from pairing.plans.services.guards import NOT_OFFICE, stated
from pairing.plans.services.locks import lock_demand


def hall_open(*, now: datetime) -> int:
    """Give every open demand the day it goes to the hall, and tell of those whose day has come.

    The day is HALL_AFTER_WORKING_DAYS after the demand is first seen open here. A demand that was claimed and
    is open again goes back to where it stood. Gives how many have gone to the hall.
    """
    today = timezone.localdate(now)
    on = working_day_after(today, settings.HALL_AFTER_WORKING_DAYS)
    for demand in Demand.objects.open().filter(hall_on=None).order_by("pk"):
        demand_open_to_county(demand=demand, on=on, now=now)
    told = AuditEntry.objects.filter(
        action="demand.hall", target_type=Demand._meta.label_lower, target_id=OuterRef("pk")
    )
    new = Demand.objects.in_hall(on=today).filter(~Exists(told)).order_by("pk")
    return sum(_announce_new(demand, now) for demand in new)


@transaction.atomic
def _announce_new(demand: Demand, now: datetime) -> bool:
    """Announce a demand unless, while one waited for it, somebody claimed it or another run announced it."""
    demand = lock_demand(demand.pk)
    told = audit.entries_of(demand).filter(action="demand.hall")
    is_new = demand.is_in_hall(timezone.localdate(now)) and not told.exists()
    if is_new:
        _announce(demand, None, "无人认领，到期开放", now)
    return is_new


@transaction.atomic
def demand_open_now(*, demand: Demand, actor: User, reason: str, now: datetime) -> Demand:
    """Let the county office open a demand to the county before its day.

    Raises:
        DomainError: see `demand_hall_blockers`; also when it is in the hall, or the reason is blank.
    """
    demand = lock_demand(demand.pk)
    today = timezone.localdate(now)
    refuse(demand_hall_blockers(demand, actor))
    if demand.is_in_hall(today):
        raise DomainError("这条需求已经在认领大厅里了。")
    demand = demand_open_to_county(demand=demand, on=today, now=now)
    return _announce(demand, actor, stated(reason, "提前开放"), now)


@transaction.atomic
def demand_urge(*, demand: Demand, actor: User, reason: str, now: datetime) -> Demand:
    """Ask the demand's branch and its partners, in the county office's words, to see to it; once a day.

    Raises:
        DomainError: see `demand_hall_blockers`; also for a second time on one day or a blank reason.
    """
    demand = lock_demand(demand.pk)
    refuse(demand_hall_blockers(demand, actor))
    today = timezone.localdate(now)
    if _urged(demand, today):
        raise DomainError("今天已经催办过这条需求，明天可以再催。")
    reason = stated(reason, "催办")
    with audit.action("demand.urge", actor=actor, target=demand, reason=reason) as entry:
        entry.summary = "催办认领"
        _tell_pair(demand, f"县党建办催办：{demand}", reason, "urge", now, demand_url(demand))
    return demand


def demand_hall_blockers(demand: Demand, actor: User) -> list[str]:
    """Why the county office cannot assign, urge or open the demand now; empty when it can."""
    blockers = [] if actor.has_perm("plans.dispatch_claim") else [NOT_OFFICE]
    if demand.state != DemandState.OPEN:
        blockers.append(f"需求现在是“{demand.get_state_display()}”，只有待认领的需求才要派单、催办或开放。")
    return blockers


def demand_url(demand: Demand) -> str:
    return reverse("demand_detail", args=[demand.pk])


def _urged(demand: Demand, today: date) -> bool:
    urged = audit.entries_of(demand).filter(action="demand.urge").values_list("at", flat=True)
    return any(timezone.localdate(at) == today for at in urged)


def _announce(demand: Demand, actor: User | None, reason: str, now: datetime) -> Demand:
    """Leave the trace that tells of the opening of a held demand, and tell the branch and its partners."""
    with audit.action("demand.hall", actor=actor, target=demand, reason=reason) as entry:
        entry.summary = "进入认领大厅，全县可以认领"
        body = f"{cn_date(timezone.localdate(now))}起，全县支部都可以认领。原因：{reason}。"
        url = reverse("hall_detail", args=[demand.pk])
        _tell_pair(demand, f"需求进入认领大厅：{demand}", body, "hall", now, url)
    return demand


def _tell_pair(demand: Demand, subject: str, body: str, event: str, now: datetime, url: str) -> None:
    partners = Branch.objects.partnered_with([demand.branch_id]).values_list("pk", flat=True)
    seats = Membership.objects.staff_of({demand.branch_id, *partners}, on=timezone.localdate(now))
    key = f"demand:{demand.pk}:{event}:{timezone.localdate(now)}"
    notify([seat.user for seat in seats], key=key, subject=subject, body=body, url=url, now=now)
