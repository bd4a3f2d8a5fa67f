"""How far the parts of a demand have come; its state follows from them (the rule: docs/claims.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from ledgers.enums import DemandState
from ledgers.models import Demand
from pairing.plans.enums import CLAIM_UNDECIDED, PlanOrderState
from pairing.plans.models import Claim, PlanOrder

# While it is in one of these, a demand's state follows from its claims and orders; people set the others.
DERIVED_STATES = frozenset(
    {DemandState.OPEN, DemandState.CLAIMED, DemandState.IN_PROGRESS, DemandState.AWAITING_ACCEPTANCE}
)


@dataclass(frozen=True)
class DemandParts:
    """The promised parts of one demand.

    `wanted` visits (None: one claim takes the whole of it); `claimed` in undecided claims, `ordered` in
    orders that were not cancelled; `under_way` and `handed_in` count live orders.
    """

    wanted: int | None
    claimed: int
    ordered: int
    under_way: int
    handed_in: int

    @property
    def rest(self) -> int | None:
        """Visits that nobody has promised yet, ≥ 0; None for "all of it" of a demand without a number."""
        if self.wanted is not None:
            return max(self.wanted - self.claimed - self.ordered, 0)
        return 0 if self.is_promised else None

    @property
    def is_promised(self) -> bool:
        return bool(self.claimed or self.under_way or self.handed_in)

    @property
    def is_done(self) -> bool:
        """Whether accepting the last order leaves nothing to do."""
        return not self.is_promised and not (self.wanted and self.rest)

    @property
    def is_last(self) -> bool:
        """Whether only one handed-in order is left, so that accepting it closes the demand."""
        return (self.claimed, self.under_way, self.handed_in, self.rest) == (0, 0, 1, 0)

    @property
    def state(self) -> DemandState:
        """Where the slowest part stands."""
        if self.rest != 0:
            return DemandState.OPEN
        if self.claimed:
            return DemandState.CLAIMED
        if self.under_way:
            return DemandState.IN_PROGRESS
        return DemandState.AWAITING_ACCEPTANCE


def demand_parts(demand: Demand, *, besides: Claim | None = None) -> DemandParts:
    """Count the parts of a demand.

    Args:
        besides: a claim that does not count, because it is about to change.
    """
    claims = Claim.objects.filter(demand=demand, state__in=CLAIM_UNDECIDED)
    if besides is not None:
        claims = claims.exclude(pk=besides.pk)
    orders = PlanOrder.objects.filter(demand=demand).exclude(state=PlanOrderState.CANCELLED)
    rows = list(orders.values_list("state", "visit_count"))
    states = [state for state, _ in rows]
    handed_in = states.count(PlanOrderState.AWAITING_ACCEPTANCE)
    return DemandParts(
        wanted=demand.visits_wanted,
        claimed=sum(claims.values_list("visit_count", flat=True)),
        ordered=sum(visits for _, visits in rows),
        under_way=len(rows) - handed_in - states.count(PlanOrderState.COMPLETED),
        handed_in=handed_in,
    )


def demands_rest(demands: Iterable[Demand]) -> dict[int, int]:
    """Visits nobody has promised yet, ≥ 0, of the demands that say how many they want, in one query."""
    wanted = {row.pk: row.visits_wanted for row in demands if row.visits_wanted is not None}
    promised: Counter[int] = Counter()
    if wanted:
        claims, orders = (
            rows.filter(demand__in=wanted).order_by().values_list("demand").annotate(n=Sum("visit_count"))
            for rows in (
                Claim.objects.filter(state__in=CLAIM_UNDECIDED),
                PlanOrder.objects.exclude(state=PlanOrderState.CANCELLED),
            )
        )
        for pk, visits in claims.union(orders, all=True):
            promised[pk] += visits
    return {pk: max(visits - promised[pk], 0) for pk, visits in wanted.items()}
