"""Drafting an order, of an accepted claim or by hand: number, line, tasks, deadlines, people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.utils import timezone

from branches.models import Branch, User
from core import audit
from ledgers.models import Demand, Resource
from pairing.plans.enums import TaskKind
from pairing.plans.models import Claim, PlanOrder, PlanTask
from pairing.plans.services.deadlines import task_deadlines, working_day_from
from pairing.plans.services.lines import line_for
from pairing.plans.services.locks import lock_numbering

DEFAULT_TERM_DAYS = 30  # for a demand without a deadline, or one that is already late


@dataclass(frozen=True)
class Wish:
    """What a new order is to do: `offering` serves `demand`, if it can with `resource`."""

    demand: Demand
    offering: Branch
    resource: Resource | None
    visit_count: int
    wanted_on: date | None
    person: str = ""

    @classmethod
    def of(cls, claim: Claim) -> Self:
        offering = claim.resource.branch
        terms = (claim.visit_count, claim.wanted_on, claim.person)
        return cls(claim.demand, offering, claim.resource, *terms)


def plan_order_draft(*, claim: Claim, actor: User, now: datetime) -> PlanOrder:
    """Write the draft order of a claim that has just been accepted; the caller holds the claim."""
    own = {"claim": claim, "pairing": claim.pairing, "series": claim.series}
    return draft(Wish.of(claim), actor, now, summary="由认领生成定单", **own)


def draft(wish: Wish, actor: User, now: datetime, *, summary: str, **own: Any) -> PlanOrder:
    """Write an order with everything that can be guessed of it; `own` goes before the guess."""
    today = timezone.localdate(now)
    pairing, people = own["pairing"], _people(wish)
    guess = {
        "line": line_for(wish.demand, wish.resource),
        "task": _task(wish),
        "place": (wish.resource.place if wish.resource else "") or wish.demand.branch.address,
        "due_on": _due_on(wish, today),
    }
    with audit.action("plan_order.draft", actor=actor) as entry:
        order = PlanOrder.objects.create(
            number=_next_number(today.year),
            demand=wish.demand,
            resource=wish.resource,
            visit_count=wish.visit_count,
            wanted_on=wish.wanted_on,
            responsible_a=people[pairing.branch_a_id],
            responsible_b=people[pairing.branch_b_id],
            **(guess | own),
        )
        PlanTask.objects.bulk_create(_tasks(order, wish, people, today))
        entry.target = order
        entry.summary = f"{summary} {order}"
    return order


def _people(wish: Wish) -> dict[int, str]:
    """Who is responsible on each side, by the key of its branch."""
    contact = wish.resource.contact_name if wish.resource else ""
    return {
        wish.demand.branch_id: wish.demand.contact_name or _leader(wish.demand.branch),
        wish.offering.pk: wish.person or contact or _leader(wish.offering),
    }


def _task(wish: Wish) -> str:
    means = f"以“{wish.resource}”" if wish.resource else ""
    return f"{wish.offering}{means}帮助{wish.demand.branch}：{wish.demand}。"


def _leader(branch: Branch) -> str:
    return branch.liaison_name or branch.secretary_name


def _next_number(year: int) -> str:
    """Draw the next DD{year}-{nnn}; held until the transaction ends."""
    lock_numbering()
    prefix = f"DD{year}-"
    used = PlanOrder.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    tails = [tail for number in used if (tail := number.removeprefix(prefix)).isdecimal()]
    return f"{prefix}{max(map(int, tails), default=0) + 1:03d}"


def _due_on(wish: Wish, today: date) -> date:
    """The demand's own deadline; a month from the wanted day when it has none or it is past."""
    start = max(wish.wanted_on or today, today)
    deadline = wish.demand.deadline_on
    if deadline and deadline > start:
        return deadline
    return working_day_from(start + timedelta(days=DEFAULT_TERM_DAYS))


def _tasks(order: PlanOrder, wish: Wish, people: dict[int, str], today: date) -> list[PlanTask]:
    """准备 → 联办活动 × visits → 跟进; who needs prepares and follows up, who offers carries out."""
    needing, offering = wish.demand.branch, wish.offering
    visits = range(1, wish.visit_count + 1)
    steps = [
        (TaskKind.PREPARATION, "准备：商定时间、场地和参加人员", needing),
        *((TaskKind.ACTIVITY, _visit_title(wish, number), offering) for number in visits),
        (TaskKind.FOLLOW_UP, "跟进：回访效果，收集意见", needing),
    ]
    days = task_deadlines(today, order.due_on, wish.visit_count, wish.wanted_on)
    return [
        PlanTask(
            plan_order=order,
            position=position,
            kind=kind,
            title=title,
            owner=owner,
            responsible=people[owner.pk],
            due_on=day,
        )
        for position, ((kind, title, owner), day) in enumerate(zip(steps, days, strict=True), start=1)
    ]


def _visit_title(wish: Wish, number: int) -> str:
    which = f"（第 {number} 次）" if wish.visit_count > 1 else ""
    return f"{wish.demand}{which}"[:120]
