"""Drawing 序号 for new ledger rows."""

from __future__ import annotations

from django.db.models import Max

from branches.models import Branch
from core.errors import DomainError
from core.wording import cn_date
from ledgers.models import Demand, Resource


def next_serial(model: type[Demand] | type[Resource], branch: Branch) -> int:
    """The next free 序号 in a branch's ledger; locks its row, so that two clerks cannot draw the same.

    Raises:
        DomainError: when the branch is dissolved; its seats last to the end of that day.
    """
    held = Branch.objects.select_for_update(of=("self",), no_key=True).get(pk=branch.pk)
    if held.dissolved_on:
        raise DomainError(
            f"{held}已在{cn_date(held.dissolved_on)}撤销，不能再登记，请由接替它的党组织登记。",
            field="branch",
        )
    return (model.objects.filter(branch=branch).aggregate(last=Max("serial"))["last"] or 0) + 1
