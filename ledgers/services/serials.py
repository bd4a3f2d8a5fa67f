"""Drawing 序号 for new ledger rows."""

from __future__ import annotations

from django.db.models import Max

from branches.models import Branch
from ledgers.models import Demand, Resource


def next_serial(model: type[Demand] | type[Resource], branch: Branch) -> int:
    """The next free 序号 in a branch's ledger; locks its row, so that two clerks cannot draw the same."""
    Branch.objects.select_for_update(of=("self",)).get(pk=branch.pk)
    return (model.objects.filter(branch=branch).aggregate(last=Max("serial"))["last"] or 0) + 1
