"""Say, half-day by half-day, where the visits of an order could stand and why they stand where they do."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.commands import iso_date
from core.wording import cn_date
from pairing.activities.adapter import LEAD_DAYS, order_problem
from pairing.activities.scheduling import HalfDay, Schedule, ScheduleProblem, Visit, half_days, solve
from pairing.plans.models import PlanOrder

MOST_DAYS = 90
MOST_VISITS = 12


class Command(BaseCommand):
    """Reads only. The order may be in any state: the question is where its visits would go on that day."""

    help = "Explain the half-days of a plan order: what refuses each, or what it is worth."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="编号 of the order, e.g. DD2025-011")
        parser.add_argument("--visits", type=int, default=1, help=f"how many, 1 to {MOST_VISITS}")
        parser.add_argument("--days", type=int, default=14, help=f"window in days, 1 to {MOST_DAYS}")
        parser.add_argument("--today", type=iso_date, default=timezone.localdate(), help="the day of asking")

    def handle(self, *args: Any, **options: Any) -> None:
        visits, days = options["visits"], options["days"]
        if not (1 <= visits <= MOST_VISITS and 1 <= days <= MOST_DAYS):
            raise CommandError(f"--visits goes from 1 to {MOST_VISITS}, --days from 1 to {MOST_DAYS}.")
        order = (
            PlanOrder.objects.select_related(
                "pairing__branch_a", "pairing__branch_b", "resource__branch", "demand__branch"
            )
            .filter(number=options["number"])
            .first()
        )
        if order is None:
            raise CommandError(f"There is no plan order {options['number']}; the ledger lists the numbers.")
        release = options["today"] + timedelta(days=LEAD_DAYS)
        problem = order_problem(
            order, visits=visits, release=release, deadline=release + timedelta(days=days - 1)
        )
        schedule = solve(problem)
        self.stdout.write(
            f"定单 {order}（{order.pairing}），{cn_date(release)}起 {days} 天内安排 {visits} 次"
        )
        for visit in problem.visits:
            for line in _account(problem, schedule, visit):
                self.stdout.write(line)
        self.stdout.write(f"合计 {schedule.objective:.3f}，上界 {schedule.bound:.3f}")


def _account(problem: ScheduleProblem, schedule: Schedule, visit: Visit) -> Iterator[str]:
    stands = schedule.placements.get(visit.id)
    yield f"{visit.name}：{stands or dict(schedule.unplaced)[visit.id]}"
    for each in half_days(problem, schedule.placements, visit):
        if each.reasons:
            yield f"    {each.slot}  不行：{'；'.join(each.reasons)}"
        else:
            yield f"  {'→' if each.slot == stands else ' '} {each.slot}  {_sum(each)}"


def _sum(each: HalfDay) -> str:
    return (
        f"排上 {each.placing:.3f} + 及时 {each.timing:.3f} + 偏好 {each.liking:.3f} "
        f"- 路程 {each.ways:.3f} = {each.value:.3f}"
    )
