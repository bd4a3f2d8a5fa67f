"""How many rows of a person's ledgers wait for what, counted in one query."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Value

from branches.models import User
from ledgers.enums import DemandState
from ledgers.models import Demand
from ledgers.selectors.freshness import to_answer
from ledgers.selectors.unconfirmed import unconfirmed_demands, unconfirmed_resources


@dataclass(frozen=True)
class Tally:
    """Numbers of rows.

    `stale` resources want a confirmation, `bare` rows a service item from whoever works for their branch;
    `unclaimed` demands wait for a claim and `overdue` ones are late, for whoever belongs to it.
    """

    stale: int
    bare: int
    unclaimed: int
    overdue: int


def tally_of(user: User, *, today: date) -> Tally:
    demands = Demand.objects.filter(branch__in=user.branch_ids)
    counted = {
        "stale": (to_answer(user.staff_branch_ids, today=today),),
        "bare": (unconfirmed_demands(user), unconfirmed_resources(user)),
        "unclaimed": (demands.filter(state=DemandState.OPEN),),
        "overdue": (demands.overdue(on=today),),
    }
    marks = [
        rows.order_by().annotate(mark=Value(name)).values_list("mark")
        for name, parts in counted.items()
        for rows in parts
    ]
    counts = Counter(mark for (mark,) in marks[0].union(*marks[1:], all=True))
    return Tally(**{name: counts[name] for name in counted})
