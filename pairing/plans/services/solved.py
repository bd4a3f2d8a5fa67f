"""Recording what was solved outside the ledger."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.errors import DomainError
from core.wording import cn_date
from pairing.plans.models import Pairing, SolvedProblem


@transaction.atomic
def solved_problem_record(
    *,
    branch: Branch,
    title: str,
    how: str,
    solved_on: date,
    actor: User,
    now: datetime,
    helper: Branch | None = None,
    people_count: int | None = None,
) -> SolvedProblem:
    """Record a problem of `branch` that was solved without a demand, a claim or an order.

    Args:
        helper: the branch that helped; None when its own people solved it.

    Raises:
        DomainError: for somebody who does not work for the branch, a day to come or before the branch's
            first pairing, or the branch as helper.
    """
    if branch.pk not in actor.staff_branch_ids:
        raise DomainError(f"只有{branch}的书记或联络员能登记它的问题。")
    if solved_on > timezone.localdate(now):
        raise DomainError("解决日期不能晚于今天；还没解决的，请登记为需求。", field="solved_on")
    first = Pairing.objects.of_branches([branch.pk]).aggregate(day=Min("starts_on"))["day"]
    if first is not None and solved_on < first:
        raise DomainError(
            f"{cn_date(solved_on)}早于{branch}第一次结对的日子（{cn_date(first)}），请核对年份。",
            field="solved_on",
        )
    if helper == branch:
        raise DomainError("帮忙的支部不能是本支部；自己解决的请留空。", field="helper")
    with audit.action("solved_problem.record", actor=actor) as entry:
        problem = SolvedProblem.objects.create(
            branch=branch,
            helper=helper,
            title=title.strip(),
            how=how.strip(),
            solved_on=solved_on,
            people_count=people_count,
            recorded_by=actor,
        )
        entry.target = problem
    return problem
