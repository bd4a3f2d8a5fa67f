"""Drafting the order of an accepted claim: number, line, tasks, deadlines, people."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from branches.models import Branch, User
from core import audit
from pairing.plans.enums import TaskKind
from pairing.plans.models import Claim, PlanOrder, PlanTask
from pairing.plans.services.deadlines import task_deadlines, working_day_from
from pairing.plans.services.lines import line_for
from pairing.plans.services.locks import lock_numbering

DEFAULT_TERM_DAYS = 30  # for a demand without a deadline, or one that is already late


def plan_order_draft(*, claim: Claim, actor: User, now: datetime) -> PlanOrder:
    """Write the draft order of a claim that has just been accepted; the caller holds the claim."""
    today = timezone.localdate(now)
    pairing = claim.pairing
    people = {
        claim.demand.branch_id: claim.demand.contact_name or _leader(claim.demand.branch),
        claim.resource.branch_id: claim.person
        or claim.resource.contact_name
        or _leader(claim.resource.branch),
    }
    with audit.action("plan_order.draft", actor=actor) as entry:
        order = PlanOrder.objects.create(
            number=_next_number(today.year),
            pairing=pairing,
            demand=claim.demand,
            resource=claim.resource,
            claim=claim,
            series=claim.series,
            visit_count=claim.visit_count,
            wanted_on=claim.wanted_on,
            line=line_for(claim.demand, claim.resource),
            task=f"{claim.resource.branch}以“{claim.resource}”帮助{claim.demand.branch}：{claim.demand}。",
            responsible_a=people[pairing.branch_a_id],
            responsible_b=people[pairing.branch_b_id],
            place=claim.resource.place or claim.demand.branch.address,
            due_on=_due_on(claim, today),
        )
        PlanTask.objects.bulk_create(_tasks(order, claim, people, today))
        entry.target = order
        entry.summary = f"由认领生成定单 {order}"
    return order


def _leader(branch: Branch) -> str:
    return branch.liaison_name or branch.secretary_name


def _next_number(year: int) -> str:
    """Draw the next DD{year}-{nnn}; held until the transaction ends."""
    lock_numbering()
    prefix = f"DD{year}-"
    used = PlanOrder.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    tails = [tail for number in used if (tail := number.removeprefix(prefix)).isdecimal()]
    return f"{prefix}{max(map(int, tails), default=0) + 1:03d}"


def _due_on(claim: Claim, today: date) -> date:
    """The demand's own deadline; a month from the wanted day when it has none or it is past."""
    start = max(claim.wanted_on or today, today)
    deadline = claim.demand.deadline_on
    if deadline and deadline > start:
        return deadline
    return working_day_from(start + timedelta(days=DEFAULT_TERM_DAYS))


def _tasks(order: PlanOrder, claim: Claim, people: dict[int, str], today: date) -> list[PlanTask]:
    """准备 → 联办活动 × visits → 跟进; who needs prepares and follows up, who offers carries out."""
    needing, offering = claim.demand.branch, claim.resource.branch
    visits = range(1, claim.visit_count + 1)
    steps = [
        (TaskKind.PREPARATION, "准备：商定时间、场地和参加人员", needing),
        *((TaskKind.ACTIVITY, _visit_title(claim, number), offering) for number in visits),
        (TaskKind.FOLLOW_UP, "跟进：回访效果，收集意见", needing),
    ]
    days = task_deadlines(today, order.due_on, claim.visit_count, claim.wanted_on)
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


def _visit_title(claim: Claim, number: int) -> str:
    which = f"（第 {number} 次）" if claim.visit_count > 1 else ""
    return f"{claim.demand}{which}"[:120]
